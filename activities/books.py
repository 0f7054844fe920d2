"""The books as an activity: one step is one transaction, then whoever must know is told at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from domain.calendar import Calendar
from domain.outcome import Outcome, StepRequest
from ledger import steps, tells
from ledger.database import is_serialization_conflict
from ledger.recording import Taken

CONFLICT_TRIES = 5
Heard = Callable[[str], Awaitable[bool]]
"""Signals a workflow `told`; whether that needs no repeating."""


class Books:
    """Commits steps; all it works with comes from outside."""

    def __init__(self, engine: AsyncEngine, heard: Heard, calendar: Calendar) -> None:
        self._engine = engine
        self._heard = heard
        self._calendar = calendar

    @activity.defn(name="commit_step")
    async def commit_step(self, request: StepRequest) -> Outcome:
        """Take one step; asked again, it answers what it answered before."""
        taken = await self._taken(request)
        if taken.tells:
            await tell(self._engine, self._heard, taken.tells)
        return taken.outcome

    async def _taken(self, request: StepRequest) -> Taken:
        for attempt in range(1, CONFLICT_TRIES + 1):
            try:
                async with self._engine.begin() as c:
                    return await steps.take(c, request, self._calendar)
            except DBAPIError as error:
                if attempt == CONFLICT_TRIES or not is_serialization_conflict(error):
                    raise
                await asyncio.sleep(0.02 * attempt)
        raise AssertionError("the last try returns or raises")


async def tell(engine: AsyncEngine, heard: Heard, waiting: Iterable[tuple[int, str]]) -> None:
    """Tell these workflows to look at their case; whoever can't be told, the sweeper tells."""
    told = [row_id for row_id, workflow_id in waiting if await heard(workflow_id)]
    if told:
        async with engine.begin() as c:
            await tells.mark(c, told)
