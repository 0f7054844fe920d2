"""Whatever comes too late is recorded as refused, and nobody waits for what need not be awaited."""

import asyncio
from datetime import timedelta

from httpx import AsyncClient

from domain import commands as c
from domain.cases import Role
from tests.holding.faults import Hanging
from tests.holding.hands import (
    decided,
    ended,
    hands,
    happened,
    leaves,
    outcome,
    over,
    policy,
    sweeper,
    workflow,
)
from tests.life import Life, eventually
from tests.world import World
from workflows import options

SOON = timedelta(seconds=2)


async def test_what_waited_behind_the_end_is_refused_before_the_workflow_ends(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Both decisions are in the inbox; the first ends the job, the second has its reason."""
    async with hands(world):
        await life.in_review()
    await leaves(life, Role.CLIENT, c.Approve, unheard)
    late = await leaves(life, Role.FREELANCER, c.Deliver, unheard)
    await sweeper(world).instructions()
    async with hands(world):
        await eventually(lambda: ended(world, life.job_id))
    assert await refusal(world, late) == "already_over"


async def test_a_decision_whose_workflow_has_ended_is_refused(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Nobody had told the workflow; the sweeper starts another, which records the refusal."""
    async with hands(world):
        await life.in_review()
        approval = await leaves(life, Role.CLIENT, c.Approve, unheard)
        late = await leaves(life, Role.FREELANCER, c.Deliver, unheard)
        await workflow(world, life.job_id).signal("approve", approval)
        await eventually(lambda: ended(world, life.job_id))
        assert await outcome(world, late) is None
        await sweeper(world).instructions()
        await eventually(lambda: decided(world, late))
    assert await refusal(world, late) == "already_over"
    assert (await happened(world, life.job_id))[-1] == "delivery_approved"


async def test_a_reminder_under_way_holds_up_no_decision(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The clock waits for the proof it may give; people do not, and none of them is forgotten."""
    reminder = Hanging("send_reminder")
    with policy(world, review_period=SOON, mails_that_prove=1):
        async with hands(world, reminder):
            await life.in_review()
            await asyncio.sleep(SOON.total_seconds())
            await eventually(lambda: begun(reminder))
            late = await leaves(life, Role.FREELANCER, c.Deliver, unheard)
            approval = await leaves(life, Role.CLIENT, c.Approve, unheard)
            await workflow(world, life.job_id).signal("approve", approval)
            await eventually(lambda: over(life), options.REMINDER_TIMEOUT / 2)
            await workflow(world, life.job_id).signal("deliver", late)
            reminder.let_go.set()
            await eventually(lambda: ended(world, life.job_id))
    assert await refusal(world, late) == "already_over"


async def begun(reminder: Hanging) -> bool:
    """Whether it is under way, once."""
    return reminder.met == 1


async def refusal(world: World, instruction_id: str) -> str:
    """The code of the refusal that was recorded."""
    recorded = await outcome(world, instruction_id)
    assert recorded is not None and recorded["status"] == "refused", recorded
    return str(recorded["code"])
