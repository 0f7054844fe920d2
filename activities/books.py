"""The books as an activity: one step is one transaction, then whoever must know is told at once."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError

import tracing
from activities.noting import note
from activities.watching import Watched, watched
from domain.calendar import Calendar
from domain.outcome import Outcome, StepRequest
from failpoints import here
from ledger import instructions, steps, tells
from ledger.conflicts import insisting
from ledger.database import in_short
from ledger.recording import Taken

TOLD_WITHIN_S = 0.7
"""A step's answer waits no longer for its signals: it is an answer of at most two seconds."""
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
        here("step.taking", request.case_id)
        try:
            with without_values():
                with watched(request) as step:
                    taken = await self._commit(request, step)
                if taken.tells:
                    await tell(self._engine, self._heard, taken.tells)
        except ApplicationError as failure:
            await self._keeps_failing(request.case_id, f"{failure.type}: {failure.message}")
            raise
        await self._keeps_failing(request.case_id, None)
        here("step.answering", request.case_id)
        return taken.outcome

    async def _commit(self, request: StepRequest, step: Watched) -> Taken:
        with step.traced(await self._trace_of(request)):
            taken = await self._taken(request)
            here("step.committed")
            step.came_to(taken)
        return taken

    async def _keeps_failing(self, case_id: str, what: str | None) -> None:
        """Note for the radar what a visible try failed on, or that it did not."""
        if activity.in_activity() and not activity.info().is_local:
            await note(self._engine, case_id, what)

    async def _trace_of(self, request: StepRequest) -> str | None:
        """Where the request that this step answers stands in its trace, when there are traces."""
        if request.instruction_id is None or not tracing.on():
            return None
        async with self._engine.connect() as c:
            return await instructions.trace_of(c, request.instruction_id)

    async def _taken(self, request: StepRequest) -> Taken:
        async def take() -> Taken:
            async with self._engine.begin() as c:
                taken = await steps.take(c, request, self._calendar)
                here("step.written")
            return taken

        return await insisting(take)


@contextmanager
def without_values() -> Iterator[None]:
    """What fails inside is still a failure, but a short one that says where, and no more.

    An error's words go into a history and a log; they may hold what somebody wrote, or a row.
    """
    try:
        yield
    except FailureError:
        raise
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        what = in_short(error) if isinstance(error, DBAPIError) else f"in {at.name}, {where}"
        raise ApplicationError(what, type=type(error).__name__) from None


async def tell(engine: AsyncEngine, heard: Heard, waiting: Iterable[tuple[int, str]]) -> None:
    """Tell these workflows to look at their case; the first failure leaves all to the sweeper."""
    told: dict[int, str] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(TOLD_WITHIN_S):
            for row_id, workflow_id in waiting:
                if not await heard(workflow_id):
                    break
                told[row_id] = workflow_id
    if told:
        here("step.told", *told.values())
        async with engine.begin() as c:
            await tells.mark(c, list(told))
