"""Provisional money is traced to its deposit, clears where it is, and bounces along its way."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from domain import flows
from domain.accounts import PLATFORM, Account, Kind, Parts
from domain.tracing import TRACED
from tests.domain.remittances import ADA, BOB, SPENT, Remittances, S, check
from tests.domain.story import CLIENT, FREELANCER, MONDAY

CREDITS = Account(Kind.CREDITS, CLIENT)
PROVISIONAL = Account(Kind.CREDITS_PROVISIONAL, CLIENT)
THEIRS = Account(Kind.EARNINGS_PROVISIONAL, FREELANCER)
EARNED = Account(Kind.EARNINGS, FREELANCER)
OWED = Account(Kind.RECEIVABLE, CLIENT)
BANK = Account(Kind.BANK_CLEARING, PLATFORM)
CLEARS = MONDAY + timedelta(days=14)
"""Ten business days, without a holiday between."""
DAY = timedelta(days=1)


def test_a_check_clears_after_ten_business_days() -> None:
    """Until then it is provisional, to the minute."""
    remittance = check().booked()
    assert remittance.case.timers[0].at >= CLEARS
    last = remittance.case.timers[0].at
    assert remittance.until(last - timedelta(minutes=1)).books.balances[CREDITS] == 0
    remittance.until(last)
    assert (remittance.case.state, remittance.books.balances[CREDITS]) == (S.CLEARED, 100_00)
    assert remittance.refused(BOB, c.Bounce) == "already_over"


def test_what_clears_settles_what_its_owner_owes() -> None:
    """As any money that comes does."""
    remittance = check().booked()
    remittance.books.give(CLIENT, receivable=-30_00)
    remittance.until(CLEARS + 7 * DAY)
    assert (remittance.books.balances[CREDITS], remittance.books.balances[OWED]) == (70_00, 0)


def test_what_was_released_clears_where_it_was_released_to() -> None:
    """On the same day as what the client has still."""
    remittance = check().booked().held().released(SPENT, 6_00).until(CLEARS + 7 * DAY)
    balances = remittance.books.balances
    assert (balances[CREDITS], balances[EARNED], balances[THEIRS]) == (40_00, 54_00, 0)
    assert remittance.case.state is S.CLEARED


def test_what_an_escrow_holds_clears_when_it_comes_out() -> None:
    """The deposit is not over before; its days are."""
    remittance = check().booked().held().until(CLEARS + 7 * DAY)
    assert remittance.case.state is S.CLEARING
    assert remittance.books.balances[CREDITS] == 40_00
    remittance.released(SPENT, 6_00).until(CLEARS + 9 * DAY)
    assert (remittance.case.state, remittance.books.balances[EARNED]) == (S.CLEARED, 54_00)


def test_a_look_that_finds_nothing_is_nobodys_news() -> None:
    """An escrow may hold for months."""
    remittance = check().booked().held().until(CLEARS + 20 * DAY)
    assert remittance.last is not None and remittance.last.notices == ()
    assert remittance.case.state is S.CLEARING


def test_of_two_deposits_the_older_is_spent_first_and_each_clears_what_is_its_own() -> None:
    """What is left of another stays provisional."""
    remittance = check().booked()
    other = flows.deposit_provisional("deposit_2", CLIENT, 50_00, Kind.BANK_CLEARING, "USD")
    remittance.books.post([other])
    remittance.held(120_00).until(CLEARS + 7 * DAY)
    balances = remittance.books.balances
    assert (balances[CREDITS], balances[PROVISIONAL]) == (0, 30_00)
    remittance.refunded(Parts(credits_provisional=120_00)).until(CLEARS + 9 * DAY)
    assert (balances[CREDITS], balances[PROVISIONAL]) == (100_00, 50_00)


@pytest.mark.parametrize("bounces", [False, True])
def test_the_newer_of_two_deposits_ends_with_its_own_money_alone(bounces: bool) -> None:
    """What lies before it in the same account is another's, and stays so."""
    remittance = check().received()
    older = flows.deposit_provisional("deposit_2", CLIENT, 50_00, Kind.BANK_CLEARING, "USD")
    remittance.books.post([older])
    remittance.by(BOB, c.ConfirmReceipt).held(20_00)
    remittance.by(BOB, c.Bounce) if bounces else remittance.until(CLEARS + 7 * DAY)
    assert remittance.lots_of("deposit_2")[PROVISIONAL] == 30_00
    assert remittance.lots() == {}


def test_a_bounce_takes_back_what_the_client_has_and_the_rest_is_owed() -> None:
    """What went to the freelancer is taken from them, what went as the fee is the client's debt."""
    remittance = check().booked().held().released(SPENT, 6_00).by(BOB, c.Bounce)
    balances = remittance.books.balances
    assert remittance.case.state is S.BOUNCED
    assert (balances[PROVISIONAL], balances[THEIRS], balances[OWED]) == (0, 0, -6_00)
    assert balances[BANK] == 0


