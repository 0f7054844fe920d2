"""What comes due of no case: tax forms that end, late tasks, receipts that agree, marks."""

import asyncio
import time
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import tax
from ledger import agreeing, payout_methods, staff_tasks, tax_dates
from ledger.database import in_short
from ledger.sealed_values import SealingKeys

log = structlog.get_logger()

PAUSE_S = 60.0
MARKED_AT_ONCE = 500
ANEW_EVERY_S = 3600.0
"""How often payout accounts are looked at from the first on."""


class Housekeeper:
    """Looks every minute; each thing is noted with what is told of it, so that it is told once."""

    def __init__(self, engine: AsyncEngine, keys: SealingKeys | None = None) -> None:
        self._engine, self._keys = engine, keys
        self._after, self._anew = "", 0.0
        self._closed: list[str] = []

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                while await self.look(datetime.now(UTC)):
                    pass
                while await self.mark():
                    pass
                await agreeing.confirm(self._engine)
            except (SQLAlchemyError, OSError) as error:
                log.warning("housekeeper will look again", error=in_short(error))
            await asyncio.sleep(PAUSE_S)

    async def look(self, now: datetime) -> int:
        """A batch of everything that is due; how many things that were."""
        today = tax.day(now)
        async with self._engine.begin() as c:
            reminded = await tax_dates.remind(c, today)
            expired = await tax_dates.expire(c, today)
            late = await staff_tasks.escalate(c, now)
        if found := reminded + expired + late:
            log.info("told what is due", reminded=reminded, expired=expired, late=late)
        return found

    async def mark(self) -> int:
        """A batch of those whose payout account has no mark under the present key; how many.

        What does not open is looked at once an hour, and stands before no other.
        """
        if self._keys is None:
            return 0
        if (now := time.monotonic()) >= self._anew:
            self._after, self._anew = "", now + ANEW_EVERY_S
        async with self._engine.begin() as c:
            seen, closed = await payout_methods.mark_again(
                c, self._keys, self._after, MARKED_AT_ONCE
            )
        self._closed += closed
        if seen:
            self._after = seen[-1]
            log.info("marked payout accounts", count=len(seen) - len(closed))
        elif self._closed:
            log.error("payout methods do not open", count=len(self._closed), first=self._closed[0])
            self._closed.clear()
        return len(seen)
