"""New code takes over while jobs run: what began on the old finishes on the new."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from domain import commands as c
from local import deployment, temporal, temporal_binary
from local.children import Child
from local.mail import MailCatcher
from local.places import CLONE, Unready, free_ports
from local.postgres import Postgres
from local.stack import OUR_VARIABLES
from local.temporal import TemporalServer
from settings import Settings
from tests.guards.guards import Edit
from tests.holding.hands import ended, workflow
from tests.life import Life, eventually
from tests.world import World, database, opened, settings_for
from workflows import builds as known
from workflows.builds import DEPLOYMENT

OLD, NEW = "2026.11.1", "2026.11.2"
CHANGE = Edit(
    "workflows/case.py",
    "            await self._something_to_do(case)\n",
    "            await self._something_to_do(case)\n"
    '            if workflow.patched("a-breath"):\n'
    '                await workflow.sleep(timedelta(milliseconds=10), summary="a breath")\n',
)
"""A change of the loop as an upgrade may bring it; without `patched` it would break open jobs."""
DRAINED_SOON = {
    "matching.wv.VersionDrainageStatusVisibilityGracePeriod": '"1s"',
    "matching.wv.VersionDrainageStatusRefreshInterval": '"1s"',
}
"""By default Temporal looks every three minutes whether a build still has work."""


async def test_jobs_that_began_on_the_old_code_finish_on_the_new(
    world: World, workers: dict[str, Child]
) -> None:
    """Open at the deploy step, they are lived to their ends by the new build, books and all."""
    hire(workers[OLD])
    said = await deploy(world, "current", OLD)
    assert said == f"Build {OLD} gets the work; before, workers without a build did.\n"
    offered = await (await Life.begin(world)).offered()
    reviewed = await (await Life.begin(world)).in_review()
    revised = await (await Life.begin(world)).revising()
    rejected = await (await Life.begin(world)).rejected()

    hire(workers[NEW])
    await reviewed.client_does(c.RequestRevision)
    assert took(await history(world, reviewed.job_id))[-1] == OLD
    assert f"before, {OLD} did" in await deploy(world, "current", NEW)
    await reviewed.freelancer_does(c.Deliver)
    await offered.freelancer_does(c.Decline)
    await eventually(lambda: drained(world, OLD), timedelta(seconds=15))
    drained_old = f"{OLD}  drained on jobs, money; its workers can be stopped"
    assert drained_old in await deploy(world, "status")

    workers[OLD].stop()
    await revised.freelancer_does(c.Deliver)
    await revised.client_does(c.Approve)
    await reviewed.client_does(c.Approve)
    await rejected.freelancer_does(c.AcceptRejection)
    for case_id in [life.job_id for life in (offered, reviewed, revised, rejected)]:
        await eventually(partial(ended, world, case_id))
        taken = took(await history(world, case_id))
        assert (taken[0], taken[-1]) == (OLD, NEW)
        assert taken == sorted(taken), "no task of a case went back"
    assert breathed(await history(world, offered.job_id))
    assert not breathed(await history(world, reviewed.job_id)), "what was lived stays as it was"
    assert await world.violations() == []


async def test_a_build_that_nobody_runs_gets_no_work(world: World) -> None:
    """A slip of the pen in the deploy step leaves everything as it was."""
    before = await builds(world)
    with pytest.raises(Unready, match="Build 2026-11-3 cannot have the work"):
        await deployment.make_current(world.temporal, DEPLOYMENT, "2026-11-3", timedelta(0))
    assert await builds(world) == before


async def test_a_worker_without_a_build_says_that_it_would_get_no_work(
    world: World, workers: dict[str, Child]
) -> None:
    """It does not say that it is ready; an operator gives the work back to such workers."""
    if not workers[NEW].started:
        hire(workers[NEW])
    await deploy(world, "current", NEW)
    with pytest.raises(Unready, match=f"Build {NEW} has the work"):
        hire(workers[""])
    workers[""].stop()
    said = await deploy(world, "current", "--unversioned")
    assert said == f"Workers without a build get the work; before, {NEW} did.\n"
    workers[NEW].stop()
    hire(workers[""])
    life = await (await Life.begin(world)).in_review()
    await life.client_does(c.Approve)
    await eventually(partial(ended, world, life.job_id))
    assert set(took(await history(world, life.job_id))) == {""}


async def test_who_never_had_a_build_may_say_so_again(temporal_address: str) -> None:
    """A start without a build id does it each time."""
    client = await Client.connect(temporal_address)
    assert await deployment.make_current(client, "nobodys", "") == ""
    assert await known.current(client, "nobodys") == ""


def hire(worker: Child) -> None:
    """Start the worker's process and wait until it works."""
    worker.start()
    worker.wait_until(lambda: worker.said("worker ready"), 30)


