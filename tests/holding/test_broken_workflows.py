"""A workflow that itself fails is seen: a bug in the loop, or a build that cannot live on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio import workflow

import metrics
import worker
from domain import commands as c
from domain.cases import Role
from domain.outcome import TOLD, Start
from ledger import failing
from tests.holding.hands import ended, hands, leaves, rows, sweeper
from tests.holding.hands import workflow as workflow_of
from tests.holding.test_radar import becomes, seen
from tests.life import Life, eventually
from tests.replay.changed import WaitsFirst
from tests.world import World
from workflows.dispute import DisputeWorkflow
from workflows.job import JobWorkflow
from workflows.options import TaskQueue

PATIENCE = timedelta(seconds=60)
"""A task that failed before is not said to fail again: it runs out of its ten seconds."""


@workflow.defn(name="JobWorkflow")
class FailsWhenTold(JobWorkflow):
    """A bug of ours in the loop."""

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live as ever."""
        await self.live(start)

    @workflow.signal(name=TOLD)
    def told(self) -> None:
        """Nobody expected this."""
        raise LookupError


@asynccontextmanager
async def deployed(world: World, changed: type[JobWorkflow]) -> AsyncIterator[None]:
    """A worker whose jobs live by this class."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "LIVES", {TaskQueue.JOBS: (changed, DisputeWorkflow)})
        async with hands(world):
            yield


@pytest.mark.parametrize(
    ("changed", "cause"),
    [(FailsWhenTold, "WorkflowWorkerUnhandledFailure"), (WaitsFirst, "NonDeterministicError")],
)
async def test_a_workflow_that_fails_is_on_the_radar_until_it_is_mended(
    strict: World, changed: type[JobWorkflow], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No decision and no moment is late: Temporal knows it fails, and so do staff, and on what."""
    life, counted = await Life.begin(strict), list[int]()
    monkeypatch.setattr(metrics.BROKEN, "set", counted.append)
    async with hands(strict):
        await life.offered()
    async with deployed(strict, changed):
        await workflow_of(strict, life.job_id).signal(TOLD)
        await eventually(lambda: looked(strict, life, "failing"))
        assert await noted(strict, life) == f"{failing.BEFORE_ANY_STEP}{cause}"
        # Another world's sweeper counts none of its own with the same gauge.
        assert max(counted) >= 1
    async with hands(strict):
        await leaves(life, Role.FREELANCER, c.Decline)
        await eventually(lambda: ended(strict, life.job_id), PATIENCE)
        await eventually(lambda: looked(strict, life))
    await becomes(life)


async def looked(world: World, life: Life, *why: str) -> bool:
    """Whether a sweeper that looks now leaves the job on the radar for this; it sees late."""
    await sweeper(world).broken()
    return await seen(life) == list(why)


async def noted(world: World, life: Life) -> str:
    """On what it fails, as it stands in the books."""
    query = "select what from failing_step where case_id = :job"
    [row] = await rows(world, query, job=life.job_id)
    return str(row.what)
