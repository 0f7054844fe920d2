"""A dispute outlives the workflow of its job, and both outlive the length of their histories."""

import asyncio
from functools import partial

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory

from domain import commands as c
from domain.cases import Role
from tests.holding.hands import ended, hands, happened, leaves, outcome, workflow
from tests.life import Life, eventually
from tests.world import World

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


async def test_a_long_history_is_continued_as_new(strict: World) -> None:
    """Revisions, a dispute, deliveries in it: several runs, one job, and nothing is lost."""
    life = await Life.begin(strict)
    async with hands(strict):
        await life.in_review()
        for _ in range(2):
            await life.client_does(c.RequestRevision)
            await life.freelancer_does(c.Deliver)
        await life.client_does(c.RequestRejection)
        await life.clock()
        for _ in range(2):
            await life.freelancer_does(c.Deliver)
        assert await running(strict, life.dispute_id)
        await life.freelancer_does(c.AcceptRejection)
        await eventually(lambda: ended(strict, life.job_id))
    await eventually(lambda: has_had(strict, life.job_id, 3))
    assert await strict.violations() == []


async def test_no_decision_is_lost_between_two_runs(strict: World) -> None:
    """Forty statements arrive while the dispute's workflow is continued as new again and again."""
    life = await Life.begin(strict)
    async with hands(strict):
        await life.in_mediation()
    for _ in range(4):
        # Nobody works while a wave arrives: whoever then continues the run has it all at once.
        wave = [leaves(life, Role.CLIENT, c.AddStatement) for _ in range(10)]
        made = await asyncio.gather(*wave)
        async with hands(strict):
            await eventually(partial(all_decided, strict, made))
    assert (await happened(strict, life.dispute_id)).count("statement_added") == 40
    await eventually(lambda: has_had(strict, life.dispute_id, 3))
    for run in await histories(strict, life.dispute_id):
        told = [event for event in run.events if SIGNALLED in signal_of(event)]
        taken = [event for event in run.events if TAKEN in marker_of(event)]
        assert len(told) == len(taken), "a run went on without having taken what it was told"


SIGNALLED, TAKEN = "add_statement", b"statement_added"


def signal_of(event: HistoryEvent) -> str:
    """The name of the signal that this event is, if it is one."""
    return event.workflow_execution_signaled_event_attributes.signal_name


def marker_of(event: HistoryEvent) -> bytes:
    """What a local activity answered, if this event says so."""
    return event.marker_recorded_event_attributes.SerializeToString()


async def histories(world: World, case_id: str) -> list[WorkflowHistory]:
    """Of all the runs that this case's workflow has had."""
    name = workflow(world, case_id).id
    found = [one async for one in world.temporal.list_workflows(f"WorkflowId = '{name}'")]
    handles = [world.temporal.get_workflow_handle(name, run_id=one.run_id) for one in found]
    return [await handle.fetch_history() for handle in handles]


async def running(world: World, case_id: str) -> bool:
    described = await workflow(world, case_id).describe()
    return described.status is WorkflowExecutionStatus.RUNNING


async def runs(world: World, case_id: str) -> int:
    """How many runs this case's workflow has had."""
    name = workflow(world, case_id).id
    found = world.temporal.list_workflows(f"WorkflowId = '{name}'")
    return len([one async for one in found])


async def has_had(world: World, case_id: str, so_many: int) -> bool:
    """Whether this case's workflow has had at least so many runs, as lists show soon."""
    return await runs(world, case_id) >= so_many


async def all_decided(world: World, instruction_ids: list[str]) -> bool:
    """Whether each of these decisions has its outcome."""
    return all([await outcome(world, one) for one in instruction_ids])
