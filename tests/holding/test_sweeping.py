"""The sweeper gives up nobody: not when Temporal is away, not when one workflow refuses."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from httpx import AsyncClient
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from activities import sweeper as sweeping
from activities.sweeper import Patience, Sweeper
from domain import commands as c
from domain.cases import Role
from ledger import instructions
from local.places import free_ports
from tests.holding.hands import (
    decided,
    ended,
    hands,
    happened,
    leaves,
    policy,
    rows,
    sweeper,
    unstarted_dispute,
    workflow,
)
from tests.life import Life, eventually
from tests.world import World
from workflows.doors import Doors

SOON = timedelta(milliseconds=1)


async def test_tries_that_reached_nobody_cost_no_patience(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """However long Temporal was away, what was decided meanwhile is signalled when it is back."""
    async with hands(world):
        await life.offered()
    refusal = await leaves(life, Role.FREELANCER, c.Decline, unheard)
    [port] = free_ports(1)
    away = await Client.connect(
        f"127.0.0.1:{port}",
        namespace=world.temporal.namespace,
        data_converter=pydantic_data_converter,
        lazy=True,
    )
    sweeper = Sweeper(world.engine, Doors(away), SOON)
    for _ in range(20):
        with pytest.raises(RPCError):
            await sweeper.instructions()
    async with hands(world), forwarded(port, world.settings.temporal_address):
        await sweeper.instructions()
        await eventually(lambda: decided(world, refusal))


async def test_a_workflow_that_takes_no_more_signals_keeps_nobody_waiting(
    strict: World,
) -> None:
    """It has as many as a workflow may have; those behind it in the queue get theirs."""
    async with hands(strict):
        full = await (await Life.begin(strict)).offered()
        other = await (await Life.begin(strict)).offered()
    for _ in range(49):
        await workflow(strict, full.job_id).signal("told")
    first, second = [await leaves(one, Role.FREELANCER, c.Decline) for one in (full, other)]
    with pytest.raises(RPCError, match="signal"):
        await workflow(strict, full.job_id).signal("told")
    await sweeper(strict).instructions()
    async with hands(strict):
        await eventually(lambda: decided(strict, first))
        await eventually(lambda: decided(strict, second))


async def test_a_case_that_cannot_be_read_keeps_nobody_waiting(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Its row is broken; those behind it in the queue get their signals."""
    broken = await Life.begin(world)
    async with hands(world):
        await broken.offered()
        await life.offered()
    for one in (broken, life):
        refusal = await leaves(one, Role.FREELANCER, c.Decline, unheard)
    terms = "update cases set terms = cast(:terms as jsonb) where id = :job returning terms"
    [kept] = await rows(world, "select terms from cases where id = :job", job=broken.job_id)
    await rows(world, terms, job=broken.job_id, terms="{}")
    async with hands(world):
        await sweeper(world).instructions()
        await eventually(lambda: decided(world, refusal))
    assert (await happened(world, life.job_id))[-1] == "offer_declined"
    await rows(world, terms, job=broken.job_id, terms=json.dumps(kept.terms))


async def test_a_workflow_that_waits_for_a_later_moment_than_its_row_looks_again(
    world: World, life: Life
) -> None:
    """The database came from a backup, or was ahead: the row's moment is the one that counts."""
    with policy(world, offer_period=timedelta(hours=1)):
        async with hands(world):
            await life.offered()
            past = "now() - '1 h'::interval"
            moved = f"data = jsonb_set(data, '{{timers,0,at}}', to_jsonb({past})), wake_at = {past}"
            query = f"update cases set {moved} where id = :job returning id"
            assert await rows(world, query, job=life.job_id)
            await sweeper(world).overdue()
            await eventually(lambda: ended(world, life.job_id))
    assert await happened(world, life.job_id) == ["job_offered", "offer_lapsed"]


def test_a_case_that_is_stuck_for_weeks_gets_a_signal_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twice as rarely each time, at least every ten minutes; when it is solved it is forgotten."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    patience = Patience[str](timedelta(seconds=10))
    rests = []
    for _ in range(60):
        patience.tried("instruction_1")
        begun = now
        while patience.resting():
            now += 1
        rests.append(now - begun)
    assert rests[:7] == [10, 20, 40, 80, 160, 320, 600]
    assert set(rests[7:]) == {600}
    for _ in range(2000):
        now += 600
        patience.tried("instruction_1")
    assert patience.resting() == ["instruction_1"]
    now += 1201
    assert patience.resting() == []
    patience.tried("instruction_1")
    now += 10
    assert patience.resting() == [], "it begins again"


async def test_those_who_were_tried_leave_room_for_those_behind_them(
    world: World, life: Life, unheard: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many hopeless ones are older: a batch is filled with those whose turn has come."""
    lives = [life, *[await Life.begin(world) for _ in range(2)]]
    async with hands(world):
        for one in lives:
            await one.offered()
    left = [await leaves(one, Role.FREELANCER, c.Decline, unheard) for one in lives]
    asked = instructions.overdue

    async def few(*given: Any, **more: Any) -> Any:
        found = await asked(*given, **more)
        return [row for row in found if row["id"] in left][:1]

    monkeypatch.setattr(instructions, "overdue", few)
    ours = Sweeper(world.engine, Doors(world.temporal), timedelta(hours=1))
    monkeypatch.setattr(ours, "_sweep_after", timedelta(0))
    assert [await ours.instructions() for _ in range(4)] == [1, 1, 1, 0]
    async with hands(world):
        for each in left:
            await eventually(partial(decided, world, each))


async def test_after_a_lost_store_many_are_started_in_one_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where workflows are missing a pass looks further; where none is, at one batch."""
    monkeypatch.setattr(sweeping, "BATCH", 2)
    async with hands(world):
        lives = [await (await Life.begin(world)).offered() for _ in range(5)]
    for one in lives:
        await workflow(world, one.job_id).terminate()
    ours = sweeper(world)
    query = "select coalesce(max(id), '') from cases where id < :job"
    [[ours._cursor]] = await rows(world, query, job=lives[0].job_id)

    async def seen() -> bool:
        return not await Doors(world.temporal).running([f"job/{one.job_id}" for one in lives])

    await eventually(seen)
    assert await ours.missing() == 5


async def test_a_dispute_whose_workflow_never_started_is_started(world: World, life: Life) -> None:
    """Its parent died between the row and the child, and is gone; the row is enough."""
    dispute = await unstarted_dispute(world, life)
    ours = sweeper(world)

    async def started() -> bool:
        await ours.missing()
        running = await Doors(world.temporal).running([f"dispute/{dispute}", f"job/{life.job_id}"])
        return len(running) == 2

    await eventually(started)
    async with hands(world):
        await life.freelancer_does(c.AcceptRejection)
        await eventually(lambda: ended(world, dispute))
    assert await life.states() == ("cancelled", "accepted")


@asynccontextmanager
async def forwarded(port: int, address: str) -> AsyncIterator[None]:
    """Temporal is reached at this port too."""
    host, _, target = address.partition(":")
    pouring: list[asyncio.Task[None]] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(target))
        pouring.append(asyncio.create_task(_pour(reader, back)))
        pouring.append(asyncio.create_task(_pour(there, writer)))

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    yield
    server.close()
    for task in pouring:
        task.cancel()
    await asyncio.gather(*pouring, return_exceptions=True)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(65536):
            target.write(chunk)
            await target.drain()
    finally:
        target.close()
        await target.wait_closed()
