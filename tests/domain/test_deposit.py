"""Deposits by card, PayPal or Alipay, as the law has them."""

import pytest

from domain import commands as c
from domain.accounts import PLATFORM, Account, Kind
from domain.cases import Role
from domain.deposit_commands import ConfirmEnd
from domain.errors import ConditionMissing, InvalidAmount, NotYours, SeenIsStale
from domain.outcome import brief
from domain.policy import DAY
from tests.domain.deposits import Deposits, S
from tests.domain.story import CLIENT, MONDAY, SECOND, STAFF

CREDITS = Account(Kind.CREDITS, CLIENT)
CLEARING = Account(Kind.PROCESSOR_CLEARING, PLATFORM)
COSTS = Account(Kind.PROCESSOR_COSTS, PLATFORM)
OWED = Account(Kind.RECEIVABLE, CLIENT)


def test_what_arrived_is_what_is_credited() -> None:
    """Not what was asked for; what the processor keeps is our cost, not the client's."""
    deposit = Deposits(asked=100_00).open().says(c.Paid, amount_minor=98_00, fee_minor=3_14)
    balances = deposit.books.balances
    assert (balances[CREDITS], balances[CLEARING], balances[COSTS]) == (98_00, -94_86, -3_14)
    assert deposit.case.paid_minor == 98_00 and deposit.case.payment == "pi_1"


def test_money_that_comes_settles_what_is_owed_first() -> None:
    """The rest is the client's."""
    deposit = Deposits().open()
    deposit.books.give(CLIENT, receivable=-30_00)
    deposit.says(c.Paid)
    assert (deposit.books.balances[CREDITS], deposit.books.balances[OWED]) == (70_00, 0)


def test_a_payment_in_another_currency_is_not_credited() -> None:
    """The processor was asked for another one: somebody has to look."""
    with pytest.raises(InvalidAmount):
        Deposits().open().says(c.Paid, currency="EUR")


def test_staff_are_told_when_the_processor_is_silent() -> None:
    """And the client, who waits."""
    deposit = Deposits().open().until(MONDAY + 2 * DAY)
    assert deposit.last is not None
    assert {notice.to for notice in deposit.last.notices} == {CLIENT, Role.STAFF}


@pytest.mark.parametrize("asked", [4_99, 100_000_01])
def test_a_deposit_has_a_smallest_and_a_largest_sum(asked: int) -> None:
    """Both are the policy's."""
    with pytest.raises(InvalidAmount):
        Deposits(asked).begun()


def test_a_page_is_closed_before_the_deposit_expires() -> None:
    """A payment in the last moment counts: only the processor knows of it."""
    deposit = Deposits().open().until(MONDAY + DAY)
    assert deposit.case.state is S.CLOSING
    assert deposit.says(c.Paid).case.state is S.CREDITED


def test_a_silent_processor_is_a_staff_task() -> None:
    """After a day, and escalated daily."""
    deposit = Deposits().open().until(MONDAY + 2 * DAY)
    assert [task.kind for task in deposit.case.tasks] == ["processor_silent"]
    deposit.until(MONDAY + 3 * DAY)
    assert deposit.last is not None and deposit.last.event == "task_escalated"


def test_what_is_asked_of_the_outside_follows_the_state() -> None:
    """A workflow that starts from the row asks the same."""
    asks = [
        brief(deposit.case, None, deposit.case).asks
        for deposit in (
            Deposits().begun(),
            Deposits().open(),
            Deposits().open().until(MONDAY + DAY),
            Deposits().open().says(c.Paid),
        )
    ]
    assert asks == ["open_checkout", "read_checkout", "close_checkout", ""]


def test_the_page_is_shown_only_while_it_is_open() -> None:
    """Nobody is sent to a page that takes no money."""
    deposit = Deposits().open()
    assert deposit.case.url is not None
    assert deposit.until(MONDAY + DAY).case.url is None
    assert deposit.case.parties == {Role.CLIENT: CLIENT}


def test_a_processor_that_is_away_for_good_ends_by_two_people() -> None:
    """After its last chance, and not by the one who wanted it."""
    deposit = Deposits().ending()
    with pytest.raises(ConditionMissing, match="last chance"):
        deposit.fork().does(Role.STAFF, ConfirmEnd(end_id="end_1"), SECOND)
    deposit = Deposits().ripe()
    with pytest.raises(NotYours):
        deposit.fork().does(Role.STAFF, ConfirmEnd(end_id="end_1"), STAFF)
    with pytest.raises(SeenIsStale):
        deposit.fork().does(Role.STAFF, ConfirmEnd(end_id="end_0"), SECOND)
    deposit.does(Role.STAFF, ConfirmEnd(end_id="end_1"), SECOND)
    assert deposit.case.state is S.ENDED and deposit.books.balances[CREDITS] == 0


@pytest.mark.parametrize(("said", "state"), [(c.Paid, S.CREDITED), (c.CheckoutExpired, S.EXPIRED)])
def test_until_it_is_confirmed_the_processor_has_the_last_word(
    said: type[c.Command], state: S
) -> None:
    """It is asked on, and ends the deposit as what it is."""
    for deposit in (Deposits().ending(), Deposits().ripe()):
        assert brief(deposit.case, None, deposit.case).asks == "close_checkout"
        assert deposit.says(said).case.state is state


def test_an_end_that_nobody_confirms_is_a_task() -> None:
    """A day after the first person's decision."""
    deposit = Deposits().ending().until(MONDAY + 2 * DAY)
    assert [task.kind for task in deposit.case.tasks] == ["end_unconfirmed"]
