"""Money is never made or lost: parts add up, fees are exact, what is provisional stays so."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs.money_flow import movements
from docs.samples import SAMPLES
from domain import commands as c
from domain.accounts import NEVER_BELOW_ZERO, SHARED, Kind, Parts, Wallet
from domain.fees import Commission, MediationFee
from domain.money import Money, portion, share, show
from domain.postings import cut
from tests.domain.books import Books
from tests.domain.story import CLIENT, FREELANCER, Story

without_haste = settings(deadline=None)
amounts = st.integers(0, 10**12)
wallet_amounts = {
    "credits_provisional": amounts,
    "earnings_provisional": amounts,
    "credits": amounts,
    "earnings": amounts,
}


@without_haste
@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_shares_add_up_and_follow_the_weights(total: int, weights: list[int]) -> None:
    """Parts add up to the whole, differ from their due by less than a cent, and keep the order."""
    if not sum(weights):
        with pytest.raises(ValueError, match="a division needs"):
            share(total, weights)
        return
    found = share(total, weights)
    assert sum(found) == total
    whole = sum(weights)
    for part, weight in zip(found, weights, strict=True):
        assert abs(part * whole - total * weight) < whole
        assert total > whole or part <= weight
    ordered = sorted(zip(weights, found, strict=True))
    assert all(lesser[1] <= larger[1] + 1 for lesser, larger in pairwise(ordered))


@without_haste
@given(st.builds(Parts, **wallet_amounts), st.data())
def test_a_cut_divides_each_part_without_losing_a_cent(held: Parts, data: st.DataObject) -> None:
    """What both get is what was held, part by part; the fee fits within what was given."""
    if not held.total:
        return
    given_minor = data.draw(st.integers(0, held.total))
    fee = data.draw(st.integers(0, given_minor // 2)) if given_minor else 0
    parted = cut(held, given_minor, fee)
    for (_, whole), (_, theirs), (_, back) in zip(
        held.by_kind(), parted.freelancer.by_kind(), parted.client.by_kind(), strict=True
    ):
        assert whole == theirs + back
    assert parted.freelancer.total == given_minor
    assert parted.fee_provisional + parted.fee_cleared == fee
    assert 0 <= parted.fee_provisional <= parted.freelancer.provisional
    assert 0 <= parted.fee_cleared <= parted.freelancer.cleared


@pytest.mark.parametrize(
    ("released", "fee"),
    [
        (0, 0),
        (1, 0),
        (2, 1),
        (1_00, 50),
        (1_99, 99),
        (2_00, 1_00),
        (10_00, 1_00),
        (10_04, 1_00),
        (10_05, 1_01),
        (1_000_00, 100_00),
    ],
)
def test_commission_is_ten_percent_at_least_one_and_at_most_half(released: int, fee: int) -> None:
    """10 %, rounded half up to the cent, at least 1.00, never more than half."""
    assert Commission().of(released) == fee


@without_haste
@given(st.integers(0, 10**12))
def test_fees_stay_within_their_bounds(amount: int) -> None:
    """No commission above half, no mediation fee outside 10.00 to 150.00."""
    assert 0 <= Commission().of(amount) * 2 <= amount
    assert 10_00 <= MediationFee().of(amount) <= 150_00


@without_haste
@given(st.builds(Wallet, **wallet_amounts), st.integers(0, 5 * 10**12))
def test_a_hold_takes_provisional_money_first_then_credits_then_earnings(
    wallet: Wallet, price: int
) -> None:
    """Exactly the price or nothing; no account is touched before the one above is empty."""
    taken = wallet.take(price)
    if taken is None:
        assert wallet.spendable < price
        return
    assert taken.total == price
    left = [getattr(wallet, kind) - part for kind, part in taken.by_kind() if kind != "receivable"]
    assert min(left) >= 0
    used = [part for _, part in taken.by_kind()][:4]
    assert all(not left[n] for n in range(4) if any(used[n + 1 :]))


def test_provisional_money_stays_provisional_wherever_it_goes() -> None:
    """Released, it is provisional earnings; refunded, provisional credits; in a split, both."""
    story = Story(wallet=0)
    story.books.give(CLIENT, credits_provisional=60_00, credits=100_00, earnings=40_00)
    story.in_review()
    released = story.fork().client(c.Approve).books
    assert released.wallet(FREELANCER) == Wallet(earnings_provisional=54_00, earnings=126_00)
    refunded = story.fork().freelancer(c.Resign).books
    assert refunded.wallet(CLIENT) == Wallet(
        credits_provisional=60_00, credits=100_00, earnings=40_00
    )
    split = story.client(c.OfferSettlement, freelancer_minor=33_33).freelancer(c.AcceptSettlement)
    theirs, back = split.books.wallet(FREELANCER), split.books.wallet(CLIENT)
    assert theirs == Wallet(earnings_provisional=9_00, earnings=21_00)
    assert back == Wallet(credits_provisional=50_00, credits=83_34, earnings=33_33)
    assert split.books.balance(Kind.PLATFORM_FEES, "platform") == 3_33


@pytest.mark.parametrize(("owed", "earnings", "left"), [(1_00, 179_00, 0), (200_00, 0, 20_00)])
def test_what_somebody_owes_is_settled_from_earnings_as_they_arrive(
    owed: int, earnings: int, left: int
) -> None:
    """A release pays the debt first; what is left of either stays."""
    story = Story().in_review()
    story.books.give(FREELANCER, receivable=-owed)
    wallet = story.client(c.Approve).books.wallet(FREELANCER)
    assert (wallet.earnings, wallet.receivable) == (earnings, left)


def test_provisional_earnings_settle_no_debt() -> None:
    """Money that may still bounce pays nothing back."""
    story = Story(wallet=0)
    story.books.give(CLIENT, credits_provisional=200_00)
    story.in_review().books.give(FREELANCER, receivable=-10_00)
    wallet = story.client(c.Approve).books.wallet(FREELANCER)
    assert (wallet.earnings_provisional, wallet.receivable) == (180_00, 10_00)


def test_every_movement_has_a_sample_that_balances_and_a_reference_of_its_own() -> None:
    """Each movement of money moves something, and can be written only once."""
    assert set(SAMPLES) == set(movements())
    entries = [make() for name, make in SAMPLES.items() if name != "deposit_provisional"]
    assert len({entry.reference for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.postings
        assert all(posting.amount_minor > 0 for posting in entry.postings)
        assert all(posting.source != posting.target for posting in entry.postings)


def test_the_books_refuse_what_would_go_below_a_floor() -> None:
    """The ledger these tests use keeps the bounds of the chart of accounts."""
    books = Books()
    with pytest.raises(AssertionError, match="leaves"):
        books.post([SAMPLES["release"]()])


def test_sums_of_different_currencies_do_not_add_up() -> None:
    """Money refuses to mix currencies, and is shown with its cents."""
    dollars = Money(amount_minor=1_234_56)
    assert str(dollars + dollars) == "2,469.12 USD"
    assert show(-5) == "-0.05"
    assert portion(5, Decimal("0.5")) == 3
    with pytest.raises(ValueError, match="cannot add EUR"):
        dollars + Money(amount_minor=1, currency="EUR")


def test_no_movement_takes_out_of_an_account_that_is_kept_in_parts_with_floors() -> None:
    """One part has less than all of them; rewards will be gathered from them."""
    takes = {
        name
        for name, sample in SAMPLES.items()
        for posting in sample().postings
        if posting.source.kind in SHARED & NEVER_BELOW_ZERO
    }
    assert takes == {"rewards_accrue"}
