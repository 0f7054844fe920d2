"""The check of the books as an activity: it only reads them, and opens tasks for what it finds."""

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.books import without_values
from failpoints import here
from ledger import checking


class Checks:
    """Checks the books; all it works with comes from outside."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @activity.defn(name="check_books")
    async def check_books(self, name: str) -> int:
        """Run the check of this name; how many violations it found."""
        workflow_id = activity.info().workflow_id or ""
        here("check.taking", workflow_id)
        with without_values():
            found = await checking.check(self._engine, name)
        here("check.answering", workflow_id)
        return found
