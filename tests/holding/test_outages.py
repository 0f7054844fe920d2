"""Servers go away and come back, workers are killed: every decision is acted on, once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import WorkflowExecutionStatus

from api.main import create
from domain import commands as c
from domain.cases import Role
from ledger import agreements
from ledger.migrate import upgrade
from local import temporal_binary
from local.children import Child
from local.mail import MailCatcher
from local.places import free_ports, passable
from local.postgres import OWNER, Postgres
from local.temporal import TemporalServer
from tests.holding.hands import decided, happened, leaves, over, policy, rows, workflow
from tests.life import Life, eventually
from tests.world import World, opened, settings_for, without_ours

PATIENCE = timedelta(seconds=40)
WAITING = "select pid from pg_stat_activity where wait_event_type = 'Lock'"


@dataclass
class Servers:
    """What can go away."""

    postgres: Postgres
    temporal: TemporalServer
    worker: Child

    def hire(self) -> None:
        """Start the worker's process and wait until it works."""
        self.worker.start()
        self.worker.wait_until(lambda: self.worker.said("worker ready"), 30)


async def test_steps_wait_visibly_while_the_database_is_away(
    frail: World, servers: Servers, mail: MailCatcher
) -> None:
    """The clock's step is a pending activity until PostgreSQL is back; then all goes on."""
    with policy(frail, offer_period=timedelta(seconds=1)):
        life = await (await Life.begin(frail)).offered()
    servers.postgres.stop()
    await eventually(lambda: is_pending(life, "commit_step"), PATIENCE)
    assert (await life.client.get(f"/v1/jobs/{life.job_id}")).status_code == 503
    servers.postgres.start()
    await eventually(lambda: over(life), PATIENCE)
    assert await happened(frail, life.job_id) == ["job_offered", "offer_lapsed"]
    await eventually(lambda: mailed(mail, life, "lapse"), PATIENCE)


async def test_a_decision_is_kept_while_temporal_is_away(frail: World, servers: Servers) -> None:
    """202: it is recorded, and acted on when Temporal is back."""
    life = await (await Life.begin(frail)).in_review()
    servers.temporal.stop()
    approval = await leaves(life, Role.CLIENT, c.Approve)
    assert not await decided(frail, approval)
    servers.temporal.start()
    await eventually(lambda: decided(frail, approval), PATIENCE)
    assert (await life.states())[0] == "completed"


async def test_every_open_case_goes_on_when_temporals_store_is_lost(
    frail: World, servers: Servers
) -> None:
    """Its file is deleted under open jobs and an open dispute; all are lived to their ends."""
    offered = await (await Life.begin(frail)).offered()
    reviewed = await (await Life.begin(frail)).in_review()
    rejected = await (await Life.begin(frail)).rejected()
    servers.temporal.stop()
    store = servers.temporal.store
    assert store is not None
    for file in store.parent.glob(f"{store.name}*"):
        file.unlink()
    approval = await leaves(reviewed, Role.CLIENT, c.Approve)
    servers.temporal.start()
    await eventually(lambda: decided(frail, approval), PATIENCE)
    await offered.freelancer_does(c.Decline)
    await eventually(lambda: runs(rejected, rejected.job_id), PATIENCE)
    await rejected.freelancer_does(c.AcceptRejection)
    for life in (offered, reviewed, rejected):
        assert await over(life)
    assert await frail.violations() == []


async def test_a_step_in_which_a_worker_was_killed_is_finished_by_the_next(
    frail: World, servers: Servers
) -> None:
    """It waited for the case's row when it died; the next worker takes it, once."""
    life = await (await Life.begin(frail)).in_review()
    async with frail.engine.connect() as other:
        await lock(other, life)
        approval = await leaves(life, Role.CLIENT, c.Approve)
        await eventually(lambda: a_step_waits(frail))
        servers.worker.kill()
    servers.hire()
    await eventually(lambda: decided(frail, approval), PATIENCE)
    assert (await happened(frail, life.job_id)).count("delivery_approved") == 1
    assert await frail.violations() == []


