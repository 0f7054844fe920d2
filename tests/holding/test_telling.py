"""What one case must tell another's workflow is told until it is heard."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities import sweeper as sweeping
from activities.books import tell
from activities.sweeper import Sweeper
from domain import commands as c
from domain.cases import Role
from tests.holding.hands import commit, ended, hands, happened, leaves, rows, sweeper, workflow
from tests.life import Life, eventually
from tests.world import World
from workflows.doors import Doors
from workflows.options import SHORT

TOLD = "select id from tell where told_at is not null and workflow_id like :like"
WAITING = "select id from tell where told_at is null and workflow_id like :like"
UNTOLD = "select id from tell where told_at is null and workflow_id = :workflow"
COPIES = """
    insert into cases (id, kind, state, version, over, owner, due_at, wake_at, client_id,
                       freelancer_id, terms, data, opened_at, last_event_at)
    select 'copy_' || id || '_' || n, kind, state, version, over, owner, due_at, wake_at, client_id,
           freelancer_id, terms, data, opened_at, last_event_at + n * interval '1 ms'
      from cases, generate_series(1, 25) as n
     where id = :job
    returning id
"""
OVER = """
    update cases set over = true, state = 'lapsed', closed_at = now(), owner = null, due_at = null
     where id like :like returning id
"""


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
    assert (await happened(world, life.job_id))[-1] == "job_funded"


async def test_a_confirmation_tells_a_few_and_leaves_the_rest_to_the_sweeper(
    world: World,
) -> None:
    """An accountant does not wait while a client's many jobs are told that money came."""
    life = await Life.begin(world, wallet=0)
    async with hands(world):
        await life.awaiting_funds()
    like = f"copy_{life.job_id}_%"
    await rows(world, COPIES, job=life.job_id)
    await life.money_comes(1_00)
    told = await rows(world, TOLD, like=f"job/{like}")
    untold = await rows(world, WAITING, like=f"job/{like}")
    await rows(world, OVER, like=like)
    assert (len(told), len(untold)) == (19, 6), "the job itself is the first of the twenty"


async def test_what_is_told_while_somebody_decides_is_looked_at_afterwards(world: World) -> None:
    """Money and a decision reach a sleeping workflow together: both have their effect."""
    life = await Life.begin(world, wallet=0)
    async with hands(world):
        await life.awaiting_funds()
    await leaves(life, Role.STAFF, c.PauseClock)
    await life.money_comes(life.price)
    async with hands(world):
        await eventually(lambda: funded(life))
    assert await happened(world, life.job_id) == [
        "job_offered", "offer_accepted", "clock_paused", "job_funded"
    ]  # fmt: skip


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


async def test_a_step_waits_for_a_slow_temporal_no_longer_than_its_own_time(
    world: World, life: Life
) -> None:
    """It is committed and says so within a local activity's two seconds; the row stays untold."""
    async with hands(world):
        await life.rejected()
    acceptance = await leaves(life, Role.FREELANCER, c.AcceptRejection)
    async with asyncio.timeout(SHORT.total_seconds() - 0.5):
        await commit(world, life.dispute_id, version=1, instruction_id=acceptance, heard=hangs)
    assert await rows(world, UNTOLD, workflow=f"job/{life.job_id}")


async def test_who_cannot_be_reached_is_not_tried_for_each_workflow(world: World) -> None:
    """The first that does not hear ends it: a step's answer does not wait for all the others."""
    tried: list[str] = []

    async def deaf(workflow_id: str) -> bool:
        tried.append(workflow_id)
        return False

    await tell(world.engine, deaf, [(-1, "job/1"), (-2, "job/2")])
    assert tried == ["job/1"]


async def test_the_sweeper_stops_telling_when_temporal_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try costs its whole timeout: the first says enough, the next sweep tries again."""
    monkeypatch.setattr(sweeping, "UNTOLD_AFTER", timedelta(0))
    three = "select 'job/x', 'told' from generate_series(1, 3)"
    query = f"insert into tell (workflow_id, signal) {three} returning id"
    ids = [row.id for row in await rows(world, query)]
    away = Away(world.temporal)
    with pytest.raises(RPCError):
        await Sweeper(world.engine, away, timedelta(0)).tells()
    assert len(away.tries) == 1
    await sweeper(world).tells()
    told = await rows(world, "select id from tell where told_at is not null")
    assert set(ids) <= {row.id for row in told}


async def test_what_was_told_long_ago_is_forgotten(world: World) -> None:
    """What was told today, or never, stays."""
    query = (
        "insert into tell (workflow_id, signal, told_at) values ('job/x', 'told', {}) returning id"
    )
    times = ("now() - '25 h'::interval", "now()", "null")
    [old], [fresh], [untold] = [await rows(world, query.format(at)) for at in times]
    assert await sweeper(world).forget() >= 1
    kept = {row.id for row in await rows(world, "select id from tell")}
    assert old.id not in kept
    assert {fresh.id, untold.id} <= kept


@dataclass(frozen=True)
class Away(Doors):
    """Temporal is away."""

    tries: list[str] = field(default_factory=list)

    async def tell(self, workflow_id: str) -> None:
        self.tries.append(workflow_id)
        raise RPCError("nobody there", RPCStatusCode.UNAVAILABLE, b"")


async def hangs(workflow_id: str) -> bool:
    """Temporal answers much later."""
    await asyncio.sleep(30)
    return True


async def funded(life: Life) -> bool:
    return (await life.states())[0] == "in_progress"


async def nobody_hears(workflow_id: str) -> bool:
    """Temporal is away."""
    return False
