"""Escrows from which a payment is taken back: frozen, filled again, or given up."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import chargeback_commands as c
from domain import commands as j
from domain import endings, flows
from domain.accounts import Kind, Parts
from domain.cases import Ip, JobState, RemittanceState, Role
from domain.errors import ConditionMissing, EscrowShort, InsufficientFunds
from domain.policy import DAY, Policy
from tests.domain.chargebacks import Chargebacks, S, short, with_money
from tests.domain.remittances import BOB, check, paid_in
from tests.domain.story import CLIENT, FREELANCER, Story

LOST = c.ChargebackLost


def _escrow(one: Chargebacks) -> int:
    return one.books.balance(Kind.ESCROW, _job(one).job.id)


def _job(one: Chargebacks) -> Story:
    assert one.story is not None
    return one.story


def test_the_escrow_goes_before_a_debt() -> None:
    """Of 200.00 in escrow 100.00 are taken: nothing is owed."""
    one = short()
    assert _escrow(one) == 100_00 and not one.books.wallet(CLIENT).receivable
    assert [(piece.case, piece.minor) for piece in one.case.pieces] == [("job_1", 100_00)]


def test_what_escrow_and_wallet_lack_is_owed() -> None:
    """In that order: wallet, escrow, debt."""
    job = Story(price=50_00, wallet=70_00).in_review()
    one = short(job)
    assert _escrow(one) == 0 and one.books.wallet(CLIENT).receivable == 30_00


def test_the_clocks_of_a_frozen_job_stand_still_and_go_on_when_it_is_won() -> None:
    """What was left of the review is left of it afterwards, to the second."""
    job = Story().in_review()
    due = job.due_at()
    one = short(job)
    frozen = one.at
    one.until(frozen + 30 * DAY)
    assert _job(one).states() == (JobState.IN_REVIEW, None)
    one.says(c.ChargebackWon)
    assert due is not None and _job(one).due_at() == due + (one.at - frozen)
    assert _job(one).job.paused_until is None and _escrow(one) == 200_00


@pytest.mark.parametrize("make", [lambda: Story().in_review(), lambda: Story().rejected()])
def test_no_clock_goes_on_after_the_longest_freeze(make: Callable[[], Story]) -> None:
    """Nobody has decided in all that time: then it begins anew, to the second."""
    story = make()
    due = story.due_at()
    one = short(story)
    frozen, states = one.at, _job(one).states()
    _job(one).passes(2 * Policy().longest_freeze)
    one.at = _job(one).at
    assert _job(one).states() == states
    one.says(c.ChargebackWon)
    assert due is not None and _job(one).due_at() == due + (one.at - frozen)


def test_a_pause_of_staff_ends_with_the_freeze() -> None:
    """The clocks do not go on twice."""
    job = Story().in_review().staff(j.PauseClock)
    one = short(job)
    assert _job(one).refuses(Role.STAFF, _job(one).command(j.ResumeClock))
    one.until(one.at + DAY).says(c.ChargebackWon)
    job = _job(one)
    assert job.job.paused_until is None
    assert {timer.row for timer in job.job.timers}.isdisjoint({"resume_clock"})


def test_a_delivery_counts_while_the_job_is_frozen() -> None:
    """Its review begins when the clocks go on."""
    one = short(Story().in_progress())
    _job(one).freelancer(j.Deliver)
    one.until(one.at + 10 * DAY).says(c.ChargebackWon)
    assert _job(one).due_at() == one.at + Policy().review_period


def test_an_approval_is_recorded_and_paid_when_it_is_won() -> None:
    """The freelancer gets all of it, less the fee."""
    one = short()
    _job(one).client(j.Approve)
    assert _job(one).states() == (JobState.IN_REVIEW, None)
    one.says(c.ChargebackWon)
    assert _job(one).states() == (JobState.COMPLETED, None)
    assert one.books.wallet(FREELANCER).earnings == 180_00 and _escrow(one) == 0


@pytest.mark.parametrize("kind", [j.RequestRevision, j.RequestRejection])
def test_what_is_approved_is_not_sent_back(kind: type[j.Command]) -> None:
    """The approval counts from when it was given, whenever it is carried out."""
    one = short()
    _job(one).client(j.Approve)
    with pytest.raises(ConditionMissing):
        _job(one).client(kind)
    one.says(c.ChargebackWon)
    assert _job(one).states() == (JobState.COMPLETED, None)


def test_nothing_else_is_released_while_the_escrow_is_short() -> None:
    """A settlement waits; a refund does not."""
    one = short()
    _job(one).client(j.OfferSettlement, freelancer_minor=50_00)
    with pytest.raises(EscrowShort):
        _job(one).freelancer(j.AcceptSettlement)
    _job(one).freelancer(j.Resign)
    assert _job(one).states() == (JobState.CANCELLED, None)
    assert one.books.wallet(CLIENT).credits == 100_00 and _escrow(one) == 0


def test_what_comes_back_for_a_job_that_is_over_is_the_clients() -> None:
    """Its escrow stays empty."""
    one = short()
    _job(one).freelancer(j.Resign)
    one.says(c.ChargebackWon)
    assert one.books.wallet(CLIENT).credits == 200_00 and _escrow(one) == 0


def test_a_lost_chargeback_leaves_seven_days_to_refill() -> None:
    """Filled, the job goes on as if nothing had been."""
    one = with_money(short().says(LOST))
    assert one.case.state is S.REFILLING
    one.does(Role.CLIENT, c.Refill())
    assert one.states() == (S.LOST, None) and _escrow(one) == 200_00
    assert endings.escrow(_job(one).job).total == 200_00
    assert _job(one).job.paused_until is None and not _job(one).job.short


def test_a_refill_may_come_in_parts() -> None:
    """The job stands still until all is there."""
    one = with_money(short().says(LOST), 30_00)
    one.does(Role.CLIENT, c.Refill())
    assert one.states() == (S.REFILLING, None) and _escrow(one) == 130_00
    with pytest.raises(InsufficientFunds):
        one.does(Role.CLIENT, c.Refill())
    with_money(one, 70_00).does(Role.CLIENT, c.Refill())
    assert one.states() == (S.LOST, None) and not _job(one).job.short


def test_a_job_that_nobody_refills_is_cancelled() -> None:
    """What is left is refunded, and the work stays with the freelancer."""
    one = short().says(LOST)
    one.until(one.at + Policy().refill_period)
    assert one.states() == (S.LOST, None)
    assert _job(one).states() == (JobState.CANCELLED, None)
    assert _job(one).job.ip is Ip.FREELANCER
    assert one.books.wallet(CLIENT).credits == 100_00 and _escrow(one) == 0


def test_what_was_approved_is_paid_as_far_as_it_is_filled() -> None:
    """Half of the price is there, the fee is that of half."""
    one = short()
    _job(one).client(j.Approve)
    one.says(LOST)
    one.until(one.at + Policy().refill_period)
    assert _job(one).states() == (JobState.COMPLETED, None)
    assert one.books.wallet(FREELANCER).earnings == 90_00 and _escrow(one) == 0


def test_an_approval_with_nothing_behind_it_is_cancelled() -> None:
    """Nothing was paid: the work stays the freelancer's."""
    one = short(Story(price=100_00).in_review())
    _job(one).client(j.Approve)
    one.says(LOST)
    one.until(one.at + Policy().refill_period)
    assert _job(one).states() == (JobState.CANCELLED, None)
    assert _job(one).job.ip is Ip.FREELANCER


