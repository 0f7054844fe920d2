"""Somebody pays a session: by card at once, by PayPal or Alipay after authorising it."""

import re

import stripe

from fakestripe import books
from fakestripe.cards import AVAILABLE_AT_ONCE, DISPUTED_LATER, Means
from fakestripe.clock import MINUTE, midnight_after
from fakestripe.errors import Body
from fakestripe.events import emit
from fakestripe.objects import make, new, new_id, part
from fakestripe.store import Tx

DAYS_PENDING = 2
DISPUTED_AFTER = MINUTE
FEE_PER_10_000, FEE_FIXED = 290, 30
BRANDS = {"3": "amex", "4": "visa", "5": "mastercard", "6": "discover"}


def pay(tx: Tx, session: Body, means: Means) -> Body | None:
    """Charge an open session; None when it went well, else why not."""
    intent = _intent(tx, session, means.method)
    charge = _charge(tx, session, intent, means)
    if means.decline:
        return _declined(tx, intent, charge, means.decline)
    _paid(tx, intent, charge, means)
    _complete(tx, session, intent, means)
    return None


def _intent(tx: Tx, session: Body, method: str) -> Body:
    if session["payment_intent"]:
        return tx.get("payment_intent", session["payment_intent"])
    given = session["_intent"]
    intent = make(tx, "payment_intent")
    intent |= {
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": given.get("capture_method", "automatic_async"),
        "client_secret": f"{intent['id']}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "currency": session["currency"],
        "description": given.get("description"),
        "metadata": given["metadata"],
        "payment_method_options": {},
        "payment_method_types": session["payment_method_types"],
        "receipt_email": given.get("receipt_email"),
        "status": "requires_payment_method",
        "transfer_group": given.get("transfer_group"),
    }
    tx.insert(intent)
    tx.save(session, payment_intent=intent["id"])
    emit(tx, "payment_intent.created", intent)
    return intent


def _charge(tx: Tx, session: Body, intent: Body, means: Means) -> Body:
    failed = means.decline
    return new(
        tx,
        "charge",
        amount=intent["amount"],
        amount_captured=0 if failed else intent["amount"],
        amount_refunded=0,
        billing_details=part(
            stripe.Charge.BillingDetails, email=means.email or None, name=means.name or None
        ),
        calculated_statement_descriptor="PEOPLE AT WORK",
        captured=not failed,
        currency=intent["currency"],
        description=intent["description"],
        disputed=False,
        failure_code=failed[0] if failed else None,
        failure_message=failed[2] if failed else None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        outcome=_outcome(failed),
        paid=not failed,
        payment_intent=intent["id"],
        payment_method=new_id("pm_"),
        payment_method_details=_details(means),
        radar_options={},
        receipt_email=intent["receipt_email"],
        receipt_url=f"{tx.setting('base_url')}/receipts/{session['id']}",
        refunded=False,
        status="failed" if failed else "succeeded",
        transfer_group=intent["transfer_group"],
        _card=means.card,
    )


def _declined(tx: Tx, intent: Body, charge: Body, why: tuple[str, str, str]) -> Body:
    code, decline_code, message = why
    error = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": message,
        "type": "card_error",
    }
    tx.save(intent, last_payment_error=error, latest_charge=charge["id"])
    emit(tx, "charge.failed", charge)
    emit(tx, "payment_intent.payment_failed", intent)
    return error


def _paid(tx: Tx, intent: Body, charge: Body, means: Means) -> None:
    amount, currency = charge["amount"], charge["currency"]
    at_once = means.card == AVAILABLE_AT_ONCE
    line = books.post(
        tx,
        "charge" if means.method == "card" else "payment",
        amount,
        currency,
        charge["id"],
        fee=(amount * FEE_PER_10_000 + 5_000) // 10_000 + FEE_FIXED,
        available_on=tx.now if at_once else midnight_after(tx.now, DAYS_PENDING),
        description=charge["description"],
    )
    tx.save(charge, balance_transaction=line["id"])
    tx.save(
        intent,
        amount_received=amount,
        last_payment_error=None,
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        status="succeeded",
    )
    emit(tx, "charge.succeeded", charge)
    emit(tx, "payment_intent.succeeded", intent)
    if means.card == DISPUTED_LATER:
        tx.later(tx.now + DISPUTED_AFTER, "dispute_charge", charge["id"])


def _complete(tx: Tx, session: Body, intent: Body, means: Means) -> None:
    who = {"email": means.email, "name": means.name or None}
    details = part(stripe.checkout.Session.CustomerDetails, tax_exempt="none", tax_ids=[], **who)
    tx.save(
        session,
        customer_details=details,
        payment_intent=intent["id"],
        payment_status="paid",
        status="complete",
        url=None,
    )
    emit(tx, "checkout.session.completed", session)


def _outcome(failed: tuple[str, str, str] | None) -> Body:
    return part(
        stripe.Charge.Outcome,
        network_status="declined_by_network" if failed else "approved_by_network",
        reason=failed[1] if failed else None,
        risk_level="normal",
        risk_score=20,
        seller_message="The bank returned a decline." if failed else "Payment complete.",
        type="issuer_declined" if failed else "authorized",
    )


def _details(means: Means) -> Body:
    details = stripe.Charge.PaymentMethodDetails
    match means.method:
        case "card":
            inner = part(
                details.Card,
                brand=BRANDS.get(means.card[:1], "unknown"),
                country="US",
                exp_month=means.exp_month,
                exp_year=means.exp_year,
                funding="credit",
                last4=means.card[-4:],
                network="visa",
            )
        case "paypal":
            inner = part(
                details.Paypal,
                payer_email=means.email,
                payer_id=new_id("", 13).upper(),
                payer_name=means.name or None,
                transaction_id=new_id("", 17).upper(),
            )
        case _:
            buyer = re.sub(r"\W", "", means.email)
            inner = part(details.Alipay, buyer_id=buyer, transaction_id=new_id("", 28))
    return {"type": means.method, means.method: inner}
