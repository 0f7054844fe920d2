"""Every row of silence, at its true time under time skipping: never before it, never long after."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import holidays
import pytest

from domain import commands as c
from domain.cases import Role
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.policy import DAY, HOUR
from domain.process import Process, Silence
from tests.life import Life
from tests.workflows.recipes import (
    CLIENT,
    FEE_EARNED,
    FEE_HELD,
    FREELANCER,
    HALVED,
    HELD,
    LARGE,
    NOTHING,
    PAID,
    Act,
    D,
    J,
    Money,
    at,
    does,
    passes,
    plus,
    tenfold,
)
from tests.world import World

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(seconds=2)
"""Real seconds when a job has started a dispute: beside a child its time is not skipped."""
NEW_YORK = ZoneInfo("America/New_York")
Wait = tuple[StrEnum, str]
LAW: dict[Wait, tuple[Process, Silence]] = {
    (row.state, row.key): (process, row) for process in (JOB, DISPUTE) for row in process.silences
}


@dataclass(frozen=True)
class Waiting:
    """One way to a silence: how long after which event it acts, and what then is so."""

    reach: Callable[[World], Awaitable[Life]]
    since: str
    period: timedelta | int
    """Clock time, or so many business days."""
    states: tuple[StrEnum, StrEnum | None]
    money: Money
    flips: tuple[Role, type[c.Command]] | None = None
    """What this one may decide only before, or only afterwards."""
    first: bool = False
    """Whether it counts from the first such event instead of the last."""


async def replaced(life: Life) -> None:
    """The first mediator proposed nothing; the second took the case."""
    await life.in_mediation()
    await life.passes(20 * DAY + MINUTE)
    await life.mediator_does(c.AcceptAppointment)


async def revised_late(life: Life) -> None:
    """A revision came 50 days after the first delivery."""
    await life.revising(days=70)
    await life.passes(50 * DAY)
    await life.freelancer_does(c.Deliver)


def proposing(**verdict: object) -> Callable[[World], Awaitable[Life]]:
    """A proposal waits."""
    return at(lambda life: life.proposed(**verdict))


FUNDED = (J.IN_PROGRESS, None)
PROPOSAL = ("settlement_proposed", 5)
HIRED = "mediator_hired"
OVERNIGHT = passes(48 * HOUR + MINUTE)
MAY_HIRE, MAY_CANCEL, MAY_VETO = (
    (FREELANCER, c.HireMediator),
    (CLIENT, c.Cancel),
    (CLIENT, c.VetoMediator),
)
ASKED = (J.REJECTION_OPEN, D.APPOINTING)
REVIEWED = (J.REJECTION_OPEN, D.STAFF_REVIEW)

SILENT: Mapping[Wait, tuple[Waiting, ...]] = {
    (J.OFFERED, "offer_lapses"): (
        Waiting(at(Life.offered), "job_offered", 72 * HOUR, (J.LAPSED, None), NOTHING),
    ),
    (J.AWAITING_FUNDS, "funding_lapses"): (
        Waiting(
            at(Life.awaiting_funds, wallet=0),
            "offer_accepted",
            7 * DAY,
            (J.LAPSED, None),
            NOTHING,
        ),
    ),
    (J.IN_PROGRESS, "late"): (
        Waiting(at(Life.in_progress), "offer_accepted", 8 * DAY, FUNDED, HELD, MAY_CANCEL),
    ),
    (J.IN_PROGRESS, "abandoned"): (
        Waiting(at(Life.in_progress), "offer_accepted", 21 * DAY, (J.CANCELLED, None), NOTHING),
    ),
    (J.IN_PROGRESS, "revision_overdue"): (
        Waiting(
            at(Life.revising),
            "revision_requested",
            19 * DAY,
            (J.REJECTION_OPEN, D.OPEN),
            HELD,
        ),
    ),
    (J.IN_PROGRESS, "mediation_opens"): (
        Waiting(
            at(lambda life: life.revising(days=70)),
            "work_delivered",
            60 * DAY,
            FUNDED,
            HELD,
            MAY_HIRE,
        ),
    ),
    (J.IN_REVIEW, "mediation_opens"): (
        Waiting(
            at(revised_late),
            "work_delivered",
            60 * DAY,
            (J.IN_REVIEW, None),
            HELD,
            MAY_HIRE,
            first=True,
        ),
    ),
    (J.IN_REVIEW, "review_over"): (
        Waiting(at(Life.in_review), "work_delivered", 20 * DAY, (J.COMPLETED, None), PAID),
        Waiting(
            at(Life.in_review, passes(19 * DAY), does(FREELANCER, c.Deliver)),
            "work_delivered",
            20 * DAY,
            (J.COMPLETED, None),
            PAID,
        ),
    ),
    (D.OPEN, "not_settled"): (
        Waiting(
            at(Life.rejected),
            "rejection_requested",
            20 * DAY,
            (J.CANCELLED, D.NOT_SETTLED_IN_TIME),
            NOTHING,
        ),
    ),
    (D.APPOINTING, "veto_closes"): (
        Waiting(at(Life.appointing), HIRED, 24 * HOUR, ASKED, plus(HELD, FEE_HELD), MAY_VETO),
    ),
    (D.APPOINTING, "appointment_over"): (
        Waiting(at(Life.appointing), HIRED, 48 * HOUR, ASKED, plus(HELD, FEE_HELD)),
        Waiting(
            at(Life.appointing, OVERNIGHT, OVERNIGHT),
            "appointment_lapsed",
            48 * HOUR,
            REVIEWED,
            HELD,
        ),
    ),
    (D.IN_MEDIATION, "mediation_over"): (
        Waiting(
            at(Life.in_mediation),
            "appointment_accepted",
            20 * DAY,
            ASKED,
            plus(HELD, FEE_HELD),
        ),
    ),
    (D.IN_MEDIATION, "mediation_over_again"): (
        Waiting(at(replaced), "appointment_accepted", 20 * DAY, REVIEWED, HELD),
    ),
    (D.PROPOSED, "proposal_over"): (
        Waiting(proposing(), *PROPOSAL, (J.CANCELLED, D.EXECUTED), FEE_EARNED),
        Waiting(
            proposing(ends="release"),
            *PROPOSAL,
            (J.COMPLETED, D.EXECUTED),
            plus(PAID, FEE_EARNED),
        ),
        Waiting(
            proposing(ends="split", freelancer_minor=100_00),
            *PROPOSAL,
            (J.SETTLED, D.EXECUTED),
            plus(HALVED, FEE_EARNED),
        ),
    ),
    (D.STAFF_REVIEW, "escalate"): (
        Waiting(at(Life.staff_review), "proposal_refused", 5, REVIEWED, plus(HELD, FEE_EARNED)),
    ),
    (D.RULED, "escalate"): (
        Waiting(
            at(Life.ruled, price=LARGE),
            "dispute_resolved",
            2,
            (J.REJECTION_OPEN, D.RULED),
            tenfold(plus(HELD, FEE_EARNED)),
        ),
    ),
}


def test_every_silence_of_the_law_is_waited_for() -> None:
    """A row of silence that is added must be lived, one that is removed is lived no more."""
    assert set(SILENT) == set(LAW)


@pytest.mark.parametrize("wait", LAW, ids=lambda wait: f"{wait[0]}-{wait[1]}")
async def test_silence_acts_when_its_period_is_over(world: World, wait: Wait) -> None:
    """A minute before nothing has happened; at its time it has, as was shown beforehand."""
    _, row = LAW[wait]
    await asyncio.gather(*(_fall_silent(world, row, way) for way in SILENT[wait]))


async def test_an_approval_an_hour_before_the_automatic_rejection_wins(life: Life) -> None:
    """People go before the clock until its step is committed."""
    await life.rejected()
    due = await life.due()
    await life.until(due - HOUR)
    await life.client_does(c.Approve)
    assert await life.states() == (J.COMPLETED, D.DISMISSED)
    assert await life.moved() == PAID


@pytest.mark.parametrize(
    ("reach", "price", "event"),
    [(Life.staff_review, 200_00, "review_escalated"), (Life.ruled, LARGE, "ruling_escalated")],
)
async def test_what_staff_leave_is_escalated_daily_to_the_head_of_support(
    world: World, reach: Act, price: int, event: str
) -> None:
    """Nothing else happens: staff decide, however late."""
    life = await at(reach, price=price)(world)
    before, first = await life.states(), await life.due()
    await life.until(first + 3 * DAY + MOMENT)
    everybody = await life.told("escalation")
    assert {one.person_id for one in everybody} == await world.heads()
    told = [one for one in everybody if one.person_id == world.house.head.id]
    assert [one.at for one in told] == await life.event_times(event)
    late = [one.at - first - day * DAY for day, one in enumerate(told)]
    assert len(late) == 4
    assert all(timedelta(0) <= by < MINUTE for by in late)
    assert await life.states() == before


async def _fall_silent(world: World, row: Silence, way: Waiting) -> None:
    life = await way.reach(world)
    due = _after((await life.event_times(way.since))[0 if way.first else -1], way.period)
    before, happened = await life.states(), await life.event_times(row.event)
    assert row.state in before
    if row.target is not None:
        shown = (await life.shown())["if_nobody_acts"]
        assert (datetime.fromisoformat(shown["at"]), shown["what"]) == (due, row.says)
    could = await _can(life, way)
    await life.until(due - MINUTE)
    assert (await life.states(), await life.event_times(row.event)) == (before, happened)
    assert await _can(life, way) == could
    await life.until(due + MOMENT)
    acted = (await life.event_times(row.event))[len(happened) :]
    assert acted
    assert all(due <= at < due + MINUTE for at in acted)
    assert await life.states() == way.states
    assert await life.moved() == way.money
    assert way.flips is None or await _can(life, way) is not could


async def _can(life: Life, way: Waiting) -> bool:
    if way.flips is None:
        return False
    role, command = way.flips
    person = await life.person(role)
    case = "disputes/" + life.dispute_id if life.dispute_id else "jobs/" + life.job_id
    actions = (await person.get(f"/v1/{case}")).json()["actions"]
    return command.name in [action["command"] for action in actions]


def _after(at: datetime, period: timedelta | int) -> datetime:
    """The end of the period; business days are counted here without the law's own calendar."""
    if isinstance(period, timedelta):
        return at + period
    off = holidays.country_holidays("US")
    local = at.astimezone(NEW_YORK)
    while period:
        local += DAY
        period -= local.weekday() < 5 and local.date() not in off
    return local.astimezone(at.tzinfo)
