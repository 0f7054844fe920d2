"""Chargebacks, as the law has them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import chargeback_commands as c
from domain.accounts import PLATFORM, Account, Kind
from domain.cases import Role
from domain.errors import ChargebackOpen, InvalidAmount
from domain.policy import DAY, Policy
from tests.domain.chargebacks import DEADLINE, Chargebacks, S
from tests.domain.story import CLIENT, MONDAY
from tests.domain.withdrawals import READY

CREDITS = Account(Kind.CREDITS, CLIENT)
OWED = Account(Kind.RECEIVABLE, CLIENT)
CLEARING = Account(Kind.PROCESSOR_CLEARING, PLATFORM)
COSTS = Account(Kind.PROCESSOR_COSTS, PLATFORM)
LOSSES = Account(Kind.LOSSES, PLATFORM)


def test_credits_go_first_and_the_rest_is_owed() -> None:
    """The network's fee is the platform's cost."""
    books = Chargebacks(wallet=70_00).opened().books.balances
    assert (books[CREDITS], books[OWED], books[CLEARING]) == (0, -30_00, 115_00)
    assert books[COSTS] == -15_00


def test_accounting_hear_of_it_with_the_client() -> None:
    """At once, when it is opened."""
    last = Chargebacks().opened().last
    assert last is not None
    assert {notice.to for notice in last.notices} == {CLIENT, Role.ACCOUNTING}


def test_earnings_are_left_alone() -> None:
    """What somebody earned with their own work is not what they paid in."""
    one = Chargebacks(wallet=0)
    one.books.give(CLIENT, earnings=500_00)
    one.opened()
    assert one.books.wallet(CLIENT).earnings == 500_00
    assert one.books.balances[OWED] == -100_00


def test_what_was_won_is_back_where_it_came_from() -> None:
    """Credits as credits, the debt paid; the fee stays a cost."""
    one = Chargebacks(wallet=70_00).opened().says(c.ChargebackWon)
    books = one.books.balances
    assert (books[CREDITS], books[OWED], books[CLEARING]) == (70_00, 0, 15_00)
    assert one.case.state is S.WON


def test_a_fee_that_comes_back_is_no_cost_any_more() -> None:
    """Some networks give it back."""
    one = Chargebacks().opened().says(c.ChargebackWon, fee_back_minor=15_00)
    assert (one.books.balances[COSTS], one.books.balances[CLEARING]) == (0, 0)


def test_a_debt_that_was_paid_meanwhile_comes_back_as_credits() -> None:
    """Nobody's debt stands above zero."""
    one = Chargebacks(wallet=70_00).opened()
    one.books.give(CLIENT, receivable=30_00)
    one.says(c.ChargebackWon)
    assert (one.books.balances[CREDITS], one.books.balances[OWED]) == (100_00, 0)


def test_evidence_goes_out_two_days_before_the_deadline() -> None:
    """Not sooner, so that it says all there is to say."""
    one = Chargebacks().opened()
    assert one.until(DEADLINE - 2 * DAY - timedelta(seconds=1)).case.state is S.OPENED
    assert one.until(DEADLINE - 2 * DAY).case.state is S.ANSWERING


def test_a_network_without_a_deadline_or_with_a_near_one_is_answered_at_once() -> None:
    """Late is worse than short."""
    for answer_by in (None, (MONDAY + DAY).isoformat()):
        one = Chargebacks().opened(answer_by=answer_by)
        assert one.until(MONDAY).case.state is S.ANSWERING


def test_a_lost_chargeback_that_was_covered_is_over() -> None:
    """There is nothing left to do."""
    assert Chargebacks().answered().says(c.ChargebackLost).case.state is S.LOST


def test_what_is_owed_for_90_days_is_the_platforms_loss() -> None:
    """Of it only what is owed still."""
    one = Chargebacks(wallet=70_00).answered().says(c.ChargebackLost)
    assert one.states() == (S.OWING, None)
    one.books.give(CLIENT, receivable=18_00)
    one.until(one.at + Policy().debt_period)
    assert one.case.state is S.LOST
    assert (one.books.balances[OWED], one.books.balances[LOSSES]) == (0, -12_00)


def test_a_debt_that_was_paid_is_no_loss() -> None:
    """It ends all the same."""
    one = Chargebacks(wallet=70_00).opened().says(c.ChargebackLost)
    one.books.give(CLIENT, receivable=30_00)
    one.until(one.at + Policy().debt_period)
    assert one.case.state is S.LOST and one.last is not None and not one.last.entries


def test_a_network_that_does_not_decide_is_a_task_of_staff() -> None:
    """After 120 days from the beginning; it is still open then."""
    one = Chargebacks().answered().until(MONDAY + 120 * DAY)
    assert [task.kind for task in one.case.tasks] == ["network_silent"]
    assert one.last is not None and Role.STAFF in {notice.to for notice in one.last.notices}
    assert one.says(c.ChargebackWon).case.state is S.WON


def test_what_cannot_be_booked_is_no_chargeback() -> None:
    """Another currency than the deposit's is over at once, and the house is told."""
    with pytest.raises(InvalidAmount) as refusal:
        Chargebacks().opened(currency="EUR")
    refused = Chargebacks().not_taken(c.ChargebackOpened, refusal.value)
    assert refused.case.state is S.REFUSED and refused.last is not None
    assert (refused.last.event, refused.last.entries) == ("not_begun", ())
    assert {notice.to for notice in refused.last.notices} == {Role.STAFF, Role.ACCOUNTING}


def test_an_answer_that_fits_no_case_under_way_ends_nothing() -> None:
    """Staff look at it."""
    one = Chargebacks().opened()
    odd = one.not_taken(c.ChargebackOpened, InvalidAmount("it was opened before"))
    assert odd.case.state is S.OPENED
    assert [task.kind for task in odd.case.tasks] == ["answer_refused"]


def test_nothing_is_paid_out_to_whoever_disputes_a_payment() -> None:
    """Their withdrawals wait until it is decided."""
    with pytest.raises(ChargebackOpen):
        replace(READY, charged_back=True).require_payable(MONDAY, Policy())