def test_the_client_is_reminded_and_silence_counts_only_with_notice() -> None:
    """Otherwise the seven days are extended."""
    one = short().says(LOST)
    one.proven = frozenset()
    one.until(one.at + Policy().refill_period)
    assert one.case.state is S.REFILLING and one.case.tasks


def test_a_disputed_job_is_frozen_with_its_dispute() -> None:
    """Days of the rejection stand still too; accepting it refunds what is there."""
    one = short(Story().rejected())
    one.until(one.at + 60 * DAY)
    assert _job(one).states() == (JobState.REJECTION_OPEN, "open")
    due = _job(one).due_at()
    assert due is not None and due > one.at + 200 * DAY
    _job(one).freelancer(j.AcceptRejection)
    assert one.books.wallet(CLIENT).credits == 100_00


def test_a_dispute_goes_on_when_it_is_won() -> None:
    """To the second where it stood."""
    story = Story().rejected()
    due = story.due_at()
    one = short(story)
    one.until(one.at + timedelta(hours=5)).says(c.ChargebackWon)
    assert due is not None and _job(one).due_at() == due + timedelta(hours=5)
    assert _job(one).quarrel().paused_until is None


# The same when a check bounces.

PROVISIONAL = Kind.CREDITS_PROVISIONAL


def test_a_bounced_check_is_taken_out_of_the_escrow_it_filled() -> None:
    """The client owes nothing for it; the job stands still."""
    one = check().booked().spent(60_00).by(BOB, j.Bounce)
    assert one.case.state is RemittanceState.REFILLING and one.story is not None
    assert one.books.balance(Kind.ESCROW, "job_1") == 0 and one.lots() == {}
    assert one.books.balance(PROVISIONAL, CLIENT) == 0 == one.books.wallet(CLIENT).receivable
    assert one.books.balance(Kind.BANK_CLEARING, "platform") == 0
    assert one.story.job.short and one.story.job.paused_until is not None


