"""No failure ends a case: whatever fails is tried again, in sight of those who can help."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import PendingActivityState
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY
from tests.holding.faults import Failing
from tests.holding.hands import ended, hands, happened, leaves, sweeper, workflow
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


async def test_a_reminder_that_fails_for_good_holds_up_nobody(world: World, life: Life) -> None:
    """It is recorded as not delivered: the time goes on, and so do the people."""
    fault = Failing("send_reminder", FOR_GOOD)
    async with hands(world, fault):
        await life.in_review()
        await life.until(await life.due() - 2 * DAY + timedelta(hours=1))
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.job_id))
    assert fault.met == 3


async def test_a_dispute_that_runs_already_is_no_failure(world: World, life: Life) -> None:
    """The sweeper found its row before the job's workflow could start it as its child."""
    async with hands(world):
        await life.in_review()
    rejection = await leaves(life, Role.CLIENT, c.RequestRejection)
    await committed_elsewhere(life, rejection)
    await sweeper(world).cases()
    async with hands(world):
        await life.client_does(c.WithdrawRejection)
        assert await life.states() == ("in_review", "withdrawn")
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.job_id))


async def test_a_case_that_cannot_go_on_says_so_until_an_operator_hurries_it(
    world: World, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Stuck` is set with the reason; `retry` tries at once; then nothing is left of it."""
    monkeypatch.setattr(options, "STUCK_AFTER", timedelta(seconds=1))
    monkeypatch.setattr(options, "WITHOUT_END", RetryPolicy(initial_interval=timedelta(hours=1)))
    fault = Failing("commit_step", PASSING, times=0)
    async with hands(world, fault):
        await life.in_review()
        fault.times = 1_000
        approval = await leaves(life, Role.CLIENT, c.Approve)
        await eventually(lambda: stuck(life))
        assert "the disk is full" in await details(life)
        assert await pending(life) == ["commit_step"]
        fault.times = 0
        assert await retried(life) is True
        await eventually(lambda: ended(world, life.job_id))
    assert not await stuck(life)
    assert await outcome(world, approval)


async def committed_elsewhere(life: Life, instruction_id: str) -> None:
    """A worker committed the step and died before anybody heard of it."""
