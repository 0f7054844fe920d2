"""What one case must tell another's workflow is told until it is heard."""

from datetime import timedelta

import pytest

from activities import sweeper as sweeping
from domain import commands as c
from domain.cases import Role
from tests.holding.hands import commit, ended, hands, leaves, rows, sweeper, workflow
from tests.life import Life, eventually
from tests.world import World

UNTOLD = "select id from tell where told_at is null and workflow_id = :workflow"


async def test_a_job_hears_that_its_dispute_ended_it(world: World, life: Life) -> None:
    """The freelancer accepts the rejection in the dispute; the job's workflow ends with it."""
    async with hands(world):
        await life.rejected()
        await life.freelancer_does(c.AcceptRejection)
        await eventually(lambda: ended(world, life.job_id))
    assert not await rows(world, UNTOLD, workflow=f"job/{life.job_id}")


async def test_a_dispute_hears_that_its_job_ended_it(world: World, life: Life) -> None:
    """The client approves on the job; the dispute's workflow ends with it."""
    async with hands(world):
        await life.rejected()
        await life.client_does(c.Approve)
        await eventually(lambda: ended(world, life.dispute_id))
    assert not await rows(world, UNTOLD, workflow=f"dispute/{life.dispute_id}")


async def test_a_job_that_waits_for_money_hears_that_it_came(world: World) -> None:
    """The receipt's confirmation wakes the job, which takes what it needs."""
    life = await Life.begin(world, wallet=0)
    async with hands(world):
        await life.awaiting_funds()
        await life.money_comes(life.price)
        await eventually(lambda: funded(life))


async def test_what_was_not_heard_is_told_again(
    world: World, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal was lost with whoever sent it; the row is there, and the sweeper reads it."""
    monkeypatch.setattr(sweeping, "UNTOLD_AFTER", timedelta(0))
    async with hands(world):
        await life.rejected()
    acceptance = await leaves(life, Role.FREELANCER, c.AcceptRejection)
    await commit(world, life.dispute_id, version=1, instruction_id=acceptance, heard=nobody_hears)
    async with hands(world):
        await eventually(lambda: ended(world, life.dispute_id))
        assert not await ended(world, life.job_id)
        assert await rows(world, UNTOLD, workflow=f"job/{life.job_id}")
        await sweeper(world).tells()
        await eventually(lambda: ended(world, life.job_id))
    assert not await rows(world, UNTOLD, workflow=f"job/{life.job_id}")


async def test_whoever_is_not_there_counts_as_told(
    world: World, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts later looks at its row first: there is nothing to tell it again and again."""
    monkeypatch.setattr(sweeping, "UNTOLD_AFTER", timedelta(0))
    async with hands(world):
        await life.in_review()
        await workflow(world, life.job_id).terminate()
        nobody = {"workflow": f"job/{life.job_id}"}
        await rows(
            world,
            "insert into tell (workflow_id, signal) values (:workflow, 'told') returning id",
            **nobody,
        )
        await sweeper(world).tells()
    assert not await rows(world, UNTOLD, **nobody)


async def funded(life: Life) -> bool:
    return (await life.states())[0] == "in_progress"


async def nobody_hears(workflow_id: str) -> bool:
    """Temporal is away."""
    return False
