"""Checkout sessions, as the SDK makes them and as people pay them."""

import time
from typing import Any, cast

import pytest
import stripe

from tests.fakestripe.stand import SUCCESS, Stand


def test_a_session_is_paid_once_and_leads_to_its_success_page(stand: Stand) -> None:
    """Paying redirects with the session's id; paying again says that it is paid."""
    session = stand.session(12_345, metadata={"deposit": "d1"}, client_reference_id="p1")
    assert (session.status, session.payment_status, session.payment_intent) == (
        "open",
        "unpaid",
        None,
    )
    answer = stand.pay(session)
    assert answer.status_code == 303
    assert answer.headers["location"] == SUCCESS.format(CHECKOUT_SESSION_ID=session.id)
    assert "This is paid" in stand.pay(session).text
    paid = stand.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.amount_received == 12_345
    charges = stand.stripe.v1.charges.list({"payment_intent": paid.payment_intent.id})
    assert [charge.amount for charge in charges.data] == [12_345]


def test_metadata_meant_for_the_payment_is_on_intent_and_charge(stand: Stand) -> None:
    """`payment_intent_data.metadata` goes where Stripe puts it."""
    session = stand.session(payment_intent_data={"metadata": {"deposit": "d2"}})
    stand.pay(session)
    paid = stand.stripe.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )
    intent = cast(stripe.PaymentIntent, paid.payment_intent)
    assert intent.metadata["deposit"] == "d2"
    assert cast(stripe.Charge, intent.latest_charge).metadata["deposit"] == "d2"


@pytest.mark.parametrize(
    ("card", "code"),
    [("4000000000000002", "generic_decline"), ("4000000000009995", "insufficient_funds")],
)
def test_a_declined_card_leaves_the_session_open(stand: Stand, card: str, code: str) -> None:
    """The failed charge is kept, another card may pay the same payment intent."""
    session = stand.session()
    answer = stand.pay(session, card)
    assert answer.status_code == 402
    unpaid = stand.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    intent = cast(stripe.PaymentIntent, unpaid.payment_intent)
    assert unpaid.status == "open"
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error
    assert intent.last_payment_error.decline_code == code
    assert stand.pay(session).status_code == 303
    charges = stand.stripe.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


@pytest.mark.parametrize("method", ["paypal", "alipay"])
def test_paypal_and_alipay_are_authorised_or_cancelled(stand: Stand, method: str) -> None:
    """Cancelling leads back to the form, authorising pays."""
    session = stand.session(allowed_payment_method_types=["card", method])
    form = {"method": method, "email": "ada@example.com"}
    assert "authorise" in stand.http.post(f"/c/pay/{session.id}", data=form).text
    refused = stand.http.post(f"/c/pay/{session.id}/authorise", data={**form, "choice": "cancel"})
    assert refused.status_code == 402
    paid = stand.http.post(f"/c/pay/{session.id}/authorise", data={**form, "choice": "authorise"})
    assert paid.status_code == 303
    [charge] = stand.stripe.v1.charges.list({"limit": 1}).data
    assert charge.payment_method_details
    assert charge.payment_method_details.type == method


def test_a_method_that_is_not_allowed_cannot_pay(stand: Stand) -> None:
    """The page offers and takes only what the session allows."""
    session = stand.session(allowed_payment_method_types=["card"])
    assert "Alipay" not in stand.http.get(f"/c/pay/{session.id}").text
    form = {"method": "alipay", "email": "ada@example.com", "choice": "authorise"}
    assert stand.http.post(f"/c/pay/{session.id}/authorise", data=form).status_code == 402


@pytest.mark.parametrize(
    "wrong",
    [{"number": "4242424242424241"}, {"expiry": "01 / 20"}, {"cvc": "x"}, {"email": "ada"}],
)
def test_what_is_typed_wrongly_is_said_and_charges_nobody(
    stand: Stand, wrong: dict[str, str]
) -> None:
    """A slip of the pen makes no payment intent."""
    session = stand.session()
    form = {
        "method": "card",
        "email": "ada@example.com",
        "number": "4242424242424242",
        "expiry": "12/34",
        "cvc": "123",
    }
    answer = stand.http.post(f"/c/pay/{session.id}", data=form | wrong)
    assert answer.status_code == 402
    assert 'class="error"' in answer.text
    kept = stand.stripe.v1.checkout.sessions.retrieve(session.id)
    assert kept.payment_intent is None


def test_an_expired_session_cannot_be_paid(stand: Stand) -> None:
    """By the API or by the clock: the page says so, and nothing is charged."""
    session = stand.session()
    expired = stand.stripe.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert "expired" in stand.http.post(f"/c/pay/{session.id}", data={"method": "card"}).text
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        stand.stripe.v1.checkout.sessions.expire(session.id)
    other = stand.session()
    stand.control("clock", seconds=24 * 3600)
    assert stand.stripe.v1.checkout.sessions.retrieve(other.id).status == "expired"


@pytest.mark.at_stripe
def test_what_is_paid_for_is_shown_only_when_asked_for(stand: Stand) -> None:
    """`line_items` come expanded or by their own list."""
    session = stand.session()
    assert "line_items" not in session
    whole = stand.stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert whole.line_items
    assert [item.amount_total for item in whole.line_items.data] == [5000]
    listed = stand.stripe.v1.checkout.sessions.line_items.list(session.id)
    assert [item.description for item in listed.data] == ["Wallet"]


@pytest.mark.at_stripe
@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"allowed_payment_method_types": ["cards"]}, None, "allowed_payment_method_types[0]"),
        ({"mode": "pay"}, None, "mode"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"success_url": "nowhere"}, "url_invalid", "success_url"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"expires_at": 5}, None, "expires_at"),
        ({"customer_email": "ada"}, "email_invalid", "customer_email"),
        ({"customer": "cus_1"}, None, "customer"),
    ],
)
def test_what_stripe_refuses_is_refused(
    stand: Stand, more: dict[str, Any], code: str | None, param: str
) -> None:
    """The SDK raises what it raises with Stripe, naming the parameter."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.session(**more)
    assert (refused.value.code, refused.value.param) == (code, param)
    assert refused.value.http_status == 400
    assert refused.value.request_id


@pytest.mark.at_stripe
def test_a_sum_too_small_or_too_large_is_refused(stand: Stand) -> None:
    """Half a dollar is the least."""
    for amount, code in ((49, "amount_too_small"), (100_000_000, "amount_too_large")):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            stand.session(amount)
        assert refused.value.code == code
    assert stand.session(50).amount_total == 50


def test_a_session_lives_between_half_an_hour_and_a_day(stand: Stand) -> None:
    """`expires_at` counts by the stand-in's clock."""
    now = stand.look("clock")["now"]
    assert now >= time.time() - 1
    assert stand.session(expires_at=now + 1900).expires_at == now + 1900
    for wrong in (now + 1700, now + 24 * 3600 + 100):
        with pytest.raises(stripe.InvalidRequestError, match="30 minutes and 24 hours"):
            stand.session(expires_at=wrong)
