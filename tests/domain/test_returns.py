"""A disputed payment of which another sum comes back than was taken, as the law has it."""

import pytest

from domain import chargeback_commands as c
from domain.accounts import PLATFORM, Account, Kind, Parts
from domain.cases import Role
from domain.errors import ConditionMissing, InvalidAmount, NotYours, SeenIsStale
from domain.policy import DAY, Policy
from tests.domain.chargebacks import ACCOUNTANT, SECOND, Chargebacks, S, short
from tests.domain.story import CLIENT, Story

CREDITS = Account(Kind.CREDITS, CLIENT)
OWED = Account(Kind.RECEIVABLE, CLIENT)
CLEARING = Account(Kind.PROCESSOR_CLEARING, PLATFORM)
LOSSES = Account(Kind.LOSSES, PLATFORM)
FEE = 15_00
CONFIRM = c.ConfirmBooking(booking_id="booking_1")


def test_another_sum_moves_nothing_until_two_have_seen_it() -> None:
    """Accounting hear of it, with the client; a first word moves nothing either."""
    one = Chargebacks().unbooked()
    assert one.states() == (S.UNBOOKED, None) and one.last is not None
    assert {notice.to for notice in one.last.notices} == {CLIENT, Role.ACCOUNTING}
    one.proposed()
    assert (one.books.balances[CREDITS], one.books.balances[CLEARING]) == (0, 100_00 + FEE)


def test_what_the_client_does_not_get_back_they_have_lost() -> None:
    """The book has what the network has: 40.00 are gone."""
    one = Chargebacks().unbooked(60_00).booked(client_minor=60_00)
    books = one.books.balances
    assert (books[CREDITS], books[LOSSES], books[CLEARING]) == (60_00, 0, 40_00 + FEE)
    assert one.case.state is S.LOST


def test_what_the_platform_bears_is_its_loss() -> None:
    """The client has everything back."""
    one = Chargebacks().unbooked(60_00).booked(client_minor=100_00)
    books = one.books.balances
    assert (books[CREDITS], books[LOSSES], books[CLEARING]) == (100_00, -40_00, 40_00 + FEE)
    assert one.case.state is S.WON


@pytest.mark.parametrize(("client_minor", "gained"), [(100_00, 10_00), (110_00, 0)])
def test_more_than_was_taken_is_whose_two_people_say(client_minor: int, gained: int) -> None:
    """The platform's, or the client's; the network's fee stays a cost."""
    one = Chargebacks().unbooked(110_00).booked(client_minor=client_minor)
    books = one.books.balances
    assert (books[CREDITS], books[LOSSES]) == (client_minor, gained)
    assert books[CLEARING] == FEE - 10_00 and one.case.state is S.WON


def test_escrows_are_filled_before_debts_and_credits() -> None:
    """20.00 of credits, 50.00 of an escrow and 30.00 of debt were taken; 60.00 came back."""
    one = Chargebacks(story=Story(price=50_00, wallet=70_00).in_review()).unbooked(60_00)
    assert one.case.taken == Parts(credits=20_00, advanced=30_00)
    one.booked(client_minor=60_00)
    assert one.story is not None
    assert one.books.balance(Kind.ESCROW, one.story.job.id) == 50_00
    assert not one.story.job.short and one.story.job.paused_until is None
    assert (one.books.balances[CREDITS], one.books.balances[OWED]) == (0, -20_00)
    assert one.case.state is S.OWING


def test_an_escrow_that_is_short_still_is_for_the_client_to_fill() -> None:
    """As when it is lost: of 100.00 taken from it, 40.00 are missing."""
    one = short().says(c.ChargebackWon, amount_minor=60_00).booked(client_minor=60_00)
    assert one.story is not None and one.case.state is S.REFILLING
    assert [piece.minor for piece in one.story.job.short] == [40_00]
    one.until(one.at + Policy().refill_period)
    assert one.states() == (S.LOST, None) and one.story.job.state == "cancelled"


def test_what_is_owed_otherwise_keeps_nothing_open_that_came_back() -> None:
    """70.00 of credits and 30.00 of debt are back whole; 50.00 of another debt stay owed."""
    one = Chargebacks(wallet=70_00).opened()
    one.books.give(CLIENT, receivable=-50_00)
    one.says(c.ChargebackWon, amount_minor=100_00)
    assert one.case.state is S.WON
    assert (one.books.balances[OWED], one.books.balances[CREDITS]) == (-50_00, 70_00)


