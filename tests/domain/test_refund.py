"""Unspent credits go back where they came from, once, or are in the wallet again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain import refund_commands as c
from domain.accounts import Kind
from domain.carriers import Carried
from domain.cases import DepositState, RemittanceState, Role
from domain.command import Command
from domain.errors import (
    ConditionMissing,
    DebtOpen,
    InsufficientFunds,
    InvalidAmount,
    NotRefundable,
    NotYours,
    SeenIsStale,
)
from domain.lone_states import RefundState
from tests.domain.refunds import ADA, OWED, Refunds, by_hand
from tests.domain.story import CLIENT, MONDAY

S = RefundState
ENDINGS: list[tuple[Role, type[Command], RefundState]] = [
    (Role.CLIENT, c.WithdrawRefund, S.WITHDRAWN),
    (Role.STAFF, c.DeclineRefund, S.DECLINED),
]


def test_the_credits_leave_at_once() -> None:
    """Nobody can spend what is asked back."""
    told = Refunds().requested()
    assert told.case.state is S.REQUESTED and told.credits == 40_00
    assert told.books.balance(Kind.IN_TRANSIT, "refund_1") == 60_00


@pytest.mark.parametrize(("who", "kind", "state"), ENDINGS)
def test_what_is_not_sent_is_in_the_wallet_again(
    who: Role, kind: type[Command], state: RefundState
) -> None:
    """Whoever ends it."""
    told = Refunds().requested().by(who, kind)
    assert told.case.state is state and told.credits == 100_00
    assert told.books.balance(Kind.IN_TRANSIT, "refund_1") == 0


@pytest.mark.parametrize(
    "ends",
    [
        lambda: Refunds().requested().owes().by(Role.CLIENT, c.WithdrawRefund),
        lambda: Refunds().approved().owes().by(Role.PROCESSOR, c.RefundFailed),
        lambda: Refunds().paid().owes().by(Role.PROCESSOR, c.RefundReturned),
    ],
)
def test_what_is_the_clients_again_settles_what_they_owe(ends: Callable[[], Refunds]) -> None:
    """A payment was taken back meanwhile, while the credits were on their way."""
    refund = ends()
    assert refund.books.wallet(CLIENT).receivable == 0
    assert refund.credits == 100_00 - OWED


def test_the_processor_gives_it_back() -> None:
    """It is asked when staff approve; what it gave back is out of its account."""
    told = Refunds().paid()
    assert told.case.state is S.PAID and told.credits == 40_00
    assert told.books.balance(Kind.PROCESSOR_CLEARING, "platform") == 60_00
    assert told.last is not None and told.last.facts["outside"] == "re_1"


def test_what_the_processor_refuses_is_the_clients_with_its_reason() -> None:
    """And they are told why."""
    told = Refunds().approved().by(Role.PROCESSOR, c.RefundFailed)
    assert (told.case.state, told.case.reason) == (S.FAILED, "charge_disputed")
    assert told.credits == 100_00
    assert told.last is not None and "charge_disputed" in told.last.notices[0].says


def test_what_the_card_does_not_take_comes_back_later() -> None:
    """The same sum, from where it had gone."""
    told = Refunds().paid().by(Role.PROCESSOR, c.RefundReturned)
    assert told.case.state is S.RETURNED and told.credits == 100_00
    assert told.books.balance(Kind.PROCESSOR_CLEARING, "platform") == 0


def test_by_hand_a_second_person_sends_it() -> None:
    """Whoever approved it cannot; the bank's name for it stands in the facts."""
    told = by_hand().requested().by(Role.ACCOUNTING, c.ApproveRefund, ADA)
    assert told.case.state is S.TO_SEND
    with pytest.raises(NotYours, match="approved"):
        told.fork().by(Role.ACCOUNTING, c.RefundSent, ADA)
    assert told.by(Role.ACCOUNTING, c.RefundSent).states() == (S.PAID, None)
    assert told.books.balance(Kind.BANK_CLEARING, "platform") == -40_00
    assert told.last is not None and told.last.facts["bank_reference"] == "OUT 1"


def test_what_the_bank_sends_back_is_told_by_accounting_and_only_of_what_it_carried() -> None:
    """Of a card payment Stripe alone says so."""
    told = by_hand().paid().by(Role.ACCOUNTING, c.RefundCameBack)
    assert told.case.state is S.RETURNED and told.credits == 100_00
    with pytest.raises(ConditionMissing, match="by hand"):
        Refunds().paid().by(Role.ACCOUNTING, c.RefundCameBack)


@pytest.mark.parametrize("refunded", [40_01, 100_00])
def test_no_more_goes_back_than_came(refunded: int) -> None:
    """Less what went back before, or is about to."""
    told = Refunds()
    told.source = replace(told.source, refunded_minor=refunded)
    with pytest.raises(InvalidAmount) as refusal:
        told.requested()
    assert refusal.value.facts["left_minor"] == 100_00 - refunded
    told.source = replace(told.source, refunded_minor=40_00)
    assert told.requested().case.state is S.REQUESTED


def test_nothing_is_no_refund() -> None:
    """It is more than nothing."""
    with pytest.raises(InvalidAmount):
        Refunds(0).requested()


