"""A paused clock moves all due times of a job alike, and nobody's hands are tied."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain import commands as c
from domain.cases import Case, Role
from domain.clock import RESUME
from domain.policy import DAY, HOUR
from tests.domain.story import MONDAY, STAFF, Story

Make = Callable[[], Story]
WAITS: list[Make] = [
    lambda: Story().offered(),
    lambda: Story(wallet=0).awaiting_funds(),
    lambda: Story().in_progress(),
    lambda: Story().revising(),
    lambda: Story().in_review(),
    lambda: Story().rejected(),
    lambda: Story().appointing(),
    lambda: Story().in_mediation(),
    lambda: Story().proposed(),
    lambda: Story().staff_review(),
    lambda: Story(price=2_000_00).ruled(),
]


DueTimes = list[tuple[str, datetime]]


def _due_times(case: Case) -> DueTimes:
    return [(timer.row, timer.at) for timer in case.timers if timer.row != RESUME]


def _moved(due_times: DueTimes, by: timedelta) -> DueTimes:
    return [(row, at + by) for row, at in due_times]


@pytest.mark.parametrize("make", WAITS)
def test_a_pause_moves_all_due_times_alike_and_ends_by_itself(make: Make) -> None:
    """Ten days of pause: everything happens ten days later; the clock goes on by itself."""
    story, other = make().passes(HOUR), make().passes(HOUR)
    story.staff(c.PauseClock, until=story.at + 10 * DAY)
    for paused, running in ((story.job, other.job), (story.dispute, other.dispute)):
        assert (paused is None) is (running is None)
        if paused and running:
            assert _due_times(paused) == _moved(_due_times(running), 10 * DAY)
            assert paused.since == running.since + 10 * DAY
    story.passes(10 * DAY)
    assert story.event_times("clock_resumed") == [story.at]
    assert story.job.paused_until is None
    assert story.states() == other.states()
    assert story.due_at() == (other.due_at() or story.at) + 10 * DAY


@pytest.mark.parametrize("make", WAITS)
def test_a_clock_resumed_early_gives_the_rest_back(make: Make) -> None:
    """Paused for ten days and resumed after three: everything happens three days later."""
    story, other = make().passes(HOUR), make().passes(HOUR)
    story.staff(c.PauseClock).passes(3 * DAY).staff(c.ResumeClock)
    for resumed, running in ((story.job, other.job), (story.dispute, other.dispute)):
        if resumed and running:
            assert _due_times(resumed) == _moved(_due_times(running), 3 * DAY)
    assert story.wakes_at() == (other.wakes_at() or story.at) + 3 * DAY


@pytest.mark.parametrize("days", [-1, 0, 14 + 1 / 24])
def test_a_pause_ends_in_the_future_and_within_14_days(days: float) -> None:
    """Longer than 14 days, or into the past, is refused."""
    story = Story().in_review()
    command = story.command(c.PauseClock, until=story.at + days * DAY)
    assert story.refuses(Role.STAFF, command) == "invalid_amount"
    assert story.staff(c.PauseClock, until=story.at + 14 * DAY).job.paused_until


def test_the_parties_may_act_while_the_clock_is_paused() -> None:
    """An approval is an approval, also in a pause."""
    story = Story().in_review().staff(c.PauseClock).passes(DAY).client(c.Approve)
    assert story.states() == ("completed", None)
    assert story.job.paused_until is None
    assert story.wakes_at() is None


def test_a_delivery_in_a_pause_is_reviewed_for_20_days_after_the_pause() -> None:
    """What begins in a pause starts to count when it ends, early or not."""
    story = Story().in_progress().staff(c.PauseClock).passes(4 * DAY).freelancer(c.Deliver)
    assert story.due_at() == MONDAY + 10 * DAY + 20 * DAY
    story.passes(DAY).staff(c.ResumeClock)
    assert story.due_at() == MONDAY + 5 * DAY + 20 * DAY


def test_a_dispute_opened_in_a_pause_begins_to_count_when_it_ends() -> None:
    """The 20 days of a rejection stand still, too, and go on when staff let them."""
    story = Story().in_review().staff(c.PauseClock).passes(4 * DAY).client(c.RequestRejection)
    assert story.due_at() == MONDAY + 30 * DAY
    story.passes(DAY).staff(c.ResumeClock)
    assert story.due_at() == MONDAY + 25 * DAY
    assert story.until(MONDAY + 25 * DAY).states() == ("cancelled", "not_settled_in_time")


@pytest.mark.parametrize(
    ("paused", "rejected", "withdrawn", "resumed", "due"),
    [
        (0, 2, 4, None, 10 + 10),
        (0, 2, 4, 5, 10 + 5),
        (0, 2, 4, 3, 10 + 4),
        (0, 2, 14, None, 10 + 14),
        (2, 1, 4, None, 10 + 11),
        (2, 1, 4, 5, 10 + 4),
        (2, 1, 4, 3, 10 + 3),
        (2, 1, 15, None, 10 + 14),
    ],
)
def test_a_pause_and_a_dispute_at_once_move_the_due_date_once(
    paused: int, rejected: int, withdrawn: int, resumed: int | None, due: int
) -> None:
    """The due date moves by the days on which the clock or the job stood still, each day once."""
    story = Story().in_progress()
    days: list[tuple[float, str]] = [(paused, "pause"), (rejected, "reject")]
    days += [(withdrawn, "withdraw"), *([(resumed, "resume")] if resumed else [])]
    for day, what in sorted(days):
        story.until(MONDAY + day * DAY)
        match what:
            case "pause":
                story.staff(c.PauseClock, until=story.at + 10 * DAY)
            case "reject":
                story.client(c.RequestRejection)
            case "withdraw":
                story.client(c.WithdrawRejection)
            case "resume":
                story.staff(c.ResumeClock)
    assert story.job.due_at == MONDAY + due * DAY


def test_a_withdrawn_rejection_in_a_pause_leaves_the_review_its_days() -> None:
    """What the pause still takes is added to the review, and given back when it ends early."""
    story = Story().in_review().passes(DAY).client(c.RequestRejection).passes(DAY)
    story.staff(c.PauseClock).passes(DAY).client(c.WithdrawRejection)
    assert story.due_at() == MONDAY + (20 + 10) * DAY
    assert story.passes(DAY).staff(c.ResumeClock).due_at() == MONDAY + (20 + 2) * DAY


def test_a_pause_before_a_rejection_counts_after_it_too() -> None:
    """A review that a pause had moved keeps its end when a rejection is withdrawn."""
    story = Story().in_review().staff(c.PauseClock).passes(11 * DAY)
    story.client(c.RequestRejection).passes(DAY).client(c.WithdrawRejection)
    assert story.due_at() == MONDAY + 30 * DAY


def test_what_was_overdue_when_the_clock_was_paused_waits_for_its_end_too() -> None:
    """A worker was down past the end; staff pause first, so nothing happens during the pause."""
    story = Story().in_review().client(c.RequestRejection)
    story.at = MONDAY + 22 * DAY
    until = story.staff(c.PauseClock).job.paused_until
    assert until is not None
    assert all(timer.at >= until for timer in story.quarrel().timers)


def test_nothing_that_is_overdue_happens_in_a_pause() -> None:
    """What was due before a state was entered in a pause happens when the pause is over."""
    story = Story().in_review().until(MONDAY + 9 * DAY).staff(c.PauseClock)
    story.job = story.job.model_copy(update={"mediation_counts_from": MONDAY - 70 * DAY})
    story.client(c.RequestRevision)
    assert story.wakes_at() == MONDAY + 19 * DAY
    assert story.passes(10 * DAY).event_times("mediation_opened") == [MONDAY + 19 * DAY]


def test_staff_do_not_decide_in_their_own_case() -> None:
    """A member of staff who is a party has no say as staff."""
    story = Story().in_review()
    story.job = story.job.model_copy(update={"client": STAFF})
    assert story.refuses(Role.STAFF, story.command(c.PauseClock)) == "not_yours"
