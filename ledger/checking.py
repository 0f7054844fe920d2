"""A check of the books as a whole: what it finds becomes staff tasks, and when it ran is kept."""

import time
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ledger import invariants, newest, staff_tasks
from ledger.watch_tables import books_check

MOST_TASKS = 20
"""How many violations of one check become tasks of their own; the others are counted."""
CHECKS: Mapping[str, Callable[[AsyncConnection], Awaitable[list[str]]]] = {
    "newest": newest.violations,
    "all": invariants.violations,
}
"""What a check looks at, by its name: the newest entries, or every invariant of the whole book."""


async def check(engine: AsyncEngine, name: str) -> int:
    """Run this check on one picture of the book; how many violations it found."""
    begun = time.monotonic()
    async with engine.connect() as c:
        await c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        found = await CHECKS[name](c)
    async with engine.begin() as c:
        for what in _tasks(name, sorted(set(found))):
            await staff_tasks.open_task(c, "invariant", what)
        await _record(c, name, time.monotonic() - begun, len(found))
    return len(found)


async def ended(engine: AsyncEngine, name: str, seconds: float, found: int) -> None:
    """A check that was made elsewhere has ended, and found so many."""
    async with engine.begin() as c:
        await _record(c, name, seconds, found)


def _tasks(name: str, found: list[str]) -> list[str]:
    more = len(found) - MOST_TASKS
    return found[:MOST_TASKS] + ([f"the check '{name}' found even more"] if more > 0 else [])


async def _record(c: AsyncConnection, name: str, seconds: float, violations: int) -> None:
    row = {"ended_at": func.clock_timestamp(), "seconds": seconds, "violations": violations}
    made = insert(books_check).values(name=name, **row)
    await c.execute(made.on_conflict_do_update(index_elements=["name"], set_=row))
