"""No failure ends a case: whatever fails is tried again, in sight of those who can help."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.exceptions import ApplicationError

import metrics
import tracing
import worker
from activities.sweeper import Sweeper
from domain import commands as c
from domain.cases import Role
from domain.policy import DAY
from ledger import instructions
from tests.holding.faults import Failing
from tests.holding.hands import commit, decided, ended, hands, happened, leaves, sweeper, workflow
from tests.life import Life, eventually
from tests.world import World
from workflows import options

PASSING = RuntimeError("the disk is full")
FOR_GOOD = ApplicationError("a row nobody expected", non_retryable=True)


@pytest.mark.parametrize(
    ("failure", "times"),
    [(PASSING, 3), (PASSING, 4), (FOR_GOOD, 1), (FOR_GOOD, 3)],
    ids=["local", "visible", "local for good", "visible for good"],
)
async def test_a_step_that_fails_is_taken_later(
    world: World, life: Life, failure: Exception, times: int
) -> None:
    """Three quick tries, then as an activity of its own that operators see, again and again."""
    fault = Failing("commit_step", failure, times)
    async with hands(world, fault):
        await life.offered()
        await life.freelancer_does(c.Decline)
        await eventually(lambda: ended(world, life.job_id))
    assert fault.met == times
    assert await happened(world, life.job_id) == ["job_offered", "offer_declined"]


async def test_a_step_fails_in_sight_before_it_has_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it needs to know of its request is a part of it, and counted with it."""

    async def lost(*_: Any) -> str:
        raise LookupError("nobody expected this")

    def failed() -> float:
        labels = {"command": "somebody", "outcome": "failed"}
        return metrics.REGISTRY.get_sample_value("peerok_step_seconds_count", labels) or 0.0

    monkeypatch.setattr(tracing, "on", lambda: True)
    monkeypatch.setattr(instructions, "trace_of", lost)
    before = failed()
    with pytest.raises(ApplicationError, match=r"in lost, test_failures\.py"):
        await commit(world, "job_x", version=1, instruction_id="instruction_x")
    assert failed() == before + 1


async def test_a_reminder_that_fails_for_good_holds_up_nobody(world: World, life: Life) -> None:
    """It is recorded as not delivered: the time goes on, and so do the people."""
    fault = Failing("send_reminder", FOR_GOOD)
    async with hands(world, fault):
        await life.in_review()
        await life.until(await life.due() - 2 * DAY + timedelta(hours=1))
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.job_id))
    assert fault.met == 3


async def test_a_loop_that_dies_ends_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would notice that reminders and sweeps have stopped."""

    async def dies(_: Sweeper) -> None:
        raise LookupError("nobody expected this")

    monkeypatch.setattr(Sweeper, "run", dies)
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(10):
            await worker.run(world.settings, asyncio.Event())
    assert ended.group_contains(LookupError)


async def test_a_dispute_that_runs_already_is_no_failure(world: World, life: Life) -> None:
    """The sweeper found its row before the job's workflow could start it as its child."""
    async with hands(world):
        await life.in_review()
    rejection = await leaves(life, Role.CLIENT, c.RequestRejection)
    await commit(world, life.job_id, version=3, instruction_id=rejection)
    await sweeper(world).missing()
    async with hands(world):
        await life.client_does(c.WithdrawRejection)
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.job_id))
    assert await life.states() == ("completed", "withdrawn")


async def test_a_case_that_cannot_go_on_says_so_until_an_operator_hurries_it(
    world: World, life: Life, impatient: None
) -> None:
    """`Stuck` is set with the reason; `retry` tries at once; then nothing is left of it."""
    fault = Failing("commit_step", PASSING, times=0)
    async with hands(world, fault):
        await life.in_review()
        fault.times = 1_000
        await leaves(life, Role.CLIENT, c.Approve)
        await eventually(lambda: stuck(life))
        assert "the disk is full" in await details(life)
        assert await pending(life) == ["commit_step"]
        fault.times = 0
        assert await retried(life)
        await eventually(lambda: ended(world, life.job_id))
        assert not await stuck(life)
        assert "completed" in await details(life)


async def test_a_retry_that_fails_too_keeps_the_reason(
    world: World, life: Life, impatient: None
) -> None:
    """Operators see why it fails, not that they asked; and can ask again."""
    fault = Failing("commit_step", PASSING, times=0)
    async with hands(world, fault):
        await life.offered()
        fault.times = 1_000
        refused = await leaves(life, Role.FREELANCER, c.Accept, offer_version=7)
        await eventually(lambda: stuck(life))
        tries = fault.met
        assert await retried(life)
        await eventually(lambda: met(fault, tries + 1))
        await asyncio.sleep(1.2)
        assert "the disk is full" in await details(life)
        fault.times = 0
        assert await retried(life)
        await eventually(lambda: decided(world, refused))
        await eventually(lambda: recovered(life))


async def stuck(life: Life) -> bool:
    described = await workflow(life.world, life.job_id).describe()
    return bool(described.typed_search_attributes.get(options.STUCK))


async def details(life: Life) -> str:
    """What the Temporal UI shows of the job."""
    answer = await workflow(life.world, life.job_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return str(answer.current_details)


async def recovered(life: Life) -> bool:
    """Whether what the Temporal UI shows is the case again."""
    return "Stuck" not in await details(life)


async def pending(life: Life) -> list[str]:
    described = await workflow(life.world, life.job_id).describe()
    return [one.activity_type.name for one in described.raw_description.pending_activities]


async def retried(life: Life, case_id: str = "") -> bool:
    """Staff hurry the case, by default the job."""
    path = f"/v1/staff/cases/{case_id or life.job_id}/retry"
    answer = await life.world.house.staff.post(path)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["told"])


async def met(fault: Failing, times: int) -> bool:
    return fault.met >= times
