"""Silence moves money only when the silent one was provably told, and told on the days promised."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import commands as c
from domain.cases import Role
from domain.ids import UserId
from domain.policy import DAY, HOUR
from tests.domain.story import BOTH, CLIENT, FREELANCER, MONDAY, Story

Make = Callable[[], Story]
USUAL = (5 * DAY, 2 * DAY, DAY, 6 * HOUR)
NOBODY: frozenset[UserId] = frozenset()

REMINDED: list[tuple[Make, timedelta, list[timedelta], set[UserId]]] = [
    (
        Story().in_review,
        20 * DAY,
        [10 * DAY, 15 * DAY, 18 * DAY, 19 * DAY, 20 * DAY - 6 * HOUR],
        {CLIENT},
    ),
    (
        Story().in_progress,
        24 * DAY,
        [12 * DAY, 19 * DAY, 22 * DAY, 23 * DAY, 24 * DAY - 6 * HOUR],
        {FREELANCER},
    ),
    (
        Story().rejected,
        20 * DAY,
        [1 * DAY, 10 * DAY, 15 * DAY, 18 * DAY, 19 * DAY, 20 * DAY - 6 * HOUR],
        {CLIENT, FREELANCER},
    ),
    (
        Story().proposed,
        7 * DAY,
        [2 * DAY, 3.5 * DAY, 5 * DAY, 6 * DAY, 7 * DAY - 6 * HOUR],
        {CLIENT, FREELANCER},
    ),
]


@pytest.mark.parametrize(("make", "period", "days", "people"), REMINDED)
def test_reminders_go_out_on_exactly_the_days_of_the_law(
    make: Make, period: timedelta, days: list[timedelta], people: set[UserId]
) -> None:
    """Those whose silence counts are reminded on these days and on no other."""
    story = make()
    begin = story.at
    story.until(begin + period)
    assert sorted({at - begin for at, _ in story.reminders()}) == days
    for day in days:
        assert {to for at, to in story.reminders() if at == begin + day} == people


@pytest.mark.parametrize(
    "make", [Story().revising, Story().offered, Story().appointing, Story().staff_review]
)
def test_a_wait_that_moves_no_money_by_silence_reminds_nobody(make: Make) -> None:
    """Reminders are for those who would lose money by saying nothing."""
    assert not make().passes(DAY * 1.9).reminders()


def test_a_party_who_accepted_the_proposal_is_not_reminded_of_it() -> None:
    """Only the one who has not answered hears of it again."""
    story = Story().proposed().client(c.AcceptProposal).passes(7 * DAY)
    assert {to for _, to in story.reminders()} == {FREELANCER}


def test_every_reminder_proves_the_wait_it_belongs_to() -> None:
    """A new delivery begins a new wait: what was proven before counts no more."""
    story = Story().in_review().passes(16 * DAY)
    earlier = {notice.proves for _, notice in story.told if notice.proves}
    assert earlier == {story.job.wait}
    story.freelancer(c.Deliver).passes(16 * DAY)
    assert {notice.proves for _, notice in story.told if notice.proves} - earlier == {
        story.job.wait
    }


@pytest.mark.parametrize(
    ("make", "period", "silent", "states"),
    [
        (Story().in_review, 20 * DAY, CLIENT, ("completed", None)),
        (Story().in_progress, 24 * DAY, FREELANCER, ("cancelled", None)),
        (Story().rejected, 20 * DAY, FREELANCER, ("cancelled", "not_settled_in_time")),
        (Story().proposed, 7 * DAY, CLIENT, ("cancelled", "executed")),
        (Story().proposed, 7 * DAY, FREELANCER, ("cancelled", "executed")),
    ],
)
def test_without_proof_of_notice_the_deadline_moves_by_five_days_again_and_again(
    make: Make, period: timedelta, silent: UserId, states: tuple[str, str | None]
) -> None:
    """The end moves until notice is proven; a staff task is open and escalated daily."""
    story = make()
    before, begin = story.states(), story.at
    story.proven = BOTH - {silent}
    ends = [begin + period + 5 * n * DAY for n in range(4)]
    story.until(ends[2])
    assert story.event_times("deadline_extended") == ends[:3]
    assert story.states() == before
    assert story.due_at() == ends[3]
    assert [task.since for task in story.tasks()] == [ends[0]]
    escalated = [ends[0] + n * DAY for n in range(1, 11)]
    assert story.event_times("task_escalated") == escalated
    heads = [at for at, notice in story.told if notice.to is Role.HEAD_OF_SUPPORT]
    assert heads == [ends[0], *escalated]
    story.proven = BOTH
    assert story.until(ends[3]).states() == states
    assert not story.tasks()
    assert story.wakes_at() is None


@pytest.mark.parametrize("make", [Story().in_review, Story().rejected])
def test_after_an_extension_the_reminders_go_out_again(make: Make) -> None:
    """Half time, 2 days, 1 day and 6 hours before the new end."""
    story = make()
    story.proven = NOBODY
    story.passes(20 * DAY)
    moved = story.at
    story.passes(5 * DAY - HOUR)
    again = sorted({at - moved for at, _ in story.reminders() if at > moved})
    assert again == [2.5 * DAY, 3 * DAY, 4 * DAY, 5 * DAY - 6 * HOUR]


def test_the_client_is_not_asked_for_proof_that_the_freelancer_was_told() -> None:
    """A rejection ends when the freelancer was told, whether or not the client was."""
    story = Story().rejected()
    story.proven = frozenset({FREELANCER})
    assert story.passes(20 * DAY).states()[0] == "cancelled"


def test_silence_on_a_proposal_counts_only_for_the_one_who_is_silent() -> None:
    """Who has accepted needs no proof of notice any more."""
    story = Story().proposed().client(c.AcceptProposal)
    story.proven = frozenset({FREELANCER})
    assert story.passes(7 * DAY).states() == ("cancelled", "executed")


def test_staff_may_decide_a_job_while_the_task_is_open() -> None:
    """Notice that could not be proven opens the job to a decision of staff."""
    story = Story().in_review()
    assert story.refuses(Role.STAFF, story.command(c.Resolve)) == "condition_missing"
    story.proven = NOBODY
    story.passes(20 * DAY).staff(c.Resolve, ends="split", freelancer_minor=50_00)
    assert story.states() == ("settled", None)
    assert story.escrow() == 0


def test_a_decision_closes_the_task() -> None:
    """When somebody acts after all, staff have nothing to look at any more."""
    story = Story().in_review()
    story.proven = NOBODY
    story.passes(21 * DAY).client(c.RequestRevision)
    assert not story.tasks()
    assert story.due_at() == story.at + 19 * DAY
    assert story.at == MONDAY + 21 * DAY


def test_reminders_that_come_too_late_prove_nothing() -> None:
    """After an outage over the days of the reminders none goes out at the end; it moves."""
    story = Story().rejected()
    story.proven = frozenset()
    story.at = MONDAY + 21 * DAY
    story.passes(HOUR)
    assert story.event_times("reminded") == []
    assert story.event_times("deadline_extended") == [MONDAY + 21 * DAY]


def test_reminders_that_are_due_together_are_one() -> None:
    """After a shorter outage people are reminded once, not in a burst that proves notice."""
    story = Story().rejected()
    story.at = MONDAY + 19 * DAY + HOUR
    story.passes(HOUR)
    assert len(story.event_times("reminded")) == 1
