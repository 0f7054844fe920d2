"""The database may be ahead of the workflow's history: the workflow adopts what it is told."""

from datetime import UTC, datetime, timedelta

from httpx import AsyncClient

from domain import commands as c
from domain.cases import Role
from domain.outcome import StepRequest
from domain.policy import DAY
from ledger import steps
from ledger.calendars import business_calendar
from tests.holding.faults import LostAnswers
from tests.holding.hands import (
    commit,
    ended,
    hands,
    happened,
    leaves,
    outcome,
    rows,
    workflow,
)
from tests.life import Life, eventually
from tests.world import World


async def test_a_step_whose_answer_was_lost_is_not_taken_again(world: World, life: Life) -> None:
    """Each step commits, its answer is lost, the next try gets what was recorded."""
    lost = LostAnswers(each=1)
    async with hands(world, lost):
        await life.in_review()
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.job_id))
    assert lost.count >= 4
    usual = ["job_offered", "offer_accepted", "work_delivered", "delivery_approved"]
    assert await happened(world, life.job_id) == usual


async def test_a_refusal_carries_the_whole_case(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The clock's step was committed by a worker that died: the next decision says so.

    The freelancer's acceptance came between the clock's look and its commit. It is refused, and
    the workflow, which knows nothing of the lapse, learns from the refusal that the job is over.
    """
    async with hands(world):
        await life.offered()
    lapse = StepRequest(case_id=life.job_id, version=1, at=await life.due() + timedelta(seconds=1))
    async with world.engine.begin() as c_:
        await steps.take(c_, lapse, business_calendar())
        acceptance = await leaves(life, Role.FREELANCER, c.Accept, unheard)
    await workflow(world, life.job_id).signal("accept", acceptance)
    async with hands(world):
        await eventually(lambda: ended(world, life.job_id))
    refusal = await outcome(world, acceptance)
    assert refusal is not None
    assert (refusal["status"], refusal["code"]) == ("refused", "already_over")


async def test_a_decision_that_finds_a_newer_case_is_decided_on_that(
    world: World, life: Life
) -> None:
    """The workflow waits in version 3 while the row is in 4: nothing that counts depends on it."""
    async with hands(world):
        await life.in_review()
    half_time = await life.due() - 10 * DAY + timedelta(seconds=1)
    await commit(world, life.job_id, version=3, at=half_time)
    approval = await leaves(life, Role.CLIENT, c.Approve)
    async with hands(world):
        await eventually(lambda: ended(world, life.job_id))
    found = await outcome(world, approval)
    assert found is not None and found["version"] == 5


async def test_a_step_never_happens_before_what_has_happened(world: World, life: Life) -> None:
    """Whose clock is behind takes its step at the time of the last event, not before it."""
    async with hands(world):
        await life.in_review()
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    approval = await leaves(life, Role.CLIENT, c.Approve)
    await commit(world, life.job_id, version=3, at=long_ago, instruction_id=approval)
    times = await rows(world, "select at from event where case_id = :job", job=life.job_id)
    assert min(row.at for row in times) > long_ago
