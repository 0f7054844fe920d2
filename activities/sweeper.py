"""What was committed is acted on: the sweeper signals, tells and starts again what was not."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.service import RPCError, RPCStatusCode

import metrics
from domain.outcome import TOLD, CaseBrief
from failpoints import here
from ledger import cases, failing, instructions, recording, tells
from ledger.database import in_short

log = structlog.get_logger()

PAUSE_S = 2.0
UNTOLD_AFTER = timedelta(seconds=2)
TOLD_IS_KEPT = timedelta(days=1)
BATCH = 100
BATCHES = 10
"""How many batches of open cases one pass looks at while workflows are missing."""
LOOK_PAUSE_S = 15.0
"""How often one worker asks Temporal for workflows that fail; a note is good for two minutes."""
LONGEST_PAUSE_S = 600.0
MOST_DOUBLINGS = 20
AWAY = frozenset(
    {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
)
"""Temporal itself is not there; anything else is about one workflow."""


Name = TypeVar("Name", str, int)


class Doors(Protocol):
    """How workflows are reached; `workflows.doors` knows."""

    async def start(
        self, case: CaseBrief, *, signal: str | None = None, instruction_id: str = "", again: bool
    ) -> None: ...

    async def tell(self, workflow_id: str) -> None: ...

    async def running(self, workflow_ids: Sequence[str]) -> set[str]: ...

    async def broken(self, limit: int) -> Mapping[str, str]: ...


class Patience(Generic[Name]):
    """How long until the same thing is tried again: twice as long each time, up to a limit.

    A signal is an event in a history that has a limit, so a case that is stuck for days must
    not get one with every sweep. Nor may the hopeless, who are the oldest, fill every batch.
    """

    def __init__(self, first: timedelta) -> None:
        self._first_s = first.total_seconds()
        self._tried: dict[Name, tuple[int, float]] = {}

    def resting(self) -> list[Name]:
        """Those whose next try has not come; who was not seen long after it is forgotten."""
        now = time.monotonic()
        kept = {name: one for name, one in self._tried.items() if now < one[1] + LONGEST_PAUSE_S}
        self._tried = kept
        return [name for name, (_, moment) in kept.items() if now < moment]

    def tried(self, name: Name) -> None:
        """It was tried just now; a try that reached nobody is not told of here."""
        times = self._tried.get(name, (0, 0.0))[0]
        pause = min(self._first_s * 2 ** min(times, MOST_DOUBLINGS), LONGEST_PAUSE_S)
        self._tried[name] = (times + 1, time.monotonic() + pause)


class Sweeper:
    """One path for a crashed API, a lost Temporal store and a restored backup."""

    def __init__(self, engine: AsyncEngine, doors: Doors, sweep_after: timedelta) -> None:
        self._engine = engine
        self._doors = doors
        self._sweep_after = sweep_after
        self._signalled = Patience[str](sweep_after)
        self._started = Patience[str](sweep_after)
        self._told = Patience[int](sweep_after)
        self._cursor = ""
        self._looks_at = 0.0

    async def run(self) -> None:
        """Sweep again and again until cancelled; what fails now is there the next time."""
        while True:
            for sweep in (
                self.instructions, self.tells, self.overdue, self.missing, self.broken, self.forget
            ):  # fmt: skip
                await _surviving(sweep)
            await asyncio.sleep(PAUSE_S)

    async def instructions(self) -> int:
        """Signal each instruction that waits for its outcome too long; how many."""
        async with self._engine.connect() as c:
            resting = self._signalled.resting()
            due = await instructions.overdue(c, self._sweep_after, but=resting)
        for one in due:
            await self._start(one["case_id"], one["command"], one["id"])
            self._signalled.tried(one["id"])
        return len(due)

    async def tells(self) -> int:
        """Tell what was not told, until Temporal is away; how many heard it."""
        async with self._engine.connect() as c:
            waiting = await tells.untold(c, UNTOLD_AFTER, but=self._told.resting())
        told: list[int] = []
        try:
            for row in waiting:
                if await self._reached(row.workflow_id):
                    told.append(row.id)
                else:
                    self._told.tried(row.id)
        finally:
            if told:
                here("sweep.told", *(row.workflow_id for row in waiting))
                async with self._engine.begin() as c:
                    await tells.mark(c, told)
        return len(told)

    async def overdue(self) -> int:
        """Start each case whose moment has passed and nobody took its step; how many.

        One whose workflow runs, and waits for a later moment than its row says, looks again.
        """
        async with self._engine.connect() as c:
            due = await cases.overdue(c, BATCH, but=self._started.resting())
        for one in due:
            await self._start(one, TOLD)
            self._started.tried(one)
        return len(due)

    async def missing(self) -> int:
        """Start open cases that have no open workflow; a batch of all open cases at a time.

        Where one is missing there may be many: a store was lost, and the next batch waits less.
        """
        started = 0
        for _ in range(BATCHES):
            found = await self._missing()
            started += found
            if not found or not self._cursor:
                break
        return started

    async def _missing(self) -> int:
        async with self._engine.connect() as c:
            batch = await cases.open_after(c, self._cursor, BATCH)
        running = await self._doors.running(list(batch.values())) if batch else set()
        lost = [case_id for case_id, workflow in batch.items() if workflow not in running]
        for one in lost:
            await self._start(one)
        self._cursor = max(batch) if len(batch) == BATCH else ""
        return len(lost)

    async def broken(self) -> int:
        """Note for the radar whose workflow tasks keep failing, now and then; how many."""
        if time.monotonic() < self._looks_at:
            return 0
        self._looks_at = time.monotonic() + LOOK_PAUSE_S
        found = await self._doors.broken(BATCH)
        metrics.BROKEN.set(len(found))
        whose = {workflow_id.partition("/")[2]: why for workflow_id, why in found.items()}
        async with self._engine.begin() as c:
            await failing.broken(c, whose, all_of_them=len(found) < BATCH)
        return len(found)

    async def forget(self) -> int:
        """Delete what was told long ago, a small batch at a time; how many."""
        async with self._engine.begin() as c:
            return await tells.forget(c, TOLD_IS_KEPT)

    async def _reached(self, workflow_id: str) -> bool:
        """Whether it was told, or needs no telling; RPCError when nobody can be."""
        try:
            here("sweep.telling", workflow_id)
            await self._doors.tell(workflow_id)
        except RPCError as refusal:
            if refusal.status in AWAY:
                raise
            log.error("a workflow refuses its signal", workflow=workflow_id, why=refusal.status)
            return False
        return True

    async def _start(self, case_id: str, signal: str | None = None, instruction: str = "") -> None:
        """Start the case's workflow, or signal it; one that can't be keeps nobody else waiting."""
        try:
            async with self._engine.connect() as c:
                brief = await recording.case_brief(c, case_id)
            here("sweep.starting", case_id)
            await self._doors.start(brief, signal=signal, instruction_id=instruction, again=True)
            here("sweep.started", case_id)
        except RPCError as refusal:
            if refusal.status in AWAY:
                raise
            log.error("a workflow refuses its signal", case_id=case_id, error=str(refusal)[:200])
        except (ValidationError, AssertionError) as error:
            log.error("a case cannot be read", case_id=case_id, error=in_short(error))


async def _surviving(sweep: Callable[[], Awaitable[int]]) -> None:
    try:
        metrics.SWEPT.labels(sweep.__name__).inc(await sweep())
    except (SQLAlchemyError, OSError, RPCError) as error:
        why = error.status.name if isinstance(error, RPCError) else in_short(error)
        log.warning("sweeper will try again", sweep=sweep.__name__, error=why)
