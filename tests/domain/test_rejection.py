"""A rejection: what ends it, what dismisses it, and what is left when it is withdrawn."""

import pytest

from domain import commands as c
from domain.cases import DisputeState as D
from domain.cases import Ip, Role
from domain.policy import DAY, HOUR
from tests.domain.scenes import DISPUTE_SCENES, mediated_unasked, rejected_again
from tests.domain.story import CLIENT, FREELANCER, MONDAY, Story

RUNNING = [D.OPEN, D.APPOINTING, D.IN_MEDIATION, D.PROPOSED, D.STAFF_REVIEW, D.RULED]


@pytest.mark.parametrize("state", RUNNING)
def test_an_approval_in_any_state_of_the_dispute_pays_the_freelancer(state: D) -> None:
    """The client may be satisfied after all, until a proposal or a ruling is executed."""
    story = DISPUTE_SCENES[state][0]().client(c.Approve)
    assert story.states() == ("completed", "dismissed")
    assert story.job.ip is Ip.CLIENT
    assert story.escrow() == 0
    assert story.wakes_at() is None


@pytest.mark.parametrize("state", RUNNING)
def test_a_rejection_accepted_in_any_state_refunds_the_client(state: D) -> None:
    """The freelancer may agree at any moment; the work stays theirs."""
    story = DISPUTE_SCENES[state][0]().freelancer(c.AcceptRejection)
    assert story.states() == ("cancelled", "accepted")
    assert story.job.ip is Ip.FREELANCER
    assert story.books.wallet(CLIENT).credits == story.job.terms.price_minor
    assert story.escrow() == 0


def test_approve_may_name_an_older_delivery_but_none_that_never_was() -> None:
    """An approval stands for the delivery it names, even if a newer one came."""
    story = Story().in_review()
    first = story.job.deliveries[0]
    story.freelancer(c.Deliver)
    assert story.refuses(Role.CLIENT, c.Approve(delivery_id="other")) == "seen_is_stale"
    assert story.client(c.Approve, delivery_id=first).last is not None
    assert story.last is not None
    assert story.last.facts["delivery_id"] == first


@pytest.mark.parametrize(
    ("rejected", "withdrawn", "due"),
    [(0, 3, 20), (0, 15, 20), (0, 16, 21), (3, 19, 24), (1, 16, 21)],
)
def test_a_rejection_withdrawn_in_review_leaves_20_days_from_the_delivery_and_at_least_five(
    rejected: int, withdrawn: int, due: int
) -> None:
    """The review goes on as if nothing had been, with five days at the least."""
    story = Story().in_review().until(MONDAY + rejected * DAY).client(c.RequestRejection)
    story.until(MONDAY + withdrawn * DAY).client(c.WithdrawRejection)
    assert story.states() == ("in_review", "withdrawn")
    assert story.due_at() == MONDAY + due * DAY
    reminded = {at for at, _ in story.passes(DAY * 4.9).reminders() if at > story.at - DAY * 4.9}
    assert withdrawn + 5 < due or reminded == {
        MONDAY + (due - 2) * DAY,
        MONDAY + (due - 1) * DAY,
        MONDAY + due * DAY - 6 * HOUR,
    }


def test_a_delivery_during_the_dispute_is_what_is_reviewed_after_it() -> None:
    """Delivered on the tenth day of a dispute and withdrawn: 20 days from that delivery."""
    story = Story().in_progress().client(c.RequestRejection).passes(10 * DAY)
    story.freelancer(c.Deliver).passes(DAY).client(c.WithdrawRejection)
    assert story.states()[0] == "in_review"
    assert story.due_at() == MONDAY + 30 * DAY


@pytest.mark.parametrize("make", [Story().in_progress, Story().revising])
def test_a_rejection_withdrawn_before_a_delivery_moves_the_due_date_by_its_length(
    make: type[Story],
) -> None:
    """The days of the dispute are not the freelancer's."""
    story = make()
    due = story.job.due_at
    assert due is not None
    story.client(c.RequestRejection).passes(3 * DAY).client(c.WithdrawRejection)
    assert story.states() == ("in_progress", "withdrawn")
    assert story.job.due_at == due + 3 * DAY


def test_a_withdrawn_rejection_leaves_five_days_to_work() -> None:
    """Taken back when the revision was long overdue, it is not requested again at once."""
    story = Story().revising().passes(19 * DAY)
    assert story.states() == ("rejection_open", "open")
    story.passes(2 * DAY).client(c.WithdrawRejection)
    assert story.states() == ("in_progress", "withdrawn")
    assert story.job.due_at == story.at + 5 * DAY
    assert story.passes(18 * DAY).states()[0] == "in_progress"


def test_a_delivery_and_a_revision_of_the_same_moment_are_told_apart() -> None:
    """Which of the two came last decides where a withdrawn rejection leads, not their times."""
    revising = Story().revising().client(c.RequestRejection).client(c.WithdrawRejection)
    answered = Story().revising().freelancer(c.Deliver).client(c.RequestRejection)
    assert revising.states()[0] == "in_progress"
    assert answered.client(c.WithdrawRejection).states()[0] == "in_review"


def test_a_third_rejection_cannot_be_withdrawn() -> None:
    """Two may be taken back; the third has to be settled."""
    story = rejected_again(Story(), times=3)
    assert story.quarrel().number == 3
    assert story.refuses(Role.CLIENT, c.WithdrawRejection()) == "condition_missing"


def test_a_mediation_without_a_rejection_cannot_be_withdrawn_by_the_client() -> None:
    """The client takes back what they requested, not what the freelancer called in."""
    story = mediated_unasked()
    assert story.refuses(Role.CLIENT, c.WithdrawRejection()) == "condition_missing"


@pytest.mark.parametrize("command", [c.Resign, c.Cancel])
def test_giving_up_the_job_refunds_the_client_in_full(command: type[c.Command]) -> None:
    """No commission, no split: everything returns to where it came from."""
    story = Story(wallet=0)
    story.books.give(CLIENT, credits_provisional=50_00, credits=120_00, earnings=30_00)
    story.in_progress().passes(11 * DAY)
    story.does(Role.FREELANCER if command is c.Resign else Role.CLIENT, story.command(command))
    wallet = story.books.wallet(CLIENT)
    assert (wallet.credits_provisional, wallet.credits, wallet.earnings) == (50_00, 120_00, 30_00)
    assert story.job.ip is Ip.FREELANCER
    assert story.books.wallet(FREELANCER).spendable == 0
