"""Workers serve the queues they are told, and each kind of case is started where it lives."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError
from sqlalchemy import QueuePool
from temporalio import workflow
from temporalio.client import Client

from api.main import create
from domain import commands as c
from ledger.database import connect
from settings import Queue, Settings
from tests.holding.hands import workflow as workflow_of
from tests.life import Life
from tests.world import World, working
from worker import LIVES, LOOPS, composed, pools, served
from workflows import builds, options
from workflows.options import TaskQueue

ROOT = Path(__file__).parent.parent


def test_a_worker_can_be_told_every_queue_there_is() -> None:
    """The names of the setting are the names of the queues, and all of them are its default."""
    assert [*get_args(Queue)] == [queue.value for queue in TaskQueue]
    assert Settings().task_queues == get_args(Queue)


def test_each_kind_of_case_is_started_where_its_workflow_lives() -> None:
    """The doors and the workers agree; else a case would wait for nobody."""
    for kind, name in options.WORKFLOWS.items():
        living = LIVES[options.QUEUES[kind]]
        assert name in {workflow._Definition.must_from_class(one).name for one in living}


def test_queues_are_named_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator writes them; one that nobody knows is refused when the process starts."""
    monkeypatch.setenv("PEEROK_TASK_QUEUES", "jobs, money")
    assert Settings().task_queues == ("jobs", "money")
    for wrong in ("", "jobs,", "job"):
        monkeypatch.setenv("PEEROK_TASK_QUEUES", wrong)
        with pytest.raises(ValidationError):
            Settings()


def test_a_worker_serves_only_what_it_is_told() -> None:
    """A queue on which no workflow lives yet takes no worker; none at all is an error."""
    assert served(Settings(task_queues=("jobs", "rewards"))) == [TaskQueue.JOBS]
    told = os.environ | {"PEEROK_TASK_QUEUES": "rewards"}
    command = [sys.executable, "-m", "worker"]
    done = subprocess.run(command, env=told, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "No workflow lives on rewards yet: PEEROK_TASK_QUEUES=jobs works\n"


async def test_how_much_a_worker_takes_is_set(temporal_address: str) -> None:
    """An operator's figures reach the worker; one step more than connections never does."""
    figures = {
        "worker_cached_workflows": 200,
        "worker_workflow_tasks": 40,
        "worker_workflow_pollers": 8,
        "worker_activity_pollers": 3,
        "database_pool": 30,
    }
    client = await Client.connect(temporal_address)
    engine = connect("postgresql://nobody@nowhere/none")
    config = composed(client, engine, Settings.model_validate(figures)).config()
    assert config["max_cached_workflows"] == 200
    assert config["max_concurrent_workflow_tasks"] == 40
    assert config["max_concurrent_workflow_task_polls"] == 8
    assert config["max_concurrent_activity_task_polls"] == 3
    assert config["max_concurrent_local_activities"] == 30 - LOOPS
    assert [*config["workflows"]] == [*LIVES[TaskQueue.JOBS]]


def test_steps_of_all_queues_share_connections_that_no_loop_needs() -> None:
    """However many wait, they are never more than the setting, and the loops have their own."""
    sizes = []
    for engine in pools(Settings(database_pool=12)):
        assert isinstance(engine.pool, QueuePool)
        sizes.append(engine.pool.size())
    assert sizes == [12 - LOOPS, LOOPS]


async def test_who_shares_a_namespace_has_a_deployment_of_their_own(temporal_address: str) -> None:
    """Else one's `deploy current` would take the work from the other's workers."""
    client = await Client.connect(temporal_address)
    engine = connect("postgresql://nobody@nowhere/none")
    ours = Settings(build_id="2026.11.1", task_queue_prefix="ours-")
    told = composed(client, engine, ours).config()["deployment_config"]
    assert told is not None
    assert told.version.deployment_name == builds.deployment("ours-") == "ours-peerok"


async def test_who_shares_a_namespace_keeps_to_queues_of_their_own(world: World) -> None:
    """With a prefix a case waits on that queue, and the worker with the same prefix takes it."""
    ours = world.settings.model_copy(update={"task_queue_prefix": "ours-"})
    app = create(ours)
    transport = ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://api.test") as http,
        working(ours),
    ):
        life = await (await Life.begin(replace(world, app=app, http=http))).offered()
        await life.freelancer_does(c.Decline)
        described = await workflow_of(world, life.job_id).describe()
    assert described.task_queue == "ours-jobs"


async def test_staff_start_a_case_again_on_the_queue_of_ours(world: World) -> None:
    """A case whose workflow was terminated goes to the workers with the prefix, as it did."""
    ours = world.settings.model_copy(update={"task_queue_prefix": "ours-"})
    app = create(ours)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
        working(ours),
    ):
        life = await (await Life.begin(replace(world, app=app, http=http))).offered()
        await workflow_of(world, life.job_id).terminate()
        staff = replace(world.house.staff, http=http)
        answer = await staff.post(f"/v1/staff/cases/{life.job_id}/retry")
        assert answer.json() == {"case_id": life.job_id, "told": True}
        described = await workflow_of(world, life.job_id).describe()
        assert described.task_queue == "ours-jobs"
        await life.freelancer_does(c.Decline)