def test_of_a_debt_only_what_did_not_come_back_is_written_off() -> None:
    """60.00 of 100.00 are back; of 70.00 that are owed otherwise nothing is forgiven."""
    one = Chargebacks(wallet=0).opened()
    one.books.give(CLIENT, receivable=-70_00)
    one.says(c.ChargebackWon, amount_minor=60_00).booked(client_minor=60_00)
    assert (one.case.state, one.books.balances[OWED]) == (S.OWING, -110_00)
    one.until(one.at + Policy().debt_period)
    assert (one.case.state, one.books.balances[OWED]) == (S.LOST, -70_00)


def test_a_proposal_is_told_to_the_house_alone() -> None:
    """The client hears what was booked, once it is."""
    one = Chargebacks().unbooked().proposed()
    assert one.last is not None and CLIENT not in {notice.to for notice in one.last.notices}
    one.does(Role.ACCOUNTING, CONFIRM, ACCOUNTANT)
    assert one.last is not None and CLIENT in {notice.to for notice in one.last.notices}


def test_nobody_confirms_what_they_proposed() -> None:
    """Two people have seen what came back."""
    one = Chargebacks().unbooked().proposed()
    with pytest.raises(NotYours):
        one.fork().does(Role.ACCOUNTING, CONFIRM, SECOND)
    assert one.does(Role.ACCOUNTING, CONFIRM, ACCOUNTANT).case.booking is None


def test_only_what_was_proposed_last_is_confirmed() -> None:
    """And nothing that nobody has proposed."""
    with pytest.raises(ConditionMissing):
        Chargebacks().unbooked().does(Role.ACCOUNTING, CONFIRM)
    with pytest.raises(SeenIsStale):
        Chargebacks().unbooked().proposed(id="booking_2").does(Role.ACCOUNTING, CONFIRM)


def test_a_proposal_is_for_what_came_back() -> None:
    """Not for another sum, and the client gets no more than was taken or came back."""
    with pytest.raises(SeenIsStale):
        Chargebacks().unbooked(60_00).proposed(back_minor=61_00)
    with pytest.raises(InvalidAmount):
        Chargebacks().unbooked(60_00).proposed(client_minor=100_01)
    with pytest.raises(InvalidAmount):
        Chargebacks().unbooked(110_00).proposed(client_minor=110_01)


def test_a_proposal_for_a_sum_that_changed_meanwhile_is_none_any_more() -> None:
    """The network gave back another one since; when it is the right one, nobody is asked."""
    one = Chargebacks().unbooked(60_00).proposed()
    changed = one.fork().says(c.ChargebackWon, amount_minor=70_00)
    assert (changed.case.state, changed.case.booking) == (S.UNBOOKED, None)
    whole = one.says(c.ChargebackWon, amount_minor=100_00)
    assert whole.case.state is S.WON and whole.books.balances[CREDITS] == 100_00


def test_a_verdict_that_is_turned_before_it_is_booked_is_a_lost_one() -> None:
    """Nothing had moved."""
    one = Chargebacks().unbooked().proposed().says(c.ChargebackLost)
    assert one.case.state is S.LOST and one.books.balances[CREDITS] == 0


def test_what_nobody_books_is_a_task_after_a_day() -> None:
    """Accounting and their head hear of it; it can be booked still."""
    one = Chargebacks().unbooked()
    one.until(one.at + DAY)
    assert [task.kind for task in one.case.tasks] == ["return_unbooked"]
    assert one.last is not None
    told = {notice.to for notice in one.last.notices}
    assert told == {Role.ACCOUNTING, Role.HEAD_OF_ACCOUNTING}
    assert one.booked().case.state is S.LOST


def test_a_debt_that_was_paid_is_over_at_once() -> None:
    """Nobody waits for the 90 days; while any of it is owed, somebody does."""
    one = Chargebacks(wallet=70_00).opened().says(c.ChargebackLost)
    one.books.give(CLIENT, receivable=29_00)
    assert one.looks().case.state is S.OWING
    one.books.give(CLIENT, receivable=1_00)
    assert one.looks().case.state is S.LOST
    assert one.last is not None and one.last.event == "debt_paid" and not one.last.entries


def test_a_debt_that_was_paid_before_it_is_lost_waits_for_nothing() -> None:
    """It is over when it is lost."""
    one = Chargebacks(wallet=70_00).opened()
    one.books.give(CLIENT, receivable=30_00)
    assert one.says(c.ChargebackLost).case.state is S.LOST