def test_spent_money_does_not_go_back() -> None:
    """Cleared credits count alone; what is missing is said."""
    with pytest.raises(InsufficientFunds) as refusal:
        Refunds(had=50_00).requested()
    assert refusal.value.facts["missing_minor"] == 10_00


def test_a_debt_goes_first() -> None:
    """Whoever owes us gets nothing back."""
    with pytest.raises(DebtOpen):
        Refunds(owed=1).requested()


@pytest.mark.parametrize("state", sorted(set(RemittanceState)))
def test_only_what_has_cleared_goes_back(state: RemittanceState) -> None:
    """Of what came by hand: nothing that is provisional, questioned, or gone."""
    told = by_hand()
    deposit = told.source.deposit.model_copy(update={"state": state})
    told.source = replace(told.source, deposit=deposit)
    if state in (RemittanceState.BOOKED, RemittanceState.CLEARED):
        assert told.requested().credits == 40_00
        return
    with pytest.raises(NotRefundable):
        told.requested()


def test_a_card_payment_that_has_not_come_does_not_go_back() -> None:
    """Its page may still be open."""
    told = Refunds()
    deposit = told.source.deposit.model_copy(update={"state": DepositState.CHECKOUT})
    told.source = replace(told.source, deposit=deposit)
    with pytest.raises(NotRefundable):
        told.requested()


@pytest.mark.parametrize(
    "changed", [{"state": RemittanceState.CORRECTING}, {"arrived_minor": 50_00}]
)
def test_what_was_questioned_since_is_not_approved(changed: dict[str, object]) -> None:
    """The deposit is looked at again; staff may decline."""
    told = by_hand().requested()
    deposit = told.source.deposit.model_copy(update=changed)
    told.source = replace(told.source, deposit=deposit, refunded_minor=60_00)
    with pytest.raises(NotRefundable):
        told.fork().by(Role.STAFF, c.ApproveRefund)
    assert told.by(Role.STAFF, c.DeclineRefund).credits == 100_00


def test_a_debt_since_the_request_is_not_paid_out() -> None:
    """Another payment was taken back: staff decline, and the credits pay what is owed."""
    refund = Refunds().requested().owes()
    with pytest.raises(DebtOpen):
        refund.by(Role.STAFF, c.ApproveRefund)
    refund.by(Role.STAFF, c.DeclineRefund)
    assert (refund.books.wallet(CLIENT).receivable, refund.credits) == (0, 100_00 - OWED)


def test_staff_do_not_decide_on_their_own() -> None:
    """Nor send it."""
    told = by_hand().requested()
    with pytest.raises(NotYours, match="own case"):
        told.by(Role.STAFF, c.ApproveRefund, told.case.client)


def test_after_five_business_days_it_is_escalated_daily() -> None:
    """A task of staff, of which the head of support hears every day; the money waits."""
    told = Refunds().requested().until(MONDAY + timedelta(days=7))
    assert [task.kind for task in told.case.tasks] == ["refund_undecided"]
    assert told.case.state is S.REQUESTED
    told.until(MONDAY + timedelta(days=8))
    assert told.last is not None and told.last.event == "task_escalated"
    told.by(Role.STAFF, c.ApproveRefund)
    assert told.case.tasks == ()


def test_what_nobody_sends_is_a_task() -> None:
    """Approved, and then forgotten."""
    told = Refunds(method=Carried.CHECK).approved().until(MONDAY + timedelta(days=7))
    assert [task.kind for task in told.case.tasks] == ["refund_not_sent"]


def test_what_the_processor_does_not_answer_is_a_task() -> None:
    """Five banking days after it was asked."""
    told = Refunds().approved().until(MONDAY + timedelta(days=7))
    assert [task.kind for task in told.case.tasks] == ["refund_unanswered"]


def hanging(**known: object) -> Refunds:
    """Approved by Ada; for five banking days nobody has said what became of it."""
    told = Refunds().approved()
    if known:
        told.says(c.RefundMade, **known)
    return told.until(MONDAY + timedelta(days=7))


def test_nobody_answers_for_the_processor_before_that() -> None:
    """It has its time."""
    with pytest.raises(ConditionMissing):
        Refunds().approved().by(Role.ACCOUNTING, c.RefundFound)


def test_accounting_answer_for_a_processor_that_hangs() -> None:
    """By its name for what it gave back, if it has not told us another one."""
    told = hanging().does(Role.ACCOUNTING, c.RefundFound(refund="re_7"))
    assert (told.case.state, told.case.refund) == (S.PAID, "re_7")
    assert told.last is not None and told.last.facts == {"outside": "re_7"}
    with pytest.raises(SeenIsStale):
        hanging(refund="re_1").does(Role.ACCOUNTING, c.RefundFound(refund="re_2"))
    assert hanging(refund="re_1").by(Role.ACCOUNTING, c.RefundFound).case.state is S.PAID


def test_whoever_approved_it_does_not_answer_for_the_processor() -> None:
    """Two people have seen it."""
    with pytest.raises(NotYours):
        hanging().does(Role.ACCOUNTING, c.RefundFound(refund="re_7"), ADA)


def test_that_nothing_was_given_back_nobody_says_for_the_processor() -> None:
    """A try may be under way: it would be given back twice."""
    with pytest.raises(NotYours):
        hanging().by(Role.ACCOUNTING, c.RefundFailed)
