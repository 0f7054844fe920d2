"""What was committed is acted on: the sweeper signals, tells and starts again what was not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.service import RPCError

from activities.books import tell
from domain.outcome import CaseBrief
from ledger import instructions, recording, tells
from ledger.cases import OVERDUE_AFTER
from ledger.tables import cases

log = structlog.get_logger()

PAUSE_S = 2.0
UNTOLD_AFTER = timedelta(seconds=2)
BATCH = 200


class Doors(Protocol):
    """How workflows are started and told; `workflows.doors` knows."""

    async def start(
        self, case: CaseBrief, *, signal: str | None = None, instruction_id: str = "", again: bool
    ) -> None: ...

    async def heard(self, workflow_id: str) -> bool: ...


class Sweeper:
    """One path for a crashed API, a lost Temporal store and a restored backup."""

    def __init__(self, engine: AsyncEngine, doors: Doors, sweep_after: timedelta) -> None:
        self._engine = engine
        self._doors = doors
        self._sweep_after = sweep_after
        self._cursor = ""

    async def run(self) -> None:
        """Sweep again and again until cancelled; what fails now is there the next time."""
        while True:
            for sweep in (self.instructions, self.tells, self.cases):
                await self._surviving(sweep)
            await asyncio.sleep(PAUSE_S)

    async def instructions(self) -> int:
        """Signal each instruction that waits for its outcome too long; how many."""
        async with self._engine.connect() as c:
            waiting = await instructions.overdue(c, self._sweep_after)
            briefs = [(row, await recording.case_brief(c, row["case_id"])) for row in waiting]
        for row, brief in briefs:
            await self._doors.start(
                brief, signal=row["command"], instruction_id=row["id"], again=True
            )
        return len(briefs)

    async def tells(self) -> int:
        """Tell what was not told; how many."""
        async with self._engine.connect() as c:
            waiting = await tells.untold(c, UNTOLD_AFTER)
        rows = [(row.id, row.workflow_id) for row in waiting]
        await tell(self._engine, self._doors.heard, rows)
        return len(waiting)

    async def cases(self) -> int:
        """Start every open case that has no open workflow: overdue ones now, the others in turn."""
        async with self._engine.connect() as c:
            query = select(cases.c.id).where(~cases.c.over, cases.c.version > 0)
            overdue = await c.scalars(
                query.where(cases.c.wake_at < func.now() - OVERDUE_AFTER).limit(BATCH)
            )
            in_turn = await c.scalars(
                query.where(cases.c.id > self._cursor).order_by(cases.c.id).limit(BATCH)
            )
            turn = list(in_turn)
            ids = list(dict.fromkeys([*overdue, *turn]))
            briefs = [await recording.case_brief(c, case_id) for case_id in ids]
        self._cursor = turn[-1] if len(turn) == BATCH else ""
        for brief in briefs:
            await self._doors.start(brief, again=True)
        return len(briefs)

    async def _surviving(self, sweep: Callable[[], Awaitable[int]]) -> None:
        try:
            await sweep()
        except (SQLAlchemyError, OSError, RPCError) as error:
            log.warning("sweeper will try again", sweep=sweep.__name__, error=str(error)[:200])