@pytest.mark.parametrize("repaid", [0, 50_00, 60_00])
def test_what_an_escrow_holds_of_a_bounced_check_pays_the_debt_when_it_comes_out(
    repaid: int,
) -> None:
    """What the client has paid since clears to whoever got it."""
    remittance = check().booked().held().by(BOB, c.Bounce)
    balances = remittance.books.balances
    assert (remittance.case.state, balances[OWED]) == (S.BOUNCING, -60_00)
    remittance.books.give(CLIENT, receivable=repaid)
    remittance.released(SPENT, 6_00).until(remittance.at + 2 * DAY)
    assert remittance.case.state is S.BOUNCED
    taken = min(54_00, 60_00 - repaid)
    assert (balances[OWED], balances[EARNED]) == (repaid + taken - 60_00, 54_00 - taken)


def test_what_is_left_of_a_bounced_check_is_good_once_its_debt_was_paid() -> None:
    """It clears for whoever wins it, and settles what they owe; what is owed later is another."""
    remittance = check().booked().held(60_00, "contest_1").by(BOB, c.Bounce)
    balances = remittance.books.balances
    remittance.books.give(CLIENT, receivable=60_00)
    remittance.until(remittance.at + 2 * DAY)
    remittance.books.give(CLIENT, receivable=-70_00)
    remittance.books.give(FREELANCER, receivable=-10_00)
    won = Parts(credits_provisional=40_00)
    remittance.released(won, 4_00, "contest_1").refunded(
        Parts(credits_provisional=20_00), "contest_1"
    )
    remittance.until(remittance.at + 2 * DAY)
    assert (balances[EARNED], balances[Account(Kind.RECEIVABLE, FREELANCER)]) == (26_00, 0)
    # What is the client's again pays what they owe, like any money that comes.
    assert (remittance.case.state, balances[CREDITS], balances[OWED]) == (S.BOUNCED, 0, -50_00)


@pytest.mark.parametrize("escrow", ["contest_1", "mediation_1"])
def test_before_its_debt_was_paid_what_is_left_of_a_bounced_check_clears_for_nobody(
    escrow: str,
) -> None:
    """Whoever got it, out of which escrow ever: the debt comes first."""
    remittance = check().booked().held(60_00, escrow).by(BOB, c.Bounce)
    remittance.released(SPENT, 6_00, escrow).until(remittance.at + 2 * DAY)
    balances = remittance.books.balances
    assert (balances[EARNED], balances[THEIRS], balances[OWED]) == (0, 0, -6_00)
    assert remittance.case.state is S.BOUNCED


def test_a_correction_of_a_check_takes_back_what_is_its_own() -> None:
    """Another deposit's money in the same account is another's."""
    remittance = check().booked().held(70_00)
    other = flows.deposit_provisional("deposit_2", CLIENT, 50_00, Kind.BANK_CLEARING, "USD")
    remittance.books.post([other])
    remittance.by(BOB, c.Correct).by(ADA, c.ConfirmCorrection)
    balances = remittance.books.balances
    assert (balances[PROVISIONAL], balances[OWED]) == (50_00, -30_00)


ENDS = ("nothing", "released", "refunded", "divided")


@given(
    jobs=st.lists(st.tuples(st.integers(1, 60_00), st.sampled_from(ENDS)), max_size=5),
    bounces=st.booleans(),
    others=st.integers(0, 90_00),
)
def test_on_every_way_each_cent_is_traced_and_each_account_adds_up(
    jobs: list[tuple[int, str]], bounces: bool, others: int
) -> None:
    """Lots are what accounts hold; in the end nothing of the deposit is provisional."""
    remittance = check().booked()
    if others:
        flow = flows.deposit_provisional("deposit_2", CLIENT, others, Kind.BANK_CLEARING, "USD")
        remittance.books.post([flow])
    left: list[tuple[str, Parts]] = []
    for number, (minor, end) in enumerate(jobs):
        if minor > remittance.books.wallet(CLIENT).spendable:
            continue
        parts, job = Parts(credits_provisional=minor), f"job_{number}"
        remittance.held(minor, job)
        left += [(job, parts)] if end == "nothing" else []
        _end(remittance, end, parts, job)
        _adds_up(remittance)
    remittance.by(BOB, c.Bounce) if bounces else remittance.until(CLEARS + 7 * DAY)
    _adds_up(remittance)
    for job, parts in left:
        remittance.refunded(parts, job)
    remittance.until(remittance.at + 2 * DAY)
    assert remittance.case.state is (S.BOUNCED if bounces else S.CLEARED)
    assert sum(remittance.lots().values()) == 0
    assert sum(remittance.books.balances.values()) == 0


def _end(remittance: Remittances, end: str, parts: Parts, job: str) -> None:
    if end == "released":
        remittance.released(parts, parts.total // 10, job)
    elif end == "refunded":
        remittance.refunded(parts, job)
    elif end == "divided" and parts.total > 1:
        remittance.divided(parts, parts.total // 2, parts.total // 20, job)
    elif end == "divided":
        remittance.refunded(parts, job)


def _adds_up(remittance: Remittances) -> None:
    """Every provisional account holds the lots of the two deposits, and no more."""
    own, other = remittance.lots(), remittance.lots_of("deposit_2")
    for account, balance in remittance.books.balances.items():
        if account.kind in TRACED:
            assert own.get(account, 0) + other.get(account, 0) == balance, account
