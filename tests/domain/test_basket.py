"""A basket: what is paid and delivered by it, what is refused, and that the money adds up."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.accounts import Kind
from domain.basket_case import Listing, ListingState, Missing, Mode
from domain.basket_commands import BuyBasket
from domain.cases import JobState, Role
from domain.decide import Notice
from domain.errors import (
    ChargebackOpen,
    DomainError,
    InsufficientFunds,
    Linked,
    SeenIsStale,
    UnknownReference,
)
from domain.lone_states import BasketState
from domain.policy import Policy
from tests.domain.baskets import SELLER, Baskets, listing, seen
from tests.domain.story import CLIENT, MONDAY

REVIEW = Policy().review_period
SOLD = {"state": ListingState.SOLD}
DRAFT = {"state": ListingState.DRAFT}


def changed(one: Listing, **more: Any) -> Listing:
    """It, as somebody has changed it since."""
    return one.model_copy(update=more)


def test_each_listing_is_a_job_in_review_paid_and_delivered() -> None:
    """Its terms are the listing's price, its review is as long as any, its escrow its own."""
    it = Baskets(listing(1, 50_00), listing(2, 70_00)).buys()
    assert it.case.state is BasketState.BOUGHT
    assert [job.terms.price_minor for job in it.jobs] == [50_00, 70_00]
    for job, item in zip(it.jobs, it.case.items, strict=True):
        assert (job.id, job.origin, item.missing) == (item.job, item.listing, None)
        assert (job.state, job.client, job.freelancer) == (JobState.IN_REVIEW, CLIENT, SELLER)
        assert (job.version, job.last_delivered_at, len(job.deliveries)) == (1, MONDAY, 1)
        assert job.review_ends_at == MONDAY + REVIEW
        assert job.held is not None and job.held.total == job.terms.price_minor
        assert it.books.balance(Kind.ESCROW, job.id) == job.terms.price_minor
        assert job.timers and not job.view_only
    assert it.books.wallet(CLIENT).spendable == 80_00


def test_its_sellers_are_told_and_nobody_twice() -> None:
    """Each of their jobs tells them that it began; the client bought them."""
    it = Baskets().buys()
    told = [notice for one in it.decision.opened for notice in one.notices]
    assert [one.to for one in told] == [SELLER, SELLER]
    assert {one.kind for one in told} == {"listing_bought"}
    assert all(isinstance(one, Notice) for one in told) and it.decision.notices == ()


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (SOLD, Missing.SOLD),
        (DRAFT, Missing.NOT_LISTED),
        ({"taken": True}, Missing.NOT_ORIGINAL),
        ({"version": 2}, Missing.CHANGED),
        ({"price_minor": 40_00}, Missing.CHANGED),
    ],
)
def test_what_is_not_as_it_was_seen_is_not_bought(now: dict[str, Any], why: Missing) -> None:
    """All: the basket is refused and names it; those still there: it names it and buys the rest."""
    there, gone = listing(1), listing(2)
    items, rows = seen(there, gone), (there, changed(gone, **now))
    with pytest.raises(SeenIsStale) as refused:
        Baskets(*rows, items=items).buys()
    [named] = refused.value.facts["items"]
    assert (named["listing"], named["missing"]) == (gone.id, why)
    it = Baskets(*rows, items=items, mode=Mode.THOSE_STILL_THERE).buys()
    assert [item.missing for item in it.case.items] == [None, why]
    assert [job.origin for job in it.jobs] == [there.id]
    assert it.books.wallet(CLIENT).spendable == 150_00


def test_a_basket_of_which_nothing_is_left_is_refused_in_either_mode() -> None:
    """An empty purchase is none."""
    for mode in Mode:
        with pytest.raises(SeenIsStale):
            Baskets(changed(listing(1), **SOLD), mode=mode).buys()


def test_a_cent_too_little_buys_nothing() -> None:
    """Not even those that the wallet would suffice for: the missing sum is named."""
    for mode in Mode:
        it = Baskets(had=99_99, mode=mode)
        with pytest.raises(InsufficientFunds) as refused:
            it.buys()
        assert refused.value.facts == {"missing_minor": 1}
        assert it.books.wallet(CLIENT).spendable == 99_99


