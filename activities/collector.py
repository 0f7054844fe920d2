"""Stored bytes that nobody needs any more go away, and never those that somebody does.

It is a loop of its own: however much there is to collect, and however slow the store, nothing
waits for it, and it waits for nothing.
"""

import asyncio
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import structlog
from obstore.exceptions import BaseError as StoreError
from obstore.store import LocalStore, ObjectStore
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

import metrics
from ledger import collecting
from ledger.database import in_short

log = structlog.get_logger()

PAUSE_S = 60.0
BATCH = 200
MOST_BATCHES = 50
"""Of one look; what is left is for the next, so that expired uploads never wait for long."""
EVERYTHING_EVERY_S = 6 * 3600.0
"""How often files without a use and bytes without a row are looked for."""
AGAIN_AFTER_S = 1800.0
"""When some of that went wrong: a store whose listing ends badly is not listed every minute."""
UNRECORDED_FOR = timedelta(days=1)
"""By then whatever arrives is recorded: bytes without a row were left by a death."""
FEW = 10
"""So many unknown objects may be the greater part; more, and the store is somebody else's."""
OURS = re.compile("[0-9a-f]{32}")
"""How our keys look; whatever else lies in the store is left alone."""


class Collector:
    """Collects expired uploads at each look, everything else a few times a day."""

    def __init__(self, engine: AsyncEngine, store: ObjectStore, unreferenced: timedelta) -> None:
        self._engine, self._store, self._unreferenced = engine, store, unreferenced
        self._next = time.monotonic()
        self.fails = False
        """Whether the last look at everything came to no end."""

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self.look()
                if not self.fails:
                    metrics.COLLECTED_AT.set(time.time())
            except (SQLAlchemyError, OSError, StoreError) as error:
                log.warning("collector will look again", error=in_short(error))
            await asyncio.sleep(PAUSE_S)

    async def look(self) -> int:
        """Collect what is due, no more than so much of it; how many objects that were."""
        collected = await self.uploads()
        if (now := time.monotonic()) >= self._next:
            self._next, self.fails = now + AGAIN_AFTER_S, True
            files = await self.files()
            if files == MOST_BATCHES * BATCH:
                self._next = now
            else:
                collected += await self.unrecorded(datetime.now(UTC))
                self._next = now + EVERYTHING_EVERY_S
            collected, self.fails = collected + files, False
        return collected

    async def uploads(self) -> int:
        """The parts of uploads that expired."""
        async with self._engine.begin() as c:
            keys = await collecting.expired(c, BATCH)
        return await self._forget("expired uploads", keys)

    async def files(self) -> int:
        """Files nobody has referred to for long, a batch after the other."""
        total = 0
        for _ in range(MOST_BATCHES):
            async with self._engine.begin() as c:
                keys = await collecting.unreferenced(c, self._unreferenced, BATCH)
            total += await self._forget("unreferenced files", keys)
            if not keys:
                break
        return total

    async def unrecorded(self, now: datetime) -> int:
        """What lies there without a row; nothing when that is more than what has one."""
        before, unknown, known = now - UNRECORDED_FOR, list[str](), 0
        async for listed in obstore.list(self._store):
            old = {one["path"] for one in listed if one["last_modified"] < before}
            ours = set(filter(OURS.fullmatch, old))
            async with self._engine.connect() as c:
                named = await collecting.known(c, ours)
            unknown += ours - named
            known += len(named)
        if len(unknown) > max(FEW, known):
            log.error("the store is not of these books", unknown=len(unknown), known=known)
            return 0
        if isinstance(self._store, LocalStore):
            await asyncio.to_thread(_forget_staged, Path(str(self._store.prefix)), before)
        return await self._forget("unrecorded bytes", unknown)

    async def _forget(self, what: str, keys: Iterable[str]) -> int:
        gone = 0
        for key in keys:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)
            gone += 1
            metrics.COLLECTED.labels(what).inc()
        if gone:
            log.info("collected", what=what, objects=gone)
        return gone


def _forget_staged(folder: Path, before: datetime) -> None:
    """What a process that died was writing lies beside its name, and is listed nowhere."""
    for staged in folder.glob("*#*"):
        with suppress(FileNotFoundError):
            if staged.stat().st_mtime < before.timestamp():
                staged.unlink()
