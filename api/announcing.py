"""What arrives together is kept by one statement, and told after everybody has their answer."""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from api.telling import tell
from ledger import processor
from ledger.conflicts import insisting
from ledger.database import at_once
from ledger.processor import Announced
from workflows.doors import Doors

MOST = 200
"""Announcements in one statement."""

Waiting = tuple[Announced, "asyncio.Future[None]"]


@dataclass
class Announcing:
    """One writer for each process: while it writes, the next ones gather."""

    engine: AsyncEngine
    doors: Doors
    _waiting: list[Waiting] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None
    _telling: set[asyncio.Task[None]] = field(default_factory=set)

    async def keep(self, one: Announced) -> None:
        """Return when it is committed; what went wrong is raised for all it went wrong for."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, kept))
        if self._writer is None or self._writer.done():
            # It writes for everybody: nobody's ids and trace are its own.
            self._writer = asyncio.create_task(self._write(), context=Context())
        await kept

    async def close(self) -> None:
        """Until what arrived is kept, and whoever is being told was told."""
        writing = [self._writer] if self._writer else []
        await asyncio.gather(*writing, *self._telling, return_exceptions=True)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                woken = await self._kept([one for one, _ in batch])
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for _, future in batch:
                if not future.done():
                    future.set_result(None)
            if woken:
                self._tell(woken)

    async def _kept(self, batch: Sequence[Announced]) -> Sequence[tuple[int, str]]:
        async def keep() -> Sequence[tuple[int, str]]:
            async with at_once(self.engine) as c:
                return (await processor.keep(c, batch)).woken

        return await insisting(keep)

    def _tell(self, woken: Sequence[tuple[int, str]]) -> None:
        telling = asyncio.create_task(tell(self.engine, self.doors, woken))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
