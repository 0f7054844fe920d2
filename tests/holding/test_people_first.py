"""People go before the clock: what reached us counts, also when nobody was there to act on it."""

import asyncio
from datetime import timedelta

import pytest
from httpx import AsyncClient

from domain import commands as c
from domain.cases import Role
from domain.policy import HOUR
from tests.holding.hands import hands, happened, leaves, over, policy
from tests.life import Life, eventually
from tests.world import World

LATER = timedelta(seconds=8)
"""Long enough for a worker to stop."""


async def test_an_approval_committed_before_the_review_ended_wins(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The row was there; that the worker was down and no signal was sent changes nothing."""
    with policy(world, review_period=LATER, mails_that_prove=1):
        async with hands(world):
            await life.in_review()
    await leaves(life, Role.CLIENT, c.Approve, unheard)
    await asyncio.sleep(LATER.total_seconds())
    async with hands(world):
        await eventually(lambda: over(life))
    assert (await happened(world, life.job_id))[-1] == "delivery_approved"


async def test_an_approval_committed_before_the_automatic_rejection_wins(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The dispute's clock finds the decision on its job, and lets it go first."""
    with policy(
        world, rejection_period=LATER, rejection_reminders=(LATER / 8,), mails_that_prove=1
    ):
        async with hands(world):
            await life.rejected()
            await life.open_dispute()
            await eventually(lambda: both_were_reminded(life))
    await leaves(life, Role.CLIENT, c.Approve, unheard)
    await asyncio.sleep(LATER.total_seconds())
    async with hands(world):
        await eventually(lambda: over(life))
    assert await life.states() == ("completed", "dismissed")
    assert "job_rejected" not in await happened(world, life.dispute_id)


@pytest.mark.parametrize("disputed", [False, True])
async def test_an_approval_one_hour_before_the_end_wins(
    world: World, life: Life, disputed: bool
) -> None:
    """On the virtual clock, after nineteen days, twenty-three hours and every reminder."""
    async with hands(world):
        await (life.rejected() if disputed else life.in_review())
        await life.until(await life.due() - HOUR)
        await life.client_does(c.Approve)
    assert (await happened(world, life.job_id))[-1] == "delivery_approved"
    assert (await life.moved())["client"] == -life.price


async def both_were_reminded(life: Life) -> bool:
    """Silence could now end the dispute."""
    return [one.status for one in await life.told("reminder")] == ["accepted"] * 2
