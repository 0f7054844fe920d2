"""The sealer gives every journal entry its seal, one worker at a time."""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from failpoints import here
from ledger import seals
from ledger.database import in_short

log = structlog.get_logger()

PAUSE_S = 1.0
BATCH = 5_000
EVERYWHERE_EVERY_S = 3600.0
"""How often it looks for entries that were committed long after their neighbours were sealed."""


class Sealer:
    """Seals what was committed; a seal is only ever given to what everybody can see."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._everywhere_at = 0.0

    async def run(self) -> None:
        """Seal again and again until cancelled."""
        while True:
            try:
                sealed = await self.seal()
            except (SQLAlchemyError, OSError) as error:
                log.warning("sealer waits for the database", error=in_short(error))
                sealed = 0
            if sealed < BATCH:
                await asyncio.sleep(PAUSE_S)

    async def seal(self) -> int:
        """Seal one batch; how many entries that were.

        What is logged here names the end of the chain outside of the database: kept elsewhere, it
        shows even a chain that somebody made anew.
        """
        everywhere = time.monotonic() >= self._everywhere_at
        async with self._engine.begin() as c:
            added = await seals.add(c, BATCH, everywhere=everywhere)
            if added is not None and added.entries:
                here("seals.written")
        if added is None:
            return 0
        if everywhere and added.entries < BATCH:
            self._everywhere_at = time.monotonic() + EVERYWHERE_EVERY_S
        if added.entries:
            here("seals.committed")
            log.info("sealed", entries=added.entries, last=f"{added.n}:{added.hash.hex()}")
        return added.entries
