"""A step that fails in the database says why to operators, and nothing of what people wrote."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url

from domain import commands as c
from domain.cases import Role
from local.postgres import Postgres
from tests.holding.hands import commit, decided, hands, leaves, rows, workflow
from tests.holding.test_failures import details, retried, stuck
from tests.life import Life, eventually
from tests.world import World

CONSTRAINTS = {
    "mail": "address = ''",
    "notice": "subject = ''",
    "instruction": "outcome is null",
}
"""Rows of these hold an address, a title, a request's hash: PostgreSQL quotes the failing row."""


@pytest.mark.parametrize("table", CONSTRAINTS)
async def test_a_failure_of_the_database_is_told_without_what_it_is_about(
    world: World,
    life: Life,
    caplog: pytest.LogCaptureFixture,
    postgres_server: Postgres,
    impatient: None,
    table: str,
) -> None:
    """History, pending activity and log name the code and the constraint, and no value."""
    caplog.set_level(logging.INFO)
    async with hands(world):
        await life.offered(title="Zanzibar")
        job = workflow(world, life.job_id)
        async with failing(world, postgres_server, table) as name:
            refusal = await leaves(life, Role.FREELANCER, c.Decline)
            await eventually(lambda: stuck(life))
            await eventually(lambda: has_failed(life))
            shown = await details(life)
            pending = str((await job.describe()).raw_description.pending_activities)
        assert await retried(life)
        await eventually(lambda: decided(world, refusal))
    history = (await job.fetch_history()).to_json()
    for told in (shown, pending, history, caplog.text):
        assert f"23514 {name}" in told
        assert [secret for secret in await secrets(life, refusal) if secret in told] == []
    assert "exceeds size limit" not in pending


async def test_a_failure_of_our_own_is_told_without_its_words(world: World, life: Life) -> None:
    """An instruction that cannot be read: what kind of error and where, not what it read."""
    async with hands(world):
        await life.offered(title="Zanzibar")
    terms = "update cases set terms = jsonb_build_object('Quagga', 1) where id = :job returning id"
    await rows(world, terms, job=life.job_id)
    with pytest.raises(Exception, match=r"ValidationError: in .*\.py:\d+") as failure:
        await commit(world, life.job_id, version=1)
    assert "Quagga" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


@asynccontextmanager
async def failing(world: World, server: Postgres, table: str) -> AsyncIterator[str]:
    """No row of the table is taken inside the block; the name of what forbids it."""
    database = make_url(world.settings.database_url).database or ""
    name = f"nothing_goes_in_{table}"
    rule = f"check ({CONSTRAINTS[table]}) not valid"
    server.sql(f"alter table {table} add constraint {name} {rule}", database)
    try:
        yield name
    finally:
        server.sql(f"alter table {table} drop constraint {name}", database)


async def secrets(life: Life, instruction_id: str) -> list[str]:
    """What the failing rows hold."""
    query = "select encode(request_hash, 'hex') as hash from instruction where id = :id"
    [row] = await rows(life.world, query, id=instruction_id)
    return ["Zanzibar", life.client.email, life.freelancer.email, "@example", row.hash]


async def has_failed(life: Life) -> bool:
    """Whether the visible activity has been tried too."""
    described = await workflow(life.world, life.job_id).describe()
    return any(one.HasField("last_failure") for one in described.raw_description.pending_activities)
