"""Withdrawals, as the law has them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.accounts import PLATFORM, Account, Kind
from domain.bank_details import Via
from domain.cases import OVER, Role
from domain.errors import (
    ConditionMissing,
    DebtOpen,
    DomainError,
    InsufficientFunds,
    InvalidAmount,
    NotAllowedToWork,
    NotOpen,
    NotYours,
    PayoutMethodMissing,
    PayoutMethodTooNew,
    SeenIsStale,
    TaxFormExpired,
    TaxFormMissing,
    WorkPermissionMissing,
)
from domain.outcome import brief
from domain.payee import Payee
from domain.policy import Policy
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held
from domain.withdrawal import end_to_end_id
from tests.domain.story import FREELANCER, MONDAY, STRANGER
from tests.domain.withdrawals import METHOD, READY, SIGNED, USUAL, S, Withdrawals

EARNINGS, TRANSIT = Account(Kind.EARNINGS, FREELANCER), Account(Kind.IN_TRANSIT, "withdrawal_1")
FEES, BANK = Account(Kind.PLATFORM_FEES, PLATFORM), Account(Kind.BANK_CLEARING, PLATFORM)
PROCESSOR = Account(Kind.PROCESSOR_CLEARING, PLATFORM)
COOL_DOWN = Policy().payout_cool_down
NOON_BEFORE = datetime(2026, 3, 30, 16, tzinfo=UTC)
"""Noon in New York of the banking day before 31 March, the date that MONDAY's request meets."""


def test_what_is_withdrawn_leaves_the_wallet_at_once_and_the_fee_is_taken_out_of_it() -> None:
    """The sum named is what the wallet loses; what arrives is the rest."""
    one = Withdrawals().requested()
    balances = one.books.balances
    assert (balances[EARNINGS], balances[TRANSIT], balances[FEES]) == (0, 100_00, 0)
    assert one.case.arrives_minor == 99_00


def test_the_payment_date_is_fixed_at_the_request() -> None:
    """The first whose cut-off it meets: that of the 16th itself is over."""
    assert Withdrawals().requested().case.payment_date == date(2026, 3, 31)
    early = datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert Withdrawals(at=early).requested().case.payment_date == date(2026, 3, 13)


def test_whoever_met_the_cut_off_is_not_late_because_we_were() -> None:
    """The date is that of the quote, however long the step took."""
    one = Withdrawals()
    one.at = MONDAY + timedelta(days=20)
    assert one.requested().case.payment_date == date(2026, 3, 31)


def test_a_run_that_was_approved_takes_nobody_in_any_more() -> None:
    """Else nobody would ever approve what waits for it."""
    one = Withdrawals()
    one.runs_approved = frozenset({date(2026, 3, 31)})
    assert one.requested().case.payment_date == date(2026, 4, 15)


@pytest.mark.parametrize(("via", "arrives"), [(Via.US_BANK, 99_00), (Via.IBAN, 90_00)])
def test_a_payout_costs_what_its_way_costs(via: Via, arrives: int) -> None:
    """Abroad it is a wire."""
    assert Withdrawals(via=via).requested().case.arrives_minor == arrives


def test_a_fee_that_was_not_the_one_quoted_is_refused() -> None:
    """What its owner saw is what it costs, or nothing happens."""
    with pytest.raises(SeenIsStale):
        Withdrawals(fee=50).requested()


def test_so_little_is_not_paid_out() -> None:
    """The smallest withdrawal is the policy's."""
    with pytest.raises(InvalidAmount):
        Withdrawals(19_99).requested()
    assert Withdrawals(20_00).requested().case.state is S.REQUESTED


def test_only_cleared_earnings_are_paid_out() -> None:
    """Neither deposits nor what may still bounce."""
    one = Withdrawals(earned=99_99)
    one.books.give(FREELANCER, credits=100_00, earnings_provisional=100_00)
    with pytest.raises(InsufficientFunds) as refused:
        one.requested()
    assert refused.value.facts == {"missing_minor": 1}


