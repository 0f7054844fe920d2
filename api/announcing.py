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
    _woken: list[tuple[int, str]] = field(default_factory=list)
    _teller: asyncio.Task[None] | None = None

    async def keep(self, one: Announced) -> None:
        """Return when it is committed; what went wrong is raised for all it went wrong for."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, kept))
        if self._writer is None or self._writer.done():
            # It writes for everybody: nobody's ids and trace are its own.
            self._writer = asyncio.create_task(self._write(), context=Context())
        await kept

    async def close(self) -> None:
        """Until what arrived is kept and a telling under way is over; the sweeper tells others."""
        if self._writer is not None:
            await asyncio.wait([self._writer])
        self._woken.clear()
        if self._teller is not None:
            await asyncio.wait([self._teller])

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
            self._woken += woken
            if self._woken and (self._teller is None or self._teller.done()):
                self._teller = asyncio.create_task(self._tell())

    async def _kept(self, batch: Sequence[Announced]) -> Sequence[tuple[int, str]]:
        async def keep() -> Sequence[tuple[int, str]]:
            async with at_once(self.engine) as c:
                return (await processor.keep(c, batch)).woken

        return await insisting(keep)

    async def _tell(self) -> None:
        """One after the other: while many arrive, keeping them comes before telling of them."""
        while self._woken:
            some, self._woken = self._woken[:MOST], self._woken[MOST:]
            await tell(self.engine, self.doors, some)
