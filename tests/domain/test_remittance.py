"""Bank transfers, money orders and checks, as the law has them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import commands as c
from domain.accounts import PLATFORM, Account, Kind
from domain.carriers import Carried
from domain.cases import Role
from domain.errors import InvalidAmount, NotYours
from domain.ids import UserId
from domain.policy import Policy
from domain.reference import as_read, reference_of
from tests.domain.almanac import OFFICE
from tests.domain.remittances import ADA, BOB, Remittances, S, check
from tests.domain.story import CLIENT, MONDAY

CREDITS = Account(Kind.CREDITS, CLIENT)
SUSPENSE = Account(Kind.SUSPENSE, PLATFORM)
BANK = Account(Kind.BANK_CLEARING, PLATFORM)
OWED = Account(Kind.RECEIVABLE, CLIENT)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("arrived", [1, 99_99, 100_00, 250_00])
def test_what_arrived_is_what_is_credited(arrived: int) -> None:
    """Whatever the notice said: a part, or more."""
    remittance = Remittances().received(amount_minor=arrived)
    assert remittance.books.balances[CREDITS] == 0
    remittance.by(BOB, c.ConfirmReceipt, amount_minor=arrived)
    assert (remittance.books.balances[CREDITS], remittance.books.balances[BANK]) == (
        arrived,
        -arrived,
    )
    assert remittance.case.state is S.BOOKED


def test_the_second_person_is_another_than_the_first_and_than_the_client() -> None:
    """One person alone puts nothing into a wallet, and nobody anything into their own."""
    remittance = Remittances().received()
    assert remittance.refused(ADA, c.ConfirmReceipt) == NotYours.code
    assert remittance.refused(CLIENT, c.ConfirmReceipt) == NotYours.code
    assert Remittances().announced().refused(CLIENT, c.Receive) == NotYours.code
    assert remittance.by(BOB, c.ConfirmReceipt).case.confirmed_by == BOB


def test_the_second_person_confirms_the_sum_they_saw() -> None:
    """A sum that was typed anew since is not what they meant."""
    remittance = Remittances().received().by(ADA, c.Correct, amount_minor=10_00)
    assert remittance.refused(BOB, c.ConfirmReceipt) == "seen_is_stale"
    remittance.by(BOB, c.ConfirmReceipt, amount_minor=10_00)
    assert remittance.books.balances[CREDITS] == 10_00


def test_whoever_types_a_sum_anew_does_not_confirm_it() -> None:
    """The first person may then be the second."""
    remittance = Remittances().received().by(BOB, c.Correct, amount_minor=10_00)
    assert remittance.refused(BOB, c.ConfirmReceipt, amount_minor=10_00) == NotYours.code
    assert remittance.by(ADA, c.ConfirmReceipt, amount_minor=10_00).case.state is S.BOOKED


@pytest.mark.parametrize("asked", [4_99, 1_000_000_01])
def test_a_notice_has_a_smallest_and_a_largest_sum(asked: int) -> None:
    """Both are the policy's."""
    with pytest.raises(InvalidAmount):
        Remittances(asked_minor=asked).announced()


def test_what_has_not_come_yet_is_neither_received_nor_sent() -> None:
    """The day is that of the bank's place, not of Greenwich."""
    assert Remittances().announced().refused(ADA, c.Receive, received_on="2026-03-17") == (
        "invalid_amount"
    )
    with pytest.raises(InvalidAmount):
        Remittances(sent_on=date(2026, 3, 17)).announced()
    late = Remittances(at=datetime(2026, 3, 17, 3, tzinfo=UTC)).announced()
    assert late.refused(ADA, c.Receive, received_on="2026-03-17") == "invalid_amount"


def test_nothing_is_not_received() -> None:
    """Neither by a receipt nor by its correction."""
    assert Remittances().announced().refused(ADA, c.Receive, amount_minor=0) == "invalid_amount"
    assert Remittances().received().refused(ADA, c.Correct, amount_minor=0) == "invalid_amount"


def test_a_line_of_the_bank_is_received_once() -> None:
    """The same reference of the bank cannot be typed for another deposit."""
    remittance = Remittances().announced()
    remittance.reference_known = True
    assert remittance.refused(ADA, c.Receive) == "seen_is_stale"


def test_after_a_month_a_notice_lapses_and_nothing_is_received_for_it() -> None:
    """What comes later came without a notice."""
    lapsed = Remittances().announced().until(MONDAY + timedelta(days=30))
    assert lapsed.case.state is S.LAPSED
    assert lapsed.refused(ADA, c.Receive) == "already_over"


def test_money_that_comes_settles_what_is_owed_first() -> None:
    """The rest is the client's."""
    remittance = Remittances().received()
    remittance.books.give(CLIENT, receivable=-30_00)
    remittance.by(BOB, c.ConfirmReceipt)
    assert (remittance.books.balances[CREDITS], remittance.books.balances[OWED]) == (70_00, 0)


@pytest.mark.parametrize(
    ("received", "alarms"),
    [
        # Within a week; over a weekend; over New Year; over a change of the clock; a leap day.
        ("2026-01-05 15:00", ("2026-01-06 03:00", "2026-01-06 10:12", "2026-01-06 15:00")),
        ("2026-01-09 22:00", ("2026-01-12 10:00", "2026-01-12 17:12", "2026-01-12 22:00")),
        ("2026-12-31 17:00", ("2027-01-01 05:00", "2027-01-04 12:12", "2027-01-04 17:00")),
        ("2026-03-06 20:00", ("2026-03-09 07:00", "2026-03-09 14:12", "2026-03-09 19:00")),
        ("2028-02-28 20:00", ("2028-02-29 08:00", "2028-02-29 15:12", "2028-02-29 20:00")),
        ("2026-01-31 12:00", ("2026-02-02 17:00", "2026-02-03 00:12", "2026-02-03 05:00")),
    ],
)
def test_alarms_at_half_at_four_fifths_and_at_the_end_of_24_hours_on_business_days(
    received: str, alarms: tuple[str, ...]
) -> None:
    """The clock stands still on days off; in New York days begin five or four hours later."""
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    remittance = Remittances(at=at)
    remittance.holidays = OFFICE.holidays
    remittance.received()
    moments = tuple(f"{timer.at:%Y-%m-%d %H:%M}" for timer in remittance.case.timers)
    assert moments == alarms


def test_alarms_go_to_accounting_and_then_to_the_head_too() -> None:
    """At the end a task stays open, which is escalated daily."""
    remittance = Remittances().received()
    told = []
    for hours in (12, 20, 24, 48):
        remittance.until(MONDAY + hours * HOUR)
        assert remittance.last is not None
        told.append(tuple(notice.to for notice in remittance.last.notices))
    both = (Role.ACCOUNTING, Role.HEAD_OF_SUPPORT)
    assert told == [(Role.ACCOUNTING,), both, both, (Role.HEAD_OF_SUPPORT,)]
    assert [task.kind for task in remittance.case.tasks] == ["not_credited_in_time"]


def test_money_without_a_notice_waits_in_suspense_until_its_owner_is_found() -> None:
    """A second person finds them; then it is theirs."""
    remittance = Remittances().suspended()
    assert remittance.books.balances[SUSPENSE] == 100_00
    assert remittance.refused(ADA, c.Match) == NotYours.code
    remittance.by(BOB, c.Match)
    assert remittance.books.balances[SUSPENSE] == 0
    assert remittance.books.balances[CREDITS] == 100_00
    assert remittance.case.client == CLIENT


def test_nobody_finds_that_money_is_theirs() -> None:
    """An accountant may be a client, and then another one finds it."""
    assert Remittances().suspended().refused(CLIENT, c.Match) == NotYours.code


def test_money_for_somebody_who_is_not_there_is_not_matched() -> None:
    """It stays in suspense."""
    nobody = UserId("nobody")
    assert Remittances().suspended().refused(BOB, c.Match, client=nobody) == "unknown_reference"


def test_money_that_somebody_else_sent_waits_in_suspense() -> None:
    """Staff decide whose it is: the client's, another's, or its payer's."""
    remittance = Remittances().received(wrong_name=True)
    assert (remittance.case.state, remittance.books.balances[CREDITS]) == (S.SUSPENSE, 0)
    assert remittance.fork().by(BOB, c.Match).books.balances[CREDITS] == 100_00
    returned = remittance.by(BOB, c.ReturnReceipt)
    assert (returned.books.balances[SUSPENSE], returned.books.balances[BANK]) == (0, 0)


def test_an_owner_is_searched_for_ten_business_days() -> None:
    """Then staff look at it, daily."""
    remittance = Remittances().suspended().until(MONDAY + timedelta(days=14))
    assert [task.kind for task in remittance.case.tasks] == ["owner_not_found"]


def test_whoever_typed_it_does_not_send_it_back_alone() -> None:
    """Money leaves the house by two people."""
    assert Remittances().suspended().refused(ADA, c.ReturnReceipt) == NotYours.code


@pytest.mark.parametrize(
    ("right", "spent", "left", "owed"),
    [
        (40_00, 0, 40_00, 0),
        (150_00, 0, 150_00, 0),
        (40_00, 70_00, 0, 30_00),
        (40_00, 100_00, 0, 60_00),
    ],
)
def test_a_wrong_sum_in_the_books_is_mirrored_and_a_right_one_written(
    right: int, spent: int, left: int, owed: int
) -> None:
    """Two people say so; what is spent of the wrong sum is owed."""
    remittance = Remittances().booked()
    if spent:
        remittance.held(spent)
    remittance.by(ADA, c.Correct, amount_minor=right)
    assert remittance.refused(ADA, c.ConfirmCorrection) == NotYours.code
    remittance.by(BOB, c.ConfirmCorrection)
    balances = remittance.books.balances
    assert (balances[CREDITS], -balances[OWED], balances[BANK]) == (left, owed, -right)
    entry = remittance.books.entries["correction/deposit_1/correction_1"]
    assert entry.kind == "staff_correction"
    assert entry.postings[0].amount_minor == 100_00


def test_a_correction_to_the_sum_in_the_books_moves_nothing() -> None:
    """So is one taken back that was wrong itself; an entry that moves nothing cannot be written."""
    remittance = Remittances().booked().by(ADA, c.Correct, amount_minor=100_00)
    remittance.by(BOB, c.ConfirmCorrection)
    assert "correction/deposit_1/correction_1" not in remittance.books.entries
    assert remittance.case.state is S.BOOKED and remittance.books.balances[CREDITS] == 100_00


def test_a_correction_that_was_replaced_is_not_confirmed() -> None:
    """Whoever confirms names the one they saw."""
    remittance = Remittances().correcting().by(BOB, c.Correct, id="correction_2")
    assert remittance.refused(BOB, c.ConfirmCorrection) == "seen_is_stale"


def test_a_correction_moves_no_day_on_which_money_clears() -> None:
    """The days count from the crediting."""
    provisional = check().booked()
    clears = provisional.case.timers[0].at
    provisional.until(MONDAY + 30 * HOUR).by(ADA, c.Correct).by(BOB, c.ConfirmCorrection)
    assert provisional.case.timers[0].at == clears


def test_a_correction_without_a_second_person_is_a_staff_task() -> None:
    """After two business days, and escalated daily."""
    remittance = Remittances().correcting().until(MONDAY + timedelta(days=2))
    assert [task.kind for task in remittance.case.tasks] == ["correction_unconfirmed"]


def test_a_reference_is_wrong_as_soon_as_a_sign_of_it_is() -> None:
    """Whoever copies it may leave it in small letters and with gaps."""
    written = reference_of("deposit_01kgqv9x1vfq5r8ez4a6y3w7mh")
    assert as_read(f" {written[:4]} {written[4:].lower()} ") == written
    for place, sign in enumerate(written):
        for other in set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {sign}:
            assert as_read(written[:place] + other + written[place + 1 :]) is None


def test_a_transfer_never_bounces() -> None:
    """Only what a bank still has to honour does."""
    assert Remittances().correcting().refused(BOB, c.Bounce) == "condition_missing"
    assert Remittances().booked().refused(BOB, c.Bounce) == "not_open"


def test_a_notice_can_be_withdrawn() -> None:
    """By the client, or for them by staff."""
    assert Remittances().announced().does(Role.CLIENT, c.WithdrawNotice()).case.state is S.LAPSED


@pytest.mark.parametrize("method", list(Carried))
def test_policy_numbers_are_those_of_the_design(method: Carried) -> None:
    """Thirty days for a notice; ten business days for a search and for what may bounce."""
    policy = Policy()
    assert policy.notice_period == timedelta(days=30)
    assert str(policy.search_period) == str(policy.provisional_period) == "10 business days"
    assert str(policy.crediting_period) == "24 hours on business days"
    assert policy.crediting_alarms == (50, 80, 100) and method in Carried