LACKS: dict[str, tuple[Payee, type[DomainError]]] = {
    "no answers": (replace(READY, permission=None), WorkPermissionMissing),
    "not allowed": (replace(READY, permission=Permission.NOT_ALLOWED), NotAllowedToWork),
    "no form": (replace(READY, forms=()), TaxFormMissing),
    "another form": (replace(READY, permission=Permission.W8BEN), TaxFormMissing),
    "expired form": (
        Payee(
            permission=Permission.W8BEN,
            forms=(
                Held(kind=FormKind.W8BEN, state=FormState.SIGNED, valid_until=date(2025, 12, 31)),
            ),
            method=METHOD,
        ),
        TaxFormExpired,
    ),
    "debt": (replace(READY, owed_minor=1), DebtOpen),
    "no method": (replace(READY, method=None), PayoutMethodMissing),
    "another method": (
        replace(READY, method=METHOD.model_copy(update={"id": "method_2"})),
        PayoutMethodMissing,
    ),
    "new method": (
        replace(READY, method=METHOD.model_copy(update={"added_at": MONDAY - COOL_DOWN / 2})),
        PayoutMethodTooNew,
    ),
}


@pytest.mark.parametrize("lack", LACKS)
def test_nobody_is_paid_before_all_is_in_order(lack: str) -> None:
    """Each lack has its own refusal, and nothing leaves the wallet."""
    payee, error = LACKS[lack]
    one = Withdrawals(payee=payee)
    with pytest.raises(error):
        one.requested()
    assert one.books.balances[EARNINGS] == 100_00


def test_new_bank_details_can_be_paid_to_when_their_cool_down_is_over() -> None:
    """To the second."""
    edge = METHOD.model_copy(update={"added_at": MONDAY - COOL_DOWN})
    payee = Payee(permission=Permission.W9, forms=(SIGNED,), method=edge)
    assert Withdrawals(payee=payee).requested().case.state is S.REQUESTED


def test_a_cancelled_withdrawal_is_back_with_its_fee() -> None:
    """Until its run is approved; afterwards it is too late."""
    one = Withdrawals().requested().does(Role.FREELANCER, c.CancelWithdrawal())
    assert one.books.balances[EARNINGS] == 100_00 and one.books.balances[FEES] == 0
    with pytest.raises(NotOpen):
        Withdrawals().sent().does(Role.FREELANCER, c.CancelWithdrawal())
    approved = Withdrawals().requested()
    approved.in_run = True
    with pytest.raises(ConditionMissing):
        approved.does(Role.FREELANCER, c.CancelWithdrawal())


def test_a_check_that_fails_at_the_approval_gives_the_money_back_with_the_reason() -> None:
    """Its owner is told which."""
    one = Withdrawals().sent(refusal="Your tax form has expired")
    assert one.case.state is S.FAILED and one.books.balances[EARNINGS] == 100_00
    assert one.last is not None
    [told] = one.last.notices
    assert told.to == FREELANCER and told.says.endswith("the wallet: Your tax form has expired")


@pytest.mark.parametrize(("via", "clearing"), [(Via.IBAN, BANK), (Via.STRIPE, PROCESSOR)])
def test_what_was_paid_has_left_the_bank_or_the_processor(via: Via, clearing: Account) -> None:
    """And nothing is in transit any more."""
    one = Withdrawals(via=via).paid()
    before = Withdrawals(via=via).books.balances[clearing]
    assert one.books.balances[TRANSIT] == 0
    assert one.books.balances[clearing] - before == one.case.arrives_minor


def test_what_the_bank_sends_back_is_in_the_wallet_without_its_fee() -> None:
    """The bank was asked and paid for its work."""
    one = Withdrawals().paid().says(c.PayoutReturned)
    assert one.books.balances[EARNINGS] == 99_00 and one.books.balances[FEES] == 1_00
    assert one.case.state is S.RETURNED and one.case.reason == "no_account"


def test_the_head_of_accounting_hears_of_an_unapproved_run_every_hour() -> None:
    """From noon of the banking day before the payment date, once for all its withdrawals."""
    one = Withdrawals().requested()
    assert one.case.approval_due == NOON_BEFORE
    one.until(NOON_BEFORE - timedelta(seconds=1))
    assert one.last is not None and one.last.event == "withdrawal_requested"
    for hours in range(3):
        one.until(NOON_BEFORE + timedelta(hours=hours))
        assert one.last.event == "run_unapproved" and one.case.version == 2 + hours
        [told] = one.last.notices
        assert told.to is Role.HEAD_OF_ACCOUNTING
        assert told.of_many == "Payment run of 2026-03-31"