def test_escrows_go_before_what_others_earned_of_it() -> None:
    """Ninety of a hundred were released; the escrow holds ten of another's money besides."""
    one = check().booked().held(40_00, "job_2")
    one.released(Parts(credits_provisional=40_00), 4_00, "job_2").spent(50_00)
    one.by(BOB, j.Bounce)
    assert one.books.balance(Kind.ESCROW, "job_1") == 0
    assert one.books.balance(Kind.EARNINGS_PROVISIONAL, FREELANCER) == 0
    assert one.books.wallet(CLIENT).receivable == 4_00


def test_a_job_that_a_bounced_check_paid_goes_on_when_it_is_refilled() -> None:
    """With money that has cleared; a day later the bounce is over."""
    one = paid_in(check().booked().spent(60_00).by(BOB, j.Bounce))
    one.does(Role.CLIENT, c.Refill())
    assert one.story is not None and not one.story.job.short
    assert one.books.balance(Kind.ESCROW, "job_1") == 60_00
    one.until(one.at + 2 * DAY)
    assert one.states() == (RemittanceState.BOUNCED, None)
    one.story.client(j.Approve)
    assert one.books.wallet(FREELANCER).earnings == 54_00


def test_a_job_that_a_bounced_check_paid_is_cancelled_when_nobody_refills_it() -> None:
    """What another deposit paid of it is refunded."""
    one = check().booked()
    paid_in(one, 10_00)
    one.spent(110_00).by(BOB, j.Bounce)
    one.until(one.at + Policy().refill_period + 2 * DAY)
    assert one.states() == (RemittanceState.BOUNCED, None) and one.story is not None
    assert one.story.states() == (JobState.CANCELLED, None)
    assert one.books.wallet(CLIENT).credits == 10_00


def test_a_bounce_leaves_the_money_of_another_check_where_it_is() -> None:
    """Of one escrow that two checks filled, only the bounced one's part is taken."""
    one = check().booked()
    other = flows.deposit_provisional("deposit_2", CLIENT, 50_00, Kind.BANK_CLEARING, "USD")
    one.books.post([other])
    one.spent(140_00).by(BOB, j.Bounce)
    assert one.lots() == {}
    assert sum(one.lots_of("deposit_2").values()) == 50_00
    assert one.books.balance(Kind.ESCROW, "job_1") == 40_00
