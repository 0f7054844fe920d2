"""If nobody acts: each row of silence happens exactly when its period is over, never before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain import commands as c
from domain.accounts import Kind
from domain.cases import Role
from domain.outlook import if_nobody_acts
from domain.policy import DAY, HOUR
from tests.domain.story import CLIENT, FREELANCER, MEDIATORS, MONDAY, Story

Make = Callable[[], Story]
TICK = timedelta(microseconds=1)


def _delivered_twice() -> Story:
    return Story().in_review().passes(19 * DAY).freelancer(c.Deliver)


def _replaced() -> Story:
    story = Story().in_mediation().passes(20 * DAY)
    return story.mediator(c.AcceptAppointment)


SILENCES: list[tuple[str, Make, timedelta, tuple[str, str | None]]] = [
    ("an offer lapses", Story().offered, 72 * HOUR, ("lapsed", None)),
    ("funding lapses", Story(wallet=0).awaiting_funds, 7 * DAY, ("lapsed", None)),
    ("an empty job is cancelled", Story().in_progress, 24 * DAY, ("cancelled", None)),
    ("a revision is overdue", Story().revising, 19 * DAY, ("rejection_open", "open")),
    ("a review ends", Story().in_review, 20 * DAY, ("completed", None)),
    ("it counts from the last delivery", _delivered_twice, 20 * DAY, ("completed", None)),
    ("a rejection ends", Story().rejected, 20 * DAY, ("cancelled", "not_settled_in_time")),
    ("the second mediator fails", _replaced, 20 * DAY, ("rejection_open", "staff_review")),
    ("a proposal stands", Story().proposed, 7 * DAY, ("cancelled", "executed")),
]


@pytest.mark.parametrize(
    ("make", "period", "states"), [row[1:] for row in SILENCES], ids=[row[0] for row in SILENCES]
)
def test_silence_acts_exactly_when_its_period_is_over(
    make: Make, period: timedelta, states: tuple[str, str | None]
) -> None:
    """A moment before nothing has happened; at the moment it has, as was shown beforehand."""
    story = make()
    before = story.states()
    due = story.at + period
    assert story.due_at() == due
    shown = if_nobody_acts(story.job, story.open_dispute(), story.calendar)
    assert shown is not None
    assert shown.at == due
    assert story.until(due - TICK).states() == before
    assert story.until(due).states() == states
    assert story.escrow() == (200_00 if states[0] == "rejection_open" else 0)


def test_a_late_job_can_be_cancelled_and_stays_in_progress() -> None:
    """24 hours after the due date the client is told and may cancel; nothing else happens."""
    story = Story().in_progress().until(MONDAY + 11 * DAY)
    assert story.event_times("delivery_late") == [MONDAY + 11 * DAY]
    assert {notice.to for _, notice in story.told if notice.kind == "delivery_late"} == {
        CLIENT,
        FREELANCER,
    }
    assert story.states() == ("in_progress", None)
    assert story.client(c.Cancel).books.wallet(CLIENT).credits == 200_00


def test_a_job_with_a_delivery_is_never_late() -> None:
    """The due date of a revision brings no late notice and no cancelling, but a rejection."""
    story = Story().revising().passes(30 * DAY)
    assert not story.event_times("delivery_late")
    assert story.event_times("rejection_requested") == [MONDAY + 19 * DAY]
    assert story.quarrel().requested_by is Role.CLOCK


@pytest.mark.parametrize(("days", "period"), [(None, 5), (3, 5), (8, 8)])
def test_a_revision_is_due_in_five_days_or_more_if_the_client_gives_more(
    days: int | None, period: int
) -> None:
    """The client may give more time than the policy, never less."""
    story = Story().in_review().passes(DAY).client(c.RequestRevision, days=days)
    assert story.job.due_at == MONDAY + (1 + period) * DAY
    assert story.job.round == 1


@pytest.mark.parametrize("revisions", [0, 2])
def test_mediation_opens_60_days_after_the_first_delivery(revisions: int) -> None:
    """Later deliveries and revisions do not move the day on which a mediator may be hired."""
    story = Story().in_review()
    for _ in range(revisions):
        story.client(c.RequestRevision, days=10).passes(9 * DAY).freelancer(c.Deliver)
    while story.at < MONDAY + 45 * DAY:
        story.passes(15 * DAY).freelancer(c.Deliver)
    story.until(MONDAY + 60 * DAY - TICK)
    assert not story.job.mediation_open
    assert story.until(MONDAY + 60 * DAY).job.mediation_open


def test_six_rounds_open_mediation() -> None:
    """After the sixth revision was requested the freelancer may hire a mediator."""
    assert not Story().revising(5).job.mediation_open
    assert Story().revising(6).job.mediation_open


def test_each_mediator_has_48_hours_and_three_are_asked() -> None:
    """Three mediators who say nothing are asked one after the other; then staff decide."""
    story = Story().appointing()
    for mediator in MEDIATORS[:3]:
        assert story.quarrel().mediator == mediator
        assert story.states()[1] == "appointing"
        assert story.due_at() == story.at + 48 * HOUR
        story.passes(48 * HOUR)
    assert story.states() == ("rejection_open", "staff_review")
    assert story.quarrel().asked == MEDIATORS[:3]


def test_a_silent_mediator_is_replaced_once() -> None:
    """20 days without a proposal: the next mediator is asked; 20 more days: staff decide."""
    story = Story().in_mediation()
    story.passes(20 * DAY)
    assert story.states()[1] == "appointing"
    assert story.quarrel().mediator == MEDIATORS[1]
    assert story.books.balance(Kind.ESCROW, story.quarrel().id) == 10_00
    story.mediator(c.AcceptAppointment).passes(20 * DAY)
    assert story.states()[1] == "staff_review"
    assert story.books.wallet(FREELANCER).earnings == 10_00


def test_a_replacement_is_sought_among_three_more() -> None:
    """Three mediators are asked again, none of them a second time; then staff decide."""
    story = Story().in_mediation().passes(20 * DAY)
    assert story.passes(2 * 48 * HOUR).states()[1] == "appointing"
    assert story.passes(48 * HOUR).states()[1] == "staff_review"
    assert story.quarrel().asked == MEDIATORS[:4]


def test_the_client_has_one_veto_within_24_hours() -> None:
    """A veto asks the next mediator; the next one cannot be vetoed."""
    story = Story().appointing().passes(HOUR).client(c.VetoMediator)
    assert story.quarrel().mediator == MEDIATORS[1]
    assert story.due_at() == story.at + 48 * HOUR
    assert story.refuses(Role.CLIENT, c.VetoMediator()) == "condition_missing"


def test_the_veto_closes_after_24_hours() -> None:
    """At the 24th hour the veto is gone, and opens again with the next mediator."""
    story = Story().appointing().passes(24 * HOUR)
    assert story.event_times("veto_closed") == [story.at]
    assert not story.quarrel().veto_open
    assert story.passes(24 * HOUR).quarrel().veto_open


@pytest.mark.parametrize(
    ("make", "days"), [(Story().staff_review, 7), (Story(price=2_000_00).ruled, 2)]
)
def test_staff_who_are_late_are_escalated_every_day(make: Make, days: int) -> None:
    """After the business days of the policy the head of support is told, and daily from then."""
    story = make()
    begin = story.at
    told = [begin + (days + n) * DAY for n in range(4)]
    story.until(told[-1])
    assert [at for at, notice in story.told if notice.to is Role.HEAD_OF_SUPPORT] == told
    assert story.due_at() == told[-1] + DAY


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        # Over a weekend.
        (datetime(2026, 1, 7, 15, tzinfo=UTC), 5, datetime(2026, 1, 14, 15, tzinfo=UTC)),
        # Over Martin Luther King's day.
        (datetime(2026, 1, 16, 15, tzinfo=UTC), 2, datetime(2026, 1, 21, 15, tzinfo=UTC)),
        # Begun on a Saturday: Monday is the first day that counts.
        (datetime(2026, 1, 10, 15, tzinfo=UTC), 2, datetime(2026, 1, 13, 15, tzinfo=UTC)),
        # Begun on a holiday.
        (datetime(2026, 1, 19, 15, tzinfo=UTC), 2, datetime(2026, 1, 21, 15, tzinfo=UTC)),
        # Over the beginning of daylight saving: ten o'clock stays ten o'clock in New York.
        (datetime(2026, 3, 4, 15, tzinfo=UTC), 5, datetime(2026, 3, 11, 14, tzinfo=UTC)),
        # Over its end.
        (datetime(2026, 10, 29, 14, tzinfo=UTC), 5, datetime(2026, 11, 5, 15, tzinfo=UTC)),
        # Late in the evening of New York it is the next day in UTC, not in the law.
        (datetime(2026, 1, 9, 3, tzinfo=UTC), 2, datetime(2026, 1, 13, 3, tzinfo=UTC)),
        # Independence Day on a Saturday is observed on Friday.
        (datetime(2026, 7, 1, 14, tzinfo=UTC), 5, datetime(2026, 7, 9, 14, tzinfo=UTC)),
    ],
)
def test_business_days_skip_days_off_and_keep_the_time_of_day(
    begins: datetime, days: int, ends: datetime
) -> None:
    """Weekends and holidays of New York do not count; clocks that change do not shift the hour."""
    ruled = days == 2
    story = Story(price=2_000_00 if ruled else 200_00, at=begins)
    story = story.ruled() if ruled else story.proposed()
    assert story.due_at() == ends


def test_money_that_comes_starts_a_job_only_if_the_client_left_that_on() -> None:
    """ "Start when funded" lets the clock fund; without it the client has to."""
    assert Story(wallet=0).awaiting_funds().money_came(200_00).states() == ("in_progress", None)
    assert Story(wallet=0).awaiting_funds().money_came(199_99).states()[0] == "awaiting_funds"
    waits = Story(wallet=0, start_when_funded=False).awaiting_funds().money_came(200_00)
    assert waits.states()[0] == "awaiting_funds"
    assert waits.client(c.Fund).states()[0] == "in_progress"


def test_a_delivery_in_a_dispute_never_moves_its_clock() -> None:
    """The 20 days of a rejection run on, whatever is delivered meanwhile."""
    story = Story().rejected()
    due = story.due_at()
    assert story.passes(10 * DAY).freelancer(c.Deliver).due_at() == due
    assert len(story.job.deliveries) == 2
