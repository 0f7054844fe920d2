"""Each condition of a row opens its command when it holds, and closes it when it does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import commands as c
from domain.cases import Role
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.policy import DAY, HOUR
from tests.domain.chargebacks import short
from tests.domain.scenes import late, mediated_unasked, paused, rejected_again
from tests.domain.story import SECOND, STAFF, Story

Make = Callable[[], Story]
C, F, M, S = Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF


def _ruled() -> Story:
    return Story(price=2_000_00).ruled()


def _approved_and_short() -> Story:
    story = short().story
    assert story is not None
    return story.client(c.Approve)


SCENARIOS: list[tuple[str, type[c.Command], Role, Make, Make]] = [
    (
        "something was delivered",
        c.Approve,
        C,
        lambda: Story().revising(),
        lambda: Story().in_progress(),
    ),
    (
        "nothing was ever delivered and the due date has passed by the days of grace",
        c.Cancel,
        C,
        lambda: Story().in_progress().passes(11 * DAY),
        lambda: Story().in_progress().passes(11 * DAY - HOUR),
    ),
    (
        "nothing was ever delivered and the due date has passed by the days of grace",
        c.Cancel,
        C,
        lambda: late(Story().in_progress()),
        lambda: Story().revising().passes(11 * DAY),
    ),
    (
        "the rounds or the days since the first delivery that open mediation have passed",
        c.HireMediator,
        F,
        lambda: Story().revising(6),
        lambda: Story().revising(5),
    ),
    (
        "a staff task is open on it",
        c.Resolve,
        S,
        lambda: Story().in_review().with_task(),
        lambda: Story().in_review(),
    ),
    (
        "no approval waits for a disputed payment",
        c.RequestRevision,
        C,
        lambda: Story().in_review(),
        _approved_and_short,
    ),
    (
        "the clock is running",
        c.PauseClock,
        S,
        lambda: Story().in_review(),
        lambda: paused(Story().in_review()),
    ),
    (
        "the clock is paused",
        c.ResumeClock,
        S,
        lambda: paused(Story().in_review()),
        lambda: paused(Story().in_review()).passes(10 * DAY),
    ),
    (
        "the other party has an offer open",
        c.AcceptSettlement,
        C,
        lambda: Story().in_review().freelancer(c.OfferSettlement),
        lambda: Story().in_review().client(c.OfferSettlement),
    ),
    (
        "an offer of your own is open",
        c.WithdrawOffer,
        C,
        lambda: Story().rejected().client(c.OfferSettlement),
        lambda: Story().rejected().freelancer(c.OfferSettlement),
    ),
    (
        "a rejection was requested",
        c.WithdrawRejection,
        C,
        lambda: Story().appointing(),
        mediated_unasked,
    ),
    (
        "no mediator has proposed yet",
        c.WithdrawRejection,
        C,
        lambda: Story(price=50_00).rejected().freelancer(c.HireMediator),
        lambda: Story().staff_review(),
    ),
    (
        "it is not a further rejection than the policy lets be withdrawn",
        c.WithdrawRejection,
        C,
        lambda: rejected_again(Story(), times=2),
        lambda: rejected_again(Story(), times=3),
    ),
    (
        "the time for the one veto has not passed",
        c.VetoMediator,
        C,
        lambda: Story().appointing().passes(24 * HOUR - HOUR),
        lambda: Story().appointing().passes(24 * HOUR),
    ),
    (
        "the time for the one veto has not passed",
        c.VetoMediator,
        C,
        lambda: Story().appointing().mediator(c.DeclineAppointment),
        lambda: Story().appointing().client(c.VetoMediator),
    ),
    (
        "a staff task is open on the dispute",
        c.Resolve,
        S,
        lambda: _unproven(20 * DAY),
        lambda: _unproven(19 * DAY),
    ),
    (
        "you have not accepted the proposal already",
        c.AcceptProposal,
        C,
        lambda: Story().proposed().freelancer(c.AcceptProposal),
        lambda: Story().proposed().client(c.AcceptProposal),
    ),
]


@pytest.mark.parametrize(("says", "command", "role", "holds", "fails"), SCENARIOS)
def test_a_command_is_open_only_while_its_condition_holds(
    says: str, command: type[c.Command], role: Role, holds: Make, fails: Make
) -> None:
    """Where the condition holds the command is done; where it does not, refused by its name."""
    open_story, closed = holds(), fails()
    open_story.does(role, open_story.command(command, role))
    assert open_story.last is not None
    assert closed.refuses(role, closed.command(command, role)) == "condition_missing"
    assert closed.refusal == says


@pytest.mark.parametrize("command", [c.Confirm, c.Refuse])
def test_a_ruling_is_confirmed_or_refused_by_another_person_only(
    command: type[c.Command],
) -> None:
    """Whoever ruled cannot be the second person."""
    story = _ruled()
    assert story.refuses(S, story.command(command), STAFF) == "condition_missing"
    assert story.refusal == "it is another person than the one who ruled"
    assert story.staff(command, SECOND).quarrel().state != "ruled"


def test_every_condition_of_the_law_has_a_scenario() -> None:
    """A new condition can't stay untested."""
    tested = {says for says, *_ in SCENARIOS} | {"it is another person than the one who ruled"}
    conditions = {
        condition.says
        for process in (JOB, DISPUTE)
        for row in process.steps
        for condition in row.when
    }
    assert conditions == tested


def _unproven(period: timedelta) -> Story:
    """A rejection, this long after its request, of which nobody provably knows."""
    story = Story().rejected()
    story.proven = frozenset()
    return story.passes(period)
