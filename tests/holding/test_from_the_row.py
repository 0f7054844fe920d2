"""A workflow can start from its case's row, in any state: nothing else is needed to go on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import AsyncClient
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.sweeper import Sweeper
from domain import commands as c
from domain.cases import Role
from tests.holding.hands import decided, hands, leaves, outcome, over, sweeper, workflow
from tests.life import Life, eventually
from tests.world import World
from workflows.doors import Doors

C, F = Role.CLIENT, Role.FREELANCER
Begin = Callable[[Life], Awaitable[Life]]
STATES: dict[str, tuple[Begin, Role, type[c.Command]]] = {
    "offered": (Life.offered, F, c.Decline),
    "awaiting_funds": (Life.awaiting_funds, C, c.WithdrawOffer),
    "in_progress": (Life.in_progress, F, c.Resign),
    "in_review": (Life.in_review, C, c.Approve),
    "open": (Life.rejected, F, c.AcceptRejection),
    "appointing": (Life.appointing, C, c.Approve),
    "in_mediation": (Life.in_mediation, F, c.AcceptRejection),
    "proposed": (Life.proposed, C, c.Approve),
    "staff_review": (Life.staff_review, F, c.AcceptRejection),
    "ruled": (Life.ruled, F, c.AcceptRejection),
}


@pytest.mark.parametrize("state", STATES)
async def test_a_case_goes_on_without_the_workflow_it_had(world: World, state: str) -> None:
    """Its workflows were terminated; the sweeper starts others, which live it to its end."""
    begin, role, kind = STATES[state]
    life = await Life.begin(world, price=2_000_00, wallet=0 if state == "awaiting_funds" else None)
    async with hands(world):
        await begin(life)
        assert state in await life.states()
        await eventually(lambda: all_have(world, cases(life), WorkflowExecutionStatus.RUNNING))
        for case_id in cases(life):
            await workflow(world, case_id).terminate("lost")
        await eventually(lambda: brought_back(world, cases(life)))
        await life.does(role, kind)
        assert await over(life)
        await eventually(lambda: all_have(world, cases(life), WorkflowExecutionStatus.COMPLETED))
    assert await world.violations() == []


async def test_an_operators_cancellation_ends_the_workflow_and_not_the_case(
    world: World, life: Life
) -> None:
    """The one failure that leaves a workflow; its case is brought back like any other."""
    async with hands(world):
        await life.in_review()
        await workflow(world, life.job_id).cancel()
        cancelled = WorkflowExecutionStatus.CANCELED
        await eventually(lambda: all_have(world, [life.job_id], cancelled))
        await eventually(lambda: brought_back(world, [life.job_id]))
        await life.client_does(c.Approve)


async def test_a_decision_nobody_signalled_is_signalled_after_a_while(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The API died between its commit and its signal; a decision of this moment is left alone."""
    async with hands(world):
        await life.in_review()
        approval = await leaves(life, C, c.Approve, unheard)
        early = Sweeper(world.engine, Doors(world.temporal), timedelta(hours=1))
        await early.instructions()
        assert await outcome(world, approval) is None
        await sweeper(world).instructions()
        await eventually(lambda: decided(world, approval))
    assert await over(life)


async def test_an_offer_nobody_signalled_is_made_after_a_while(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Its draft and its instruction were committed together; they are enough to begin."""
    price = {"amount_minor": 200_00, "currency": "USD"}
    body = {"freelancer": life.freelancer.id, "title": "A logo", "brief": "In blue", "days": 7}
    client = replace(life.client, http=unheard)
    answer = await client.post("/v1/jobs", body | {"price": price})
    assert answer.status_code == 202, answer.text
    async with hands(world):
        await sweeper(world).instructions()
        await eventually(lambda: decided(world, answer.json()["instruction_id"]))
    [job] = (await life.freelancer.get("/v1/jobs")).json()["items"]
    assert job["state"] == "offered"


def cases(life: Life) -> Sequence[str]:
    """The job, and its dispute if it has one."""
    return [case_id for case_id in (life.job_id, life.dispute_id) if case_id]


async def brought_back(world: World, case_ids: Sequence[str]) -> bool:
    """Whether they run after one more sweep."""
    await sweeper(world).missing()
    return await all_have(world, case_ids, WorkflowExecutionStatus.RUNNING)


async def all_have(world: World, case_ids: Sequence[str], status: WorkflowExecutionStatus) -> bool:
    """Whether the last workflow of each of these cases stands like that."""
    try:
        described = [await workflow(world, case_id).describe() for case_id in case_ids]
    except RPCError as error:
        assert error.status is RPCStatusCode.NOT_FOUND
        return False
    return {one.status for one in described} == {status}
