"""Refunds, transfers and payouts: who has what, and what fails late."""

from typing import Any, cast

import pytest
import stripe

from tests.fakestripe.stand import Stand

DAY = 24 * 3600


def _platform(stand: Stand) -> tuple[int, int]:
    balance = stand.stripe.v1.balance.retrieve()
    return balance.available[0].amount, balance.pending[0].amount


def _available(stand: Stand, account: str) -> int:
    balance = stand.stripe.v1.balance.retrieve(options={"stripe_account": account})
    return balance.available[0].amount


def _payout(stand: Stand, account: str, amount: int = 10_000, **more: Any) -> stripe.Payout:
    return stand.payout(account, amount, **more)


def _seen(stand: Stand, account: str, payout: str) -> stripe.Payout:
    return stand.stripe.v1.payouts.retrieve(payout, options={"stripe_account": account})


def test_a_charge_is_pending_for_two_days_less_its_fee(stand: Stand) -> None:
    """2.9 % and 30 cents; then the rest is available."""
    available, pending = _platform(stand)
    stand.charge(10_000)
    assert _platform(stand) == (available, pending + 9_680)
    stand.control("clock", seconds=2 * DAY)
    assert _platform(stand) == (available + pending + 9_680, 0)


def test_a_charge_is_refunded_in_parts_but_never_beyond_its_sum(stand: Stand) -> None:
    """What is refunded twice, or too much, is refused with Stripe's codes."""
    charge = stand.charge(5000)
    refunds = stand.stripe.v1.refunds
    first = refunds.create({"charge": charge.id, "amount": 2000, "metadata": {"why": "x"}})
    assert (first.status, first.amount) == ("succeeded", 2000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        refunds.create({"charge": charge.id, "amount": 3001})
    refunds.create({"payment_intent": cast(str, charge.payment_intent)})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    kept = stand.stripe.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (kept.refunded, kept.amount_refunded) == (True, 5000)
    assert kept.refunds
    assert [one.amount for one in kept.refunds.data] == [3000, 2000]


def test_a_refund_may_fail_later(stand: Stand) -> None:
    """The bank gives it back: the money is in the balance again, and an event says so."""
    charge = stand.charge(5000, "4000000000005126")
    before = sum(_platform(stand))
    refund = stand.stripe.v1.refunds.create({"charge": charge.id})
    assert sum(_platform(stand)) == before - 5000
    stand.control("clock", seconds=3700)
    failed = stand.stripe.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert sum(_platform(stand)) == before
    assert stand.stripe.v1.events.list({"type": "refund.failed"}).data


@pytest.mark.at_stripe
@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({}, "parameter_missing", None),
        ({"charge": "ch_x"}, "resource_missing", "charge"),
        ({"charge": "ch_x", "amount": "all"}, "parameter_invalid_integer", "amount"),
        ({"charge": "ch_x", "reason": "mood"}, None, "reason"),
        ({"charge": "ch_x", "sum": 5}, "parameter_unknown", "sum"),
    ],
)
def test_a_refund_of_nothing_is_refused(
    stand: Stand, params: dict[str, Any], code: str | None, param: str | None
) -> None:
    """With the code and the parameter that Stripe names."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.refunds.create(cast(Any, params))
    assert (refused.value.code, refused.value.param) == (code, param)


def test_only_available_money_is_transferred(stand: Stand) -> None:
    """`balance_insufficient`, and nothing moves."""
    account = stand.account()
    available, _ = _platform(stand)
    params = cast(Any, {"amount": available + 1, "currency": "usd", "destination": account.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.transfers.create(params)
    assert refused.value.code == "balance_insufficient"


def test_a_transfer_arrives_whole_and_can_come_back(stand: Stand) -> None:
    """The connected account has it; a reversal brings it back, once."""
    account = stand.funded(7000)
    assert _available(stand, account.id) == 7000
    [transfer] = stand.stripe.v1.transfers.list({"destination": account.id}).data
    reversal = stand.stripe.v1.transfers.reversals.create(transfer.id, {"amount": 3000})
    assert reversal.amount == 3000
    assert _available(stand, account.id) == 4000
    with pytest.raises(stripe.InvalidRequestError, match="left to reverse"):
        stand.stripe.v1.transfers.reversals.create(transfer.id, {"amount": 4001})
    assert stand.stripe.v1.transfers.retrieve(transfer.id).amount_reversed == 3000


def test_a_transfer_out_of_a_charge_waits_with_it(stand: Stand) -> None:
    """`source_transaction` moves pending money, no more than the charge has."""
    charge, account = stand.charge(5000), stand.account()
    transfers = stand.stripe.v1.transfers
    out = {"currency": "usd", "destination": account.id, "source_transaction": charge.id}
    transfers.create(cast(Any, out | {"amount": 4000}))
    assert _available(stand, account.id) == 0
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfers.create(cast(Any, out | {"amount": 1001}))
    assert refused.value.code == "balance_insufficient"
    stand.control("clock", seconds=2 * DAY)
    assert _available(stand, account.id) == 4000


def test_nobody_is_paid_before_all_is_known_of_them(stand: Stand) -> None:
    """Without a bank and consent the capability is inactive; the hosted page gives both."""
    account = stand.stripe.v1.accounts.create(
        {"type": "express", "capabilities": {"transfers": {"requested": True}}}
    )
    assert (account.payouts_enabled, account.details_submitted) == (False, False)
    stand.charge(5000, "4000000000000077")
    params = cast(Any, {"amount": 100, "currency": "usd", "destination": account.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.transfers.create(params)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    link = stand.stripe.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "return_url": "http://shop.example/back",
            "refresh_url": "http://shop.example/again",
        }
    )
    answer = stand.http.post(link.url, data={"number": "000123456789"})
    assert answer.headers["location"] == "http://shop.example/back"
    ready = stand.stripe.v1.accounts.retrieve(account.id)
    assert ready.payouts_enabled
    assert stand.stripe.v1.transfers.create(params).id


def test_a_payout_leaves_and_arrives(stand: Stand) -> None:
    """Pending, in transit after an hour, paid after days; never more than there is."""
    account = stand.funded()
    payout = _payout(stand, account.id, metadata={"withdrawal": "w1"})
    assert (payout.status, _available(stand, account.id)) == ("pending", 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _payout(stand, account.id, 1)
    assert refused.value.code == "balance_insufficient"
    stand.control("clock", seconds=3600)
    assert _seen(stand, account.id, payout.id).status == "in_transit"
    with pytest.raises(stripe.InvalidRequestError, match="can only be canceled"):
        stand.stripe.v1.payouts.cancel(payout.id, options={"stripe_account": account.id})
    stand.control("clock", seconds=2 * DAY)
    paid = _seen(stand, account.id, payout.id)
    assert paid.status == "paid"
    assert paid.metadata
    assert paid.metadata["withdrawal"] == "w1"
    assert not stand.stripe.v1.payouts.list().data


def test_a_payout_that_has_not_left_is_cancelled(stand: Stand) -> None:
    """The money is there again."""
    account = stand.funded()
    payout = _payout(stand, account.id)
    cancelled = stand.stripe.v1.payouts.cancel(payout.id, options={"stripe_account": account.id})
    assert cancelled.status == "canceled"
    assert _available(stand, account.id) == 10_000
    stand.control("clock", seconds=3 * DAY)
    assert _seen(stand, account.id, payout.id).status == "canceled"


def test_a_payout_to_a_closed_bank_account_fails(stand: Stand) -> None:
    """Stripe's test number: the money comes back, with the reason."""
    account = stand.funded(number="000111111113")
    payout = _payout(stand, account.id)
    stand.control("clock", seconds=3 * DAY)
    failed = _seen(stand, account.id, payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_balance_transaction
    assert _available(stand, account.id) == 10_000


def test_a_payout_fails_after_it_was_paid(stand: Stand) -> None:
    """Chosen through the control API: paid first, failed a day later, the money back."""
    account = stand.funded()
    stand.control("payouts/fail_next", account=account.id, when="after_paid", code="no_account")
    payout = _payout(stand, account.id)
    stand.control("clock", to=payout.arrival_date)
    assert _seen(stand, account.id, payout.id).status == "paid"
    assert _available(stand, account.id) == 0
    stand.control("clock", seconds=DAY)
    failed = _seen(stand, account.id, payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert _available(stand, account.id) == 10_000
    kinds = [event.type for event in _events(stand, account.id)]
    assert kinds[:2] == ["payout.failed", "payout.paid"]


def test_the_platform_pays_out_to_its_own_bank(stand: Stand) -> None:
    """Without `Stripe-Account` it is the platform's own money that goes."""
    stand.charge(5000, "4000000000000077")
    available, _ = _platform(stand)
    payout = stand.stripe.v1.payouts.create({"amount": 1000, "currency": "usd"})
    assert _platform(stand)[0] == available - 1000
    stand.control("payouts/" + payout.id + "/pay")
    assert stand.stripe.v1.payouts.retrieve(payout.id).status == "paid"
    [line] = stand.stripe.v1.balance_transactions.list({"source": payout.id}).data
    assert (line.type, line.amount, line.fee, line.net) == ("payout", -1000, 0, -1000)
    with pytest.raises(stripe.InvalidRequestError, match="automatic transfers"):
        stand.stripe.v1.balance_transactions.list({"payout": payout.id})


def _events(stand: Stand, account: str) -> list[stripe.Event]:
    return stand.stripe.v1.events.list(options={"stripe_account": account}).data
