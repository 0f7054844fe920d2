"""Whoever waits for what just came is told at once; the sweeper tells those who were not."""

from collections.abc import Sequence

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from failpoints import here
from ledger import tells
from workflows.doors import Doors


async def tell(engine: AsyncEngine, doors: Doors, woken: Sequence[Row[int, str]]) -> None:
    """Tell these workflows, until one cannot be reached."""
    told = []
    for row in woken:
        if not await doors.heard(row.workflow_id):
            break
        told.append(row.id)
    if told:
        here("arrival.told")
        async with engine.begin() as c:
            await tells.mark(c, told)