async def deploy(world: World, *words: str) -> str:
    """What the command says when an operator runs it."""
    command = [sys.executable, "-m", "cli", "deploy", *words]
    ours = {
        "TEMPORAL_ADDRESS": world.settings.temporal_address,
        "TEMPORAL_NAMESPACE": world.settings.temporal_namespace,
    }
    run = partial(subprocess.run, check=True, capture_output=True, text=True, timeout=150)
    done = await asyncio.to_thread(run, command, env=os.environ | ours, cwd=CLONE)
    return str(done.stdout)


async def builds(world: World) -> dict[str, str]:
    """Every build and what became of it."""
    return {build.id: build.status for build in await deployment.builds(world.temporal, DEPLOYMENT)}


async def drained(world: World, build_id: str) -> bool:
    """Whether this build has no work any more."""
    return (await builds(world))[build_id] == "drained"


async def history(world: World, case_id: str) -> WorkflowHistory:
    """Everything its workflow did."""
    return await workflow(world, case_id).fetch_history()


def took(told: WorkflowHistory) -> list[str]:
    """The builds that took its tasks, in order."""
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    events = [event for event in told.events if event.event_type == done]
    return [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        for event in events
    ]


def breathed(told: WorkflowHistory) -> bool:
    """Whether it did what only the new code does."""
    timers = [event for event in told.events if event.HasField("timer_started_event_attributes")]
    return any(b"a breath" in event.user_metadata.summary.data for event in timers)


@pytest.fixture(scope="module")
def upgraded_settings(
    postgres_server: Postgres,
    server_folder: Path,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Those of a database and a Temporal server that soon says whether a build is drained."""
    [port] = free_ports(1)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in DRAINED_SOON.items():
            patch.setitem(temporal.DYNAMIC_CONFIG, name, value)
        server = TemporalServer(temporal_binary.find(), server_folder / "upgraded", port)
    server.start()
    files = tmp_path_factory.mktemp("upgraded")
    with database(postgres_server, "upgraded") as url:
        yield settings_for(url, server.address, "default", mail.smtp_port, files)
    server.stop()


@pytest.fixture(scope="module")
async def world(upgraded_settings: Settings) -> AsyncIterator[World]:
    """The API; no worker yet."""
    async with opened(upgraded_settings) as world:
        yield world


@pytest.fixture(scope="module")
def workers(
    world: World, server_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Child]]:
    """A worker of this tree, and one of a copy of it with the change; neither runs yet."""
    ours = {
        "PEEROK_DATABASE_URL": world.settings.database_url,
        "PEEROK_SMTP_PORT": str(world.settings.smtp_port),
        "TEMPORAL_ADDRESS": world.settings.temporal_address,
        "PYTHONUNBUFFERED": "1",
    }
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(OUR_VARIABLES)}
    command = [sys.executable, "-P", "-m", "worker"]
    copy(CLONE, changed := tmp_path_factory.mktemp("changed"))
    CHANGE.apply(changed)
    made = {}
    for build_id, tree in ((OLD, CLONE), (NEW, changed), ("", CLONE)):
        named = {"PEEROK_BUILD_ID": build_id} if build_id else {}
        build = named | {"PYTHONPATH": str(tree)}
        folder = server_folder / "upgraded"
        made[build_id] = Child(
            build_id or "no-build", command, folder, theirs | ours | build, patience_s=20
        )
    yield made
    for worker in made.values():
        worker.stop()


def copy(tree: Path, target: Path) -> None:
    """The modules and packages of this tree, in another folder."""
    for part in tree.iterdir():
        if (part / "__init__.py").exists():
            shutil.copytree(part, target / part.name)
        elif part.suffix == ".py":
            shutil.copy(part, target)
