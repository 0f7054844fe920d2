"""A cluster on one machine: its parts are killed one by one, and no decision is lost."""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from domain import commands as c
from domain.cases import Role
from ledger import failing
from local import debian, up
from local.cluster import Cluster, ClusterPorts
from local.places import passable
from local.turns import InTurn
from tests.cluster.insisting import Insisting
from tests.holding.hands import happened, rows, workflow
from tests.life import Life, eventually
from tests.sums import as_sent
from tests.usual import usual_body
from tests.world import World, opened, settings_for
from workflows.options import TaskQueue

pytestmark = pytest.mark.skipif(
    not debian.installed(), reason=f"takes Debian's PostgreSQL 15: {debian.INSTALL}"
)
PATIENCE_S = 60
REPORTED_WITHIN = timedelta(minutes=3)
"""Five failures in a row come first, each longer than the one before."""
LIVED = [
    *("job_offered", "offer_accepted", "work_delivered"),
    *("revision_requested", "work_delivered", "delivery_approved"),
]
PARTS = ("worker", "api", "postgres", "temporal-server")


async def test_both_apis_serve_one_job(world: World, cluster: Cluster) -> None:
    """Any process of the API takes anybody's next decision; both have had their share of these."""
    life = await (await Life.begin(world)).in_review()
    await life.client_does(c.Approve)
    assert all(api.said(f"/v1/jobs/{life.job_id}/") for api in cluster.urls.values())


@pytest.mark.parametrize("part", PARTS)
async def test_jobs_go_through_their_lives_while_a_part_is_killed(
    world: World, cluster: Cluster, part: str
) -> None:
    """Killed in the middle of their decisions it is started again; each decision counts once."""
    [child] = [child for child in cluster.children() if child.name == part]
    lives = [await (await Life.begin(world)).in_review() for _ in range(3)]
    decisions = [await revision(one) for one in lives]
    killed = child.pid

    async def started_again() -> bool:
        return child.pid != killed

    async with tended(cluster):
        deciding = [asyncio.create_task(decision()) for decision in decisions]
        await asyncio.sleep(0.05)
        os.killpg(killed, signal.SIGKILL)
        assert {one.status_code for one in await asyncio.gather(*deciding)} == {200}
        for life in lives:
            await life.freelancer_does(c.Deliver)
            await life.client_does(c.Approve)
        await eventually(started_again)
    for life in lives:
        assert await happened(world, life.job_id) == LIVED
        assert await life.moved() == {"client": -200_00, "freelancer": 180_00, "platform": 20_00}
    assert await world.violations() == []


async def test_a_second_start_keeps_what_was_there(world: World, cluster: Cluster) -> None:
    """Stopped in order and started again, a job goes on where it was, workflow and all."""
    life = await (await Life.begin(world)).in_review()
    cluster.stop()
    await asyncio.to_thread(cluster.start)
    await life.client_does(c.Approve)
    assert (await life.states())[0] == "completed"
    open_cases = cluster.postgres.sql("select count(*) from cases where not over", "peerok")
    running = await world.temporal.count_workflows("ExecutionStatus = 'Running' AND Stuck = false")
    assert running.count == int(open_cases)


async def test_a_start_without_a_build_gives_the_work_back(world: World, cluster: Cluster) -> None:
    """`PEEROK_BUILD_ID=… make cluster` and later a plain one on the same folder: both work."""
    life = await (await Life.begin(world)).in_review()
    cluster.stop()
    told = {**cluster.settings, "PEEROK_BUILD_ID": "2026.11.1"}
    built = Cluster(cluster.folder, cluster.ports, settings=told)
    await asyncio.to_thread(built.start)
    await life.client_does(c.RequestRevision)
    built.stop()
    await asyncio.to_thread(cluster.start)
    await life.freelancer_does(c.Deliver)
    await life.client_does(c.Approve)
    assert await happened(world, life.job_id) == LIVED


def test_a_busy_port_is_one_clear_line(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has something on a port of the cluster learns what it is, before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        taken = busy.getsockname()[1]
        ports = replace(ClusterPorts.free(), api_2=taken)
        assert up.cluster(folder=cluster.folder / "other", ports=ports) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"Port {taken}, which the second API needs, is taken by process")
    assert printed.count("\n") == 1


async def revision(life: Life) -> Callable[[], Coroutine[Any, Any, Response]]:
    """The client's request for one, ready to be sent: nothing is read of the books any more."""
    body = as_sent(await usual_body(life, Role.CLIENT, c.RequestRevision))
    return partial(life.client.post, await life.path(Role.CLIENT, c.RequestRevision), body)


@asynccontextmanager
async def tended(cluster: Cluster) -> AsyncIterator[None]:
    """As `make cluster` looks after its processes."""

    async def tend() -> None:
        while True:
            cluster.tend()
            await asyncio.sleep(0.2)

    tending = asyncio.create_task(tend())
    yield
    tending.cancel()
    with suppress(asyncio.CancelledError):
        await tending


async def test_a_workflow_that_itself_fails_is_noted(world: World, cluster: Cluster) -> None:
    """Temporal on PostgreSQL says so by itself, and the workers note it; mended, it goes on."""
    life = await (await Life.begin(world)).in_review()
    await workflow(world, life.job_id).terminate("nobody knows its type")
    broken = await world.temporal.start_workflow(
        "NobodysWorkflow", id=f"job/{life.job_id}", task_queue=TaskQueue.JOBS
    )
    await eventually(lambda: noted(world, life), REPORTED_WITHIN)
    await broken.terminate("mended")
    await life.client_does(c.Approve)
    await eventually(lambda: forgotten(world, life), REPORTED_WITHIN)
    assert (await life.states())[0] == "completed"


async def noted(world: World, life: Life) -> bool:
    """Whether a worker has noted that the workflow itself fails."""
    query = "select what from failing_step where case_id = :job"
    found = [row.what for row in await rows(world, query, job=life.job_id)]
    return any(what.startswith(failing.BEFORE_ANY_STEP) for what in found)


async def forgotten(world: World, life: Life) -> bool:
    """Whether no worker says so any longer."""
    return not await noted(world, life)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster of our own that runs."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    waits_long = {"PEEROK_OUTCOME_WAIT": "PT30S"}
    with Cluster(folder, settings=waits_long) as cluster:
        yield cluster
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def world(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The people of that cluster, whose clients repeat what was not answered."""
    url, address = cluster.postgres.url(), f"127.0.0.1:{cluster.ports.temporal}"
    files = tmp_path_factory.mktemp("cluster")
    settings = settings_for(url, address, "default", cluster.ports.smtp, files)
    insisting = Insisting(InTurn(list(cluster.urls)), PATIENCE_S)
    async with (
        opened(settings) as world,
        AsyncClient(transport=insisting, base_url=cluster.url, timeout=45) as http,
    ):
        yield replace(world, http=http)
