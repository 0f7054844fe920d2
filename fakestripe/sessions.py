"""Checkout sessions: made, looked at, listed, and over when nobody pays in time."""

from typing import Any

from stripe.checkout import Session

from fakestripe import checks, items
from fakestripe.clock import DAY, MINUTE
from fakestripe.errors import Body, Refusal, missing, not_modelled
from fakestripe.events import emit
from fakestripe.objects import make, part
from fakestripe.show import listed, page
from fakestripe.store import Tx

METHODS = ("card", "paypal", "alipay")
SOONEST = 30 * MINUTE
LATEST = DAY


def create(tx: Tx, params: Body) -> Body:
    """A session with its page; the payment intent comes when somebody pays."""
    _required(params)
    sold = [items.read(tx, item, f"line_items[{n}]") for n, item in enumerate(params["line_items"])]
    code = items.one_currency(sold)
    total = sum(item["amount_total"] for item in sold)
    checks.chargeable(total, code)
    methods = _methods(tx, params, code)
    expires_at = _expiry(tx.now, params.get("expires_at"))
    session = make(tx, "checkout.session", **_always())
    session |= {
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "client_reference_id": checks.short(
            params.get("client_reference_id"), 200, "client_reference_id"
        ),
        "currency": code,
        "customer_creation": "if_required",
        "customer_email": params.get("customer_email"),
        "cancel_url": params.get("cancel_url"),
        "expires_at": expires_at,
        "line_items": sold,
        "locale": params.get("locale"),
        "metadata": checks.metadata(params.get("metadata")),
        "payment_method_types": methods,
        "success_url": params["success_url"],
        "submit_type": params.get("submit_type"),
        "url": f"{tx.setting('base_url')}/c/pay/{session['id']}",
        "_intent": _intent_data(params.get("payment_intent_data", {})),
    }
    tx.later(expires_at, "expire_session", session["id"])
    return tx.insert(session)


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One session."""
    return tx.get("checkout.session", id_, "session")


def listing(tx: Tx, params: Body) -> Body:
    """Sessions, newest first."""
    wanted = {name: params.get(name) for name in ("payment_intent", "status")}
    return page(tx, "checkout.session", params, "/v1/checkout/sessions", **wanted)


def line_items(tx: Tx, _: Body, id_: str) -> Body:
    """What is paid for in a session."""
    session = tx.get("checkout.session", id_, "session")
    return listed(session["line_items"], f"/v1/checkout/sessions/{id_}/line_items")


def expire(tx: Tx, _: Body, id_: str) -> Body:
    """Close a session that is open."""
    session = tx.get("checkout.session", id_, "session")
    if session["status"] != "open":
        raise Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    return close(tx, session)


def close(tx: Tx, session: Body) -> Body:
    """Nobody can pay any more."""
    tx.save(session, status="expired", url=None)
    emit(tx, "checkout.session.expired", session)
    return session


def _required(params: Body) -> None:
    mode = params.get("mode") or "payment"
    if mode != "payment":
        raise not_modelled(f"mode={mode}", "mode")
    if not params.get("line_items"):
        raise missing("line_items")
    if "success_url" not in params:
        raise missing("success_url")
    checks.url(params["success_url"], "success_url")
    if "cancel_url" in params:
        checks.url(params["cancel_url"], "cancel_url")
    email = params.get("customer_email", "a@b.c")
    if "@" not in email or " " in email:
        raise Refusal(
            f"Invalid email address: {email}", code="email_invalid", param="customer_email"
        )


def _methods(tx: Tx, params: Body, code: str) -> list[str]:
    """What the page offers: what is allowed, modelled, activated, and can take the currency."""
    wanted = params.get("allowed_payment_method_types", METHODS)
    for number, method in enumerate(wanted):
        if method not in METHODS:
            raise not_modelled(f"paying by {method}", f"allowed_payment_method_types[{number}]")
    active = tx.setting("methods", list(METHODS))
    able = [m for m in wanted if m in active and code in checks.TAKEN_BY.get(m, checks.SMALLEST)]
    if not able:
        message = (
            "No valid payment method types for this Checkout Session. Please ensure that you have "
            f"activated payment methods compatible with the currency {code}."
        )
        raise Refusal(message, param="allowed_payment_method_types")
    return able


def _expiry(now: int, wanted: int | None) -> int:
    if wanted is None:
        return now + LATEST
    if not now + SOONEST <= wanted <= now + LATEST:
        raise Refusal(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return wanted


INTENT_DATA = ("capture_method", "metadata", "description", "receipt_email", "transfer_group")
"""What of a payment is given with its session."""


def _intent_data(given: Body) -> Body:
    param = "payment_intent_data"
    for name in given:
        if name not in INTENT_DATA or (name, given[name]) == ("capture_method", "manual"):
            raise not_modelled(f"{param}[{name}]", f"{param}[{name}]")
    return given | {"metadata": checks.metadata(given.get("metadata"), f"{param}[metadata]")}


def _always() -> dict[str, Any]:
    return {
        "automatic_tax": part(Session.AutomaticTax, enabled=False),
        "custom_fields": [],
        "custom_text": part(Session.CustomText),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }
