"""The check of the books as an activity: it only reads them, and opens tasks for what it finds."""

import time

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.books import without_values
from activities.processor import Processor, in_short
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from failpoints import here
from ledger import checking, differences
from ledger.outside import SaidOtherwise

OUTSIDE = "outside"
"""The check that compares the book with Stripe's and the bank's."""


class Checks:
    """Checks the books; all it works with comes from outside."""

    def __init__(self, engine: AsyncEngine, processor: Processor) -> None:
        self._engine = engine
        self._lines = ProcessorLines(engine, processor)

    @activity.defn(name="check_books")
    async def check_books(self, name: str) -> int:
        """Run the check of this name; how many violations, or differences, it found."""
        workflow_id = activity.info().workflow_id or ""
        here("check.taking", workflow_id)
        with without_values():
            if name == OUTSIDE:
                found = await self.compare()
            else:
                found = await checking.check(self._engine, name)
        here("check.answering", workflow_id)
        return found

    async def compare(self) -> int:
        """Fetch what Stripe booked, and keep how it and the bank differ from the book."""
        begun = time.monotonic()
        with in_short():
            try:
                await self._lines.fetch()
            except SaidOtherwise as changed:
                raise ApplicationError(str(changed), type="SaidOtherwise") from None
        found = sum([await differences.record(self._engine, source) for source in Source])
        await checking.ended(self._engine, OUTSIDE, time.monotonic() - begun, found)
        return found
