"""Two transactions in each other's way are the activity's own affair: it takes its step again."""

import asyncio
from collections.abc import Iterator

import pytest
from httpx import AsyncClient
from sqlalchemy import make_url, text

from domain import commands as c
from domain.cases import Role
from domain.outcome import Status
from local.postgres import Postgres
from tests.holding.hands import commit, hands, leaves, rows
from tests.life import Life, eventually
from tests.world import World

WALLET = text("select wallets(array[:person], 'USD')")
CASE = text("select id from cases where id = :job for no key update")
AT_ONCE = text("select id from cases where id = :case for no key update nowait")
TRIP = """
    create sequence tried;
    create function trip() returns trigger language plpgsql security definer as $$
    begin
        if nextval('tried') = 2 then
            raise exception 'could not serialize access' using errcode = '40001';
        end if;
        return new;
    end $$;
    create trigger trip before insert on event for each row execute function trip();
"""
WAITING = "select pid from pg_stat_activity where wait_event_type = 'Lock'"


async def test_a_step_that_met_a_deadlock_is_taken_again(world: World, life: Life) -> None:
    """Somebody locked a wallet and then the case, the wrong way round: the step gives way once."""
    async with hands(world):
        await life.in_review()
    approval = await leaves(life, Role.CLIENT, c.Approve)
    async with world.engine.connect() as other:
        await other.execute(WALLET, {"person": life.client.id})
        step = asyncio.create_task(commit(world, life.job_id, version=3, instruction_id=approval))
        await eventually(lambda: somebody_waits(world))
        await other.execute(CASE, {"job": life.job_id})
        await other.rollback()
        outcome = await step
    assert outcome.status is Status.APPLIED
    await eventually(lambda: a_deadlock_was_ended(world))


async def test_steps_of_one_case_wait_for_each_other(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Both in one try: whoever comes second decides on what the first has left."""
    async with hands(world):
        await life.in_review()
    approval = await leaves(life, Role.CLIENT, c.Approve, unheard)
    another = await leaves(life, Role.CLIENT, c.Approve, unheard)
    async with world.engine.connect() as other:
        await other.execute(CASE, {"job": life.job_id})
        steps = [
            asyncio.create_task(commit(world, life.job_id, version=3, instruction_id=one))
            for one in (approval, another)
        ]
        await eventually(lambda: somebody_waits(world, 2))
        await other.rollback()
        outcomes = await asyncio.gather(*steps)
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED, Status.REFUSED}


async def test_a_step_of_a_dispute_locks_its_job_first(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """While it waits for the job, it holds nothing that whoever has the job might wait for."""
    async with hands(world):
        await life.rejected()
        dispute_id = await life.open_dispute()
    assert dispute_id is not None
    acceptance = await leaves(life, Role.FREELANCER, c.AcceptRejection, unheard)
    async with world.engine.connect() as other:
        await other.execute(CASE, {"job": life.job_id})
        step = commit(world, dispute_id, version=1, instruction_id=acceptance)
        taking = asyncio.create_task(step)
        await eventually(lambda: somebody_waits(world))
        await other.execute(AT_ONCE, {"case": dispute_id})
        await other.rollback()
        outcome = await taking
    assert outcome.status is Status.APPLIED


async def test_a_step_that_met_a_serialization_failure_is_taken_again(
    world: World, life: Life, once_unserializable: None
) -> None:
    """Whatever made PostgreSQL say 40001, the same transaction run again succeeds."""
    async with hands(world):
        await life.offered()
    refusal = await leaves(life, Role.FREELANCER, c.Decline)
    outcome = await commit(world, life.job_id, version=1, instruction_id=refusal)
    assert outcome.status is Status.APPLIED


@pytest.fixture
def once_unserializable(world: World, postgres_server: Postgres) -> Iterator[None]:
    """The second event written from now on meets the error, once; the first is the offer."""
    database = make_url(world.settings.database_url).database or ""
    postgres_server.sql(TRIP, database)
    yield
    postgres_server.sql("drop function trip cascade; drop sequence tried", database)


async def somebody_waits(world: World, so_many: int = 1) -> bool:
    return len(await rows(world, WAITING)) >= so_many


async def a_deadlock_was_ended(world: World) -> bool:
    """Whether the server has ended one in this database."""
    query = "select deadlocks from pg_stat_database where datname = current_database()"
    [row] = await rows(world, query)
    return bool(row.deadlocks)
