"""What the processor announced and no webhook told: asked for now and then, and told like one."""

import asyncio
from datetime import UTC, datetime, timedelta

import stripe
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.processor import Processor
from failpoints import here
from ledger import processor as kept
from ledger.database import at_once
from ledger.processor import Announced

log = structlog.get_logger()

OVERLAP = timedelta(minutes=10)
"""Announcements are listed by when they were made, and may be listed later than that."""
AT_FIRST = timedelta(days=1)
"""How far back somebody looks who has never heard anything; deposits are no older."""
BATCH = 100


class Announcements:
    """Looks for what was missed; a lost webhook is late by one pause, and no more."""

    def __init__(self, engine: AsyncEngine, processor: Processor, pause: timedelta) -> None:
        self._engine = engine
        self._processor = processor
        self._pause_s = pause.total_seconds()

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
        """Keep each that is new, and have its case told; how many."""
        found = 0
        async with self._engine.connect() as c:
            last = await kept.last(c) or datetime.now(UTC) - AT_FIRST
        since = int((last - OVERLAP).timestamp())
        listed = await self._processor.asked.events.list_async(
            {"created": {"gte": since}, "limit": BATCH}
        )
        async for event in listed.auto_paging_iter():
            announced = kept.about(event.to_dict())
            async with at_once(self._engine) as c:
                new = (await kept.keep(c, [announced])).new
            here("announcement.kept", *_whose(announced, new=bool(new)))
            found += new
        return found


def _whose(announced: Announced, *, new: bool) -> tuple[str, ...]:
    """The case it is about, if this is how we heard of it."""
    return (announced.case_id,) if new and announced.case_id else ()