def test_a_payout_without_an_answer_is_a_task_of_accounting() -> None:
    """After five banking days; its head is told daily."""
    one = Withdrawals().sent().until(MONDAY + timedelta(days=7))
    assert [task.kind for task in one.case.tasks] == ["payout_unanswered"]
    assert one.last is not None
    assert {notice.to for notice in one.last.notices} == {FREELANCER, Role.ACCOUNTING}
    one.until(MONDAY + timedelta(days=8))
    assert [notice.to for notice in one.last.notices] == [Role.HEAD_OF_ACCOUNTING]


def test_nobody_of_accounting_decides_on_their_own_withdrawal() -> None:
    """Neither that it goes out, nor that it failed."""
    with pytest.raises(NotYours):
        Withdrawals().requested().does(Role.ACCOUNTING, c.SendWithdrawal(), FREELANCER)
    with pytest.raises(NotYours):
        Withdrawals().requested().does(Role.FREELANCER, c.CancelWithdrawal(), STRANGER)


def test_only_a_payout_by_the_processor_is_asked_of_it() -> None:
    """A bank is told by a file, and tells accounting."""
    asked = {
        via: [
            brief(one.case, None, one.case).asks
            for one in (Withdrawals(via=via).requested(), Withdrawals(via=via).sent(),
                        Withdrawals(via=via).paid())
        ]
        for via in (Via.US_BANK, Via.STRIPE)
    }  # fmt: skip
    assert asked == {Via.US_BANK: ["", "", ""], Via.STRIPE: ["", "pay_out", "read_payout"]}


def test_each_effect_at_the_processor_is_remembered_before_the_next() -> None:
    """A workflow that starts from the row goes on where it was."""
    one = Withdrawals(via=Via.STRIPE).sent().says(c.TransferMade)
    assert (one.case.state, one.case.transfer, one.case.payout) == (S.SENT, "tr_1", None)
    one.says(c.PayoutBegun)
    assert (one.case.transfer, one.case.payout) == ("tr_1", "po_1")


def test_a_withdrawals_name_at_the_bank_fits_there() -> None:
    """At most 35 signs, none of them an underscore, and no two alike."""
    name = end_to_end_id("withdrawal_01k2v0z8f6e5tb6wq9d3c4x7yz")
    assert name == "PK-01k2v0z8f6e5tb6wq9d3c4x7yz" and len(name) <= 35


COMMANDS = (
    c.RequestWithdrawal, c.CancelWithdrawal, c.SendWithdrawal, c.TransferMade, c.PayoutBegun,
    c.PayoutPaid, c.PayoutFailed, c.PayoutReturned,
)  # fmt: skip
ACTORS = (Role.FREELANCER, Role.ACCOUNTING, Role.PROCESSOR)


@settings(deadline=None)
@given(
    amount=st.integers(20_00, 100_00),
    walk=st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from(ACTORS)), max_size=12),
    days=st.integers(0, 40),
)
def test_on_every_path_the_money_is_in_one_place(
    amount: int, walk: list[tuple[type[c.Command], Role]], days: int
) -> None:
    """In the wallet, on its way, paid, or the fee; when it is over nothing is on its way."""
    one = Withdrawals(amount)
    began = sum(one.books.balances.values())
    for kind, role in walk:
        try:
            one.does(role, kind.model_validate(USUAL.get(kind, {})))
        except DomainError:
            continue
    one.until(MONDAY + timedelta(days=days))
    balances = one.books.balances
    paid = one.case.arrives_minor if one.case.state in (S.PAID, S.CLOSED) else 0
    assert 100_00 + balances[BANK] == paid and sum(balances.values()) == began
    assert balances[EARNINGS] + balances[TRANSIT] + balances[FEES] == 100_00 - paid
    assert one.case.state not in OVER or balances[TRANSIT] == 0
