"""What the processor announced and no webhook told: asked for now and then, and told like one."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import stripe
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.processor import Processor
from failpoints import here
from ledger import payouts
from ledger import processor as kept
from ledger.database import at_once
from ledger.processor import Announced

log = structlog.get_logger()

OVERLAP = timedelta(minutes=10)
"""Announcements are listed by when they were made, and may be listed later than that."""
AT_FIRST = timedelta(days=1)
"""How far back somebody looks who has never looked; deposits are no older."""
BATCH = 100


class Announcements:
    """Looks for what was missed; a lost webhook is late by one pause, and no more."""

    def __init__(
        self,
        engine: AsyncEngine,
        processor: Processor,
        pause: timedelta,
        payout_pause: timedelta = timedelta(hours=6),
    ) -> None:
        self._engine = engine
        self._processor = processor
        self._pause_s = pause.total_seconds()
        self._payout_pause = payout_pause

    async def run(self) -> None:
        """Look again and again until cancelled; what fails now is there the next time."""
        while self._processor.known:
            try:
                if found := await self.once():
                    log.warning("announcements that no webhook told", found=found)
            except (stripe.StripeError, SQLAlchemyError, OSError) as away:
                log.warning("announcements not listed", error=type(away).__name__)
            await asyncio.sleep(self._pause_s)

    async def once(self) -> int:
        """Keep each that is new, and have its case told; how many. Then ask about payouts."""
        found = await self._listed()
        await self._ask_of_payouts()
        return found

    async def _listed(self) -> int:
        """Keep what is new of the list; how many.

        Where the next look begins is kept only when this one has seen all.
        """
        begun, found = datetime.now(UTC), 0
        async with at_once(self._engine) as c:
            since = await kept.looked(c, kept.ALL) or begun - AT_FIRST
        listed = await self._processor.asked.events.list_async(
            {"created": {"gte": int((since - OVERLAP).timestamp())}, "limit": BATCH}
        )
        batch: list[Announced] = []
        async for event in listed.auto_paging_iter():
            batch += _readable(event)
            if len(batch) == BATCH:
                found += await self._keep(batch)
                batch = []
        found += await self._keep(batch)
        async with at_once(self._engine) as c:
            await kept.look(c, kept.ALL, begun)
        return found

    async def _ask_of_payouts(self) -> None:
        """Have those asked about whose turn came since the last look.

        What becomes of them is announced for accounts that are not ours, and in no list of ours.
        """
        begun = datetime.now(UTC)
        async with at_once(self._engine) as c:
            since = await kept.looked(c, kept.PAYOUTS) or begun - self._payout_pause
            await payouts.ask(c, since, begun, self._payout_pause)
            await kept.look(c, kept.PAYOUTS, begun)

    async def _keep(self, batch: Sequence[Announced]) -> int:
        if not batch:
            return 0
        async with at_once(self._engine) as c:
            new = await kept.keep(c, batch)
        here("announcement.kept", *(workflow for _, workflow in new.woken))
        return new.new


def _readable(event: stripe.Event) -> list[Announced]:
    """The event as we keep it; an odd one is passed over, and holds up none after it."""
    try:
        return [kept.about(event.to_dict())]
    except kept.NoEvent:
        log.error("an announcement that cannot be read", event_id=event.id)
        return []
