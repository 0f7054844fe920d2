"""Whoever waits for what just came is told at once; the sweeper tells those who were not."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from failpoints import here
from ledger import tells
from workflows.doors import Doors


async def tell(engine: AsyncEngine, doors: Doors, woken: Sequence[tuple[int, str]]) -> None:
    """Tell these workflows (row of `tell`, workflow), until one cannot be reached."""
    told = []
    for row_id, workflow_id in woken:
        if not await doors.heard(workflow_id):
            break
        told.append(row_id)
    if told:
        here("arrival.told")
        async with engine.begin() as c:
            await tells.mark(c, told)
