"""A dispute outlives the workflow of its job, and both outlive the length of their histories."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain import commands as c
from domain.cases import Role
from local import temporal, temporal_binary
from local.mail import MailCatcher
from local.places import free_ports
from local.postgres import Postgres
from local.temporal import TemporalServer
from tests.holding.hands import ended, hands, leaves, workflow
from tests.life import Life, eventually
from tests.world import World, database, opened, settings_for

ENOUGH = "limit.historyCount.suggestContinueAsNew"


async def test_a_dispute_goes_on_when_its_jobs_workflow_ends(world: World, life: Life) -> None:
    """An operator ends the job's workflow: its dispute is abandoned to itself, and runs."""
    async with hands(world):
        await life.rejected()
        await life.clock()
        await workflow(world, life.job_id).terminate()
        assert await running(world, life.dispute_id)
        await life.freelancer_does(c.HireMediator)
        assert (await life.states())[1] == "appointing"


@pytest.fixture(scope="module")
async def short(
    server_folder: Path,
    postgres_server: Postgres,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """A world whose server finds histories of a dozen events long enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(temporal.DYNAMIC_CONFIG, ENOUGH, "12")
        [port] = free_ports(1)
        server = TemporalServer(temporal_binary.find(), server_folder / "short", port)
    server.start()
    files = tmp_path_factory.mktemp("files")
    with database(postgres_server, "short") as url:
        settings = settings_for(url, server.address, "default", mail.smtp_port, files)
        async with opened(settings) as world:
            yield world
    server.stop()


async def test_a_long_history_is_continued_as_new(short: World) -> None:
    """Six rounds of revisions, and a dispute: several runs, one job, and nothing is lost."""
    life = await Life.begin(short)
    async with hands(short):
        await life.in_review()
        for _ in range(6):
            await life.client_does(c.RequestRevision)
            await life.freelancer_does(c.Deliver)
        await life.client_does(c.RequestRejection)
        await life.clock()
        for _ in range(6):
            await life.freelancer_does(c.Deliver)
        assert await running(short, life.dispute_id)
        await life.freelancer_does(c.AcceptRejection)
        await eventually(lambda: ended(short, life.job_id))
    assert await runs(short, life.job_id) > 2
    assert await short.violations() == []


async def test_no_decision_is_lost_between_two_runs(short: World) -> None:
    """Forty statements arrive at once while the dispute's workflow is continued as new."""
    life = await Life.begin(short)
    async with hands(short):
        await life.in_mediation()
        made = [await leaves(life, Role.CLIENT, c.AddStatement) for _ in range(3)]


async def running(world: World, case_id: str) -> bool:
    described = await workflow(world, case_id).describe()
    return described.status is WorkflowExecutionStatus.RUNNING


async def runs(world: World, case_id: str) -> int:
    """How many runs this case's workflow has had."""
    found = world.temporal.list_workflows(f"WorkflowId = 'job/{case_id}'")
    return len([one async for one in found])
