"""A paused clock stands still in every workflow of the job, and goes on by itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.cases import DisputeState, JobState, Role
from domain.policy import DAY, HOUR
from tests.life import Life, eventually
from tests.workflows.recipes import CLIENT, FREELANCER, NOTHING, PAID, D, J
from tests.workflows.waits import MOMENT
from tests.world import World

NEARLY = timedelta(minutes=1)
"""Of days: people ask a moment after they looked at the clock."""


async def test_a_paused_review_ends_as_much_later_and_goes_on_by_itself(life: Life) -> None:
    """Ten days of pause: the end is ten days later, also after the clock went on by itself."""
    await life.in_review()
    due = await life.due()
    until = await life.now() + 10 * DAY
    paused = await _pause(life, until)
    assert paused["paused_until"] == (await life.shown(FREELANCER))["paused_until"]
    moved = await life.due()
    assert abs(moved - due - 10 * DAY) < NEARLY
    assert {one.person_id for one in await life.told("clock_paused")} == {
        life.client.id,
        life.freelancer.id,
    }
    await life.until(until + MOMENT)
    [resumed] = await life.event_times("clock_resumed")
    assert until <= resumed < until + NEARLY
    assert (await life.shown())["paused_until"] is None
    assert await life.due() == moved
    await life.until(due + HOUR)
    assert await life.states() == (J.IN_REVIEW, None)
    await life.until(moved + MOMENT)
    assert await life.states() == (J.COMPLETED, None)
    assert await life.moved() == PAID


async def test_reminders_stand_still_with_the_clock(life: Life) -> None:
    """Nobody is hurried while the clock is paused."""
    await life.in_review()
    await life.passes(9 * DAY)
    await _pause(life, await life.now() + 10 * DAY)
    await life.passes(10 * DAY)
    assert await life.told("reminder") == []
    await life.passes(1.1 * DAY)
    assert len(await life.told("reminder")) == 1


async def test_a_clock_resumed_early_gives_the_rest_back(life: Life) -> None:
    """Paused for ten days and resumed after three, everything happens three days later."""
    await life.in_review()
    due = await life.due()
    await _pause(life, await life.now() + 10 * DAY)
    await life.passes(3 * DAY)
    await life.staff_does(c.ResumeClock)
    assert abs(await life.due() - due - 3 * DAY) < NEARLY


async def test_a_pause_stops_the_dispute_that_runs_and_the_job_with_it(life: Life) -> None:
    """The dispute's workflow waits as much longer; nothing happens at its former end."""
    await life.rejected()
    due = await life.due()
    await _pause(life, datetime.now(UTC) + 10 * DAY)
    moved = await life.due()
    assert abs(moved - due - 10 * DAY) < NEARLY
    shown = await life.dispute_shown(FREELANCER)
    assert shown["paused_until"] == (await life.shown())["paused_until"]
    assert datetime.fromisoformat(shown["if_nobody_acts"]["at"]) == moved
    await life.until(due + HOUR)
    assert await life.states() == (J.REJECTION_OPEN, D.OPEN)
    await life.until(moved + MOMENT)
    assert await life.states() == (J.CANCELLED, D.NOT_SETTLED_IN_TIME)
    assert await life.moved() == NOTHING


async def test_a_dispute_goes_on_when_its_pause_is_over(life: Life) -> None:
    """The job's clock ends the pause of both; beside its dispute its time is real time."""
    await life.rejected()
    due = await life.due()
    until = datetime.now(UTC) + timedelta(seconds=1.5)
    await _pause(life, until)

    async def resumed() -> bool:
        return bool(await life.event_times("clock_resumed"))

    moved = await life.due()
    await eventually(resumed)
    assert (await life.dispute_shown())["paused_until"] is None
    assert due < moved < due + NEARLY
    assert await life.due() == moved
    await life.until(moved + MOMENT)
    assert await life.states() == (J.CANCELLED, D.NOT_SETTLED_IN_TIME)


async def test_staff_resume_a_dispute_early(life: Life) -> None:
    """What is left of the pause is given back to the dispute too."""
    await life.rejected()
    due = await life.due()
    await _pause(life, datetime.now(UTC) + 10 * DAY)
    await life.staff_does(c.ResumeClock)
    assert due <= await life.due() < due + NEARLY
    await life.until(due + 2 * MOMENT)
    assert await life.states() == (J.CANCELLED, D.NOT_SETTLED_IN_TIME)


@pytest.mark.parametrize(
    ("role", "command", "states"),
    [
        (CLIENT, c.Approve, (J.COMPLETED, D.DISMISSED)),
        (FREELANCER, c.AcceptRejection, (J.CANCELLED, D.ACCEPTED)),
        (FREELANCER, c.HireMediator, (J.REJECTION_OPEN, D.APPOINTING)),
    ],
)
async def test_the_parties_may_act_while_the_clock_is_paused(
    life: Life, role: Role, command: type[c.Command], states: tuple[JobState, DisputeState]
) -> None:
    """A pause ties nobody's hands."""
    await life.rejected()
    await _pause(life, datetime.now(UTC) + 10 * DAY)
    await life.does(role, command)
    assert await life.states() == states


async def test_what_begins_in_a_pause_counts_from_its_end(life: Life) -> None:
    """A rejection requested in a pause of ten days runs for twenty days after it."""
    await life.in_review()
    until = datetime.now(UTC) + 10 * DAY
    await _pause(life, until)
    await life.client_does(c.RequestRejection)
    assert await life.due() == until + 20 * DAY


async def test_a_pause_longer_than_fourteen_days_is_refused(world: World, life: Life) -> None:
    """So is one that ends in the past, and a second one on top."""
    await life.in_review()
    now = datetime.now(UTC)
    refusals = await asyncio.gather(
        *(
            life.refused(Role.STAFF, c.PauseClock, until=end.isoformat())
            for end in (now + 14 * DAY + HOUR, now - HOUR)
        )
    )
    assert refusals == ["invalid_amount", "invalid_amount"]
    await _pause(life, now + 14 * DAY)
    assert await life.refused(Role.STAFF, c.PauseClock) == "condition_missing"


async def _pause(life: Life, until: datetime) -> dict[str, Any]:
    return await life.staff_does(c.PauseClock, until=until.isoformat())