def test_what_was_paid_in_for_other_jobs_alone_buys_no_listing() -> None:
    """As with every job that is funded."""
    it = Baskets(had=100_00)
    it.meant_for_others = 30_00
    with pytest.raises(InsufficientFunds) as refused:
        it.buys()
    assert refused.value.facts == {"missing_minor": 30_00}


def test_nobody_buys_while_a_payment_of_theirs_is_disputed() -> None:
    """No new work begins."""
    it = Baskets()
    it.charged_back = True
    with pytest.raises(ChargebackOpen):
        it.buys()


def test_nobody_buys_their_own_listing_or_one_there_is_not() -> None:
    """Whatever the mode: nobody saw that by bad luck."""
    own, there = listing(1, seller=CLIENT), listing(2)
    for mode in Mode:
        with pytest.raises(Linked):
            Baskets(own, there, mode=mode).buys()
        with pytest.raises(UnknownReference):
            Baskets(there, items=seen(there, listing(3)), mode=mode).buys()


@pytest.mark.parametrize(("refunds", "only_views"), [(0, False), (2, False), (3, True), (4, True)])
def test_after_three_refunds_a_client_views_before_they_approve(
    refunds: int, only_views: bool
) -> None:
    """It is frozen into the job when it begins."""
    it = Baskets()
    it.refunded = refunds
    assert {job.view_only for job in it.buys().jobs} == {only_views}


def test_a_refused_basket_is_over() -> None:
    """It is no draft that waits, and nothing was booked."""
    it = Baskets(had=0).cannot_begin(Role.CLIENT, BuyBasket)
    assert (it.case.state, it.case.timers) == (BasketState.REFUSED, ())
    assert it.books.entries == {}


prices = st.lists(st.integers(10_00, 90_00), min_size=1, max_size=8)
FATES: list[dict[str, Any]] = [{}, SOLD, DRAFT, {"version": 2}, {"price_minor": 10_01}]
fates = st.sampled_from(FATES)


@settings(max_examples=200, deadline=None, database=None)
@given(prices, st.data(), st.integers(0, 400_00), st.sampled_from(Mode))
def test_whatever_is_there_the_money_of_a_basket_adds_up(
    sums: Sequence[int], data: st.DataObject, had: int, mode: Mode
) -> None:
    """Paid is what was bought, at the price that was seen; else nothing has happened."""
    there = [listing(n, price) for n, price in enumerate(sums)]
    now = [changed(one, **data.draw(fates)) for one in there]
    parts = data.draw(st.integers(0, had))
    it = Baskets(*now, had=had - parts, mode=mode, items=seen(*there))
    it.books.give(CLIENT, earnings=parts)
    try:
        it.buys()
    except DomainError:
        assert it.books.entries == {} and it.case.version == 0
        return
    bought = [item for item in it.case.items if item.job is not None]
    assert bought and all(
        (item.job is None) is (item.missing is not None) for item in it.case.items
    )
    assert mode is Mode.THOSE_STILL_THERE or len(bought) == len(there)
    escrows = [it.books.balance(Kind.ESCROW, str(item.job)) for item in bought]
    assert escrows == [item.price_minor for item in bought]
    assert it.books.wallet(CLIENT).spendable == had - sum(escrows)


@pytest.mark.parametrize("mode", Mode)
def test_a_listing_of_somebody_linked_with_the_buyer_is_not_bought_without_staff(
    mode: Mode,
) -> None:
    """In no mode: it is there, and not theirs to buy."""
    it = Baskets(listing(1), listing(2, linked=True), mode=mode)
    with pytest.raises(Linked, match="staff"):
        it.buys()
    assert it.books.wallet(CLIENT).spendable == 200_00


def test_a_link_is_told_only_to_whoever_would_buy_otherwise() -> None:
    """Without the money, or of something that is not there any more, nothing is said of it."""
    linked = listing(1, linked=True)
    with pytest.raises(InsufficientFunds):
        Baskets(linked, had=49_99).buys()
    with pytest.raises(SeenIsStale):
        Baskets(changed(linked, version=2), items=seen(linked)).buys()
    gone = Baskets(
        changed(linked, version=2),
        listing(2),
        items=seen(linked, listing(2)),
        mode=Mode.THOSE_STILL_THERE,
    )
    assert len(gone.buys().jobs) == 1
