"""A step has an id: whoever asks for it again gets what was answered, and nothing happens twice."""

import asyncio
from datetime import datetime, timedelta

from httpx import AsyncClient

from domain import commands as c
from domain.cases import Role
from domain.outcome import Outcome, Status, StepRequest
from domain.policy import DAY
from tests.holding.hands import books, hands, happened, leaves, rows
from tests.life import Life
from tests.world import World


async def test_the_same_decision_taken_twice_has_one_effect(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Five times at once and once more later: one outcome, one event, one release."""
    async with hands(world):
        await life.in_review()
    approval = await leaves(life, Role.CLIENT, c.Approve, unheard)
    request = StepRequest(
        case_id=life.job_id, version=3, at=await life.due(), instruction_id=approval
    )
    outcomes = await asyncio.gather(*(books(world).commit_step(request) for _ in range(5)))
    outcomes.append(await books(world).commit_step(request))
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
    assert outcomes == [outcomes[0]] * 6
    assert (await happened(world, life.job_id)).count("delivery_approved") == 1
    assert await life.moved() == {"client": -200_00, "freelancer": 180_00, "platform": 20_00}


async def test_a_clocks_step_asked_again_starts_the_same_dispute(world: World, life: Life) -> None:
    """Its answer was lost: the same version answers the same outcome, with what it started."""
    async with hands(world):
        await life.revising()
    due = await life.due()
    first, second = await _twice(world, life.job_id, 4, due)
    assert first.event == second.event == "rejection_requested"
    assert first.starts == second.starts != ()
    assert len(await rows(world, DISPUTES, job=life.job_id)) == 1


async def test_a_clocks_step_asked_again_sends_the_same_reminders(world: World, life: Life) -> None:
    """The mails the workflow awaits are those of the first time; nobody is told twice."""
    async with hands(world):
        await life.in_review()
    due = await life.due()
    first, second = await _twice(world, life.job_id, 3, due - 10 * DAY + timedelta(seconds=1))
    assert first.event == second.event == "reminded"
    assert first.reminders == second.reminders != ()
    assert len(await life.told("reminder")) == 1


async def test_a_clocks_step_of_a_new_version_is_a_step_of_its_own(
    world: World, life: Life
) -> None:
    """Half time has been reminded of; five days before the end is another reminder."""
    async with hands(world):
        await life.in_review()
    due = await life.due()
    await _twice(world, life.job_id, 3, due - 10 * DAY + timedelta(seconds=1))
    later, _ = await _twice(world, life.job_id, 4, due - 5 * DAY + timedelta(seconds=1))
    assert later.status is Status.APPLIED
    assert len(await life.told("reminder")) == 2


DISPUTES = "select id from cases where parent_id = :job"


async def _twice(world: World, case_id: str, version: int, at: datetime) -> tuple[Outcome, Outcome]:
    request = StepRequest(case_id=case_id, version=version, at=at)
    return await books(world).commit_step(request), await books(world).commit_step(request)