@pytest.mark.parametrize("visible", [False, True])
async def test_a_worker_that_is_told_to_stop_finishes_its_steps(
    frail: World, servers: Servers, visible: bool
) -> None:
    """SIGTERM in the middle of a step, quick or visible: it is committed before the end."""
    life = await (await Life.begin(frail)).in_review()
    async with frail.engine.connect() as other:
        await lock(other, life)
        approval = await leaves(life, Role.CLIENT, c.Approve)
        if visible:
            await eventually(lambda: is_pending(life, "commit_step"), PATIENCE)
        await eventually(lambda: a_step_waits(frail))
        stopping = asyncio.create_task(asyncio.to_thread(servers.worker.stop))
        await asyncio.sleep(0.5)
        await other.rollback()
        await stopping
    assert await decided(frail, approval)
    assert servers.worker.said("worker stopped")
    servers.hire()


async def test_a_worker_that_is_up_before_temporal_waits_for_it(servers: Servers) -> None:
    """Whoever restarts everything at once need not order it."""
    servers.worker.stop()
    servers.temporal.stop()
    servers.worker.start()
    asleep = partial(servers.worker.said, "Temporal does not answer yet")
    await asyncio.to_thread(servers.worker.wait_until, asleep, 30)
    servers.temporal.start()
    works = partial(servers.worker.said, "worker ready")
    await asyncio.to_thread(servers.worker.wait_until, works, 30)
    assert works()


async def test_an_api_that_is_up_before_the_database_waits_for_it(
    frail: World, servers: Servers
) -> None:
    """The same, for what it has to read before it can answer."""
    servers.postgres.stop()
    app = create(frail.settings)
    lifespan = app.router.lifespan_context(app)
    entering = asyncio.create_task(lifespan.__aenter__())
    await asyncio.sleep(0.5)
    assert not entering.done()
    servers.postgres.start()
    await asyncio.wait_for(entering, 20)
    async with app.state.engine.connect() as c:
        assert await agreements.current(c, "nda")
    await lifespan.__aexit__(None, None, None)


@pytest.fixture(scope="module")
def servers(server_folder: Path, mail: MailCatcher) -> Iterator[Servers]:
    """A PostgreSQL, a Temporal that keeps its store in a file, and a worker's process."""
    folder = passable(server_folder / "frail")
    postgres = Postgres(folder / "pg", durable=False)
    postgres.start()
    upgrade(postgres.url(role=OWNER))
    [port] = free_ports(1)
    store = folder / "temporal" / "store.db"
    temporal = TemporalServer(temporal_binary.find(), folder / "log", port, store=store)
    temporal.start()
    environment = without_ours() | {
        "PEEROK_DATABASE_URL": postgres.url(),
        "TEMPORAL_ADDRESS": temporal.address,
        "PEEROK_SMTP_PORT": str(mail.smtp_port),
        "PEEROK_SWEEP_AFTER": "PT1S",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "worker"]
    worker = Child("worker", command, folder / "log", environment, patience_s=20)
    servers = Servers(postgres, temporal, worker)
    servers.hire()
    yield servers
    worker.stop()
    temporal.stop()
    postgres.stop()


@pytest.fixture(scope="module")
async def frail(
    servers: Servers, mail: MailCatcher, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The API over those servers."""
    url, address = servers.postgres.url(), servers.temporal.address
    files = tmp_path_factory.mktemp("frail")
    async with opened(settings_for(url, address, "default", mail.smtp_port, files)) as world:
        yield world


async def lock(other: AsyncConnection, life: Life) -> None:
    """Keep every step of this job waiting."""
    query = text("select id from cases where id = :job for no key update")
    await other.execute(query, {"job": life.job_id})


async def a_step_waits(world: World) -> bool:
    return bool(await rows(world, WAITING))


async def is_pending(life: Life, activity_type: str) -> bool:
    """Whether operators see this activity waiting in the job's workflow."""
    described = await workflow(life.world, life.job_id).describe()
    pending = described.raw_description.pending_activities
    return activity_type in [one.activity_type.name for one in pending]


async def runs(life: Life, case_id: str) -> bool:
    described = await workflow(life.world, case_id).describe()
    return described.status is WorkflowExecutionStatus.RUNNING


async def mailed(mail: MailCatcher, life: Life, word: str) -> bool:
    """Whether the client has got a mail about it."""
    got = await asyncio.to_thread(mail.messages, life.client.email)
    return any(word in one["subject"] for one in got)
