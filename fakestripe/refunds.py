"""Refunds: back to the card or the account that paid, never more than was paid."""

from fakestripe import books, checks
from fakestripe.cards import REFUND_FAILS
from fakestripe.clock import HOUR
from fakestripe.errors import Body, Refusal
from fakestripe.events import emit
from fakestripe.objects import new, new_id
from fakestripe.show import page
from fakestripe.store import Tx

FAILS_AFTER = HOUR


def create(tx: Tx, params: Body) -> Body:
    """Give back what was paid, or a part; the balance may go below zero by it, as at Stripe."""
    charge = _charge(tx, params)
    amount = _amount(charge, params.get("amount"))
    refund = new(
        tx,
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=_destination(charge),
        metadata=checks.metadata(params.get("metadata")),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    paid = tx.get("balance_transaction", charge["balance_transaction"])
    kind = "refund" if paid["type"] == "charge" else "payment_refund"
    line = books.post(
        tx, kind, -amount, charge["currency"], refund["id"], available_on=paid["available_on"]
    )
    tx.save(refund, balance_transaction=line["id"])
    refunded = charge["amount_refunded"] + amount
    tx.save(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    emit(tx, "refund.created", refund)
    emit(tx, "charge.refunded", charge, {"amount_refunded": refunded - amount})
    if charge["_card"] == REFUND_FAILS:
        tx.later(tx.now + FAILS_AFTER, "fail_refund", refund["id"])
    return refund


def fail(tx: Tx, id_: str) -> Body:
    """The bank gives a refund back, so the money returns to the balance."""
    refund = tx.get("refund", id_)
    if refund["status"] != "succeeded":
        raise Refusal(f"Refund {id_} is {refund['status']}.")
    line = books.post(tx, "refund_failure", refund["amount"], refund["currency"], id_)
    tx.save(
        refund,
        failure_balance_transaction=line["id"],
        failure_reason="expired_or_canceled_card",
        status="failed",
    )
    charge = tx.get("charge", refund["charge"])
    left = charge["amount_refunded"] - refund["amount"]
    tx.save(charge, amount_refunded=left, refunded=False)
    emit(tx, "refund.failed", refund, {"status": "succeeded"})
    return refund


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One refund."""
    return tx.get("refund", id_)


def update(tx: Tx, params: Body, id_: str) -> Body:
    """Metadata is all that may change."""
    refund = tx.get("refund", id_)
    before = refund["metadata"]
    tx.save(refund, metadata=checks.metadata(params.get("metadata"), before=before))
    emit(tx, "refund.updated", refund, {"metadata": before})
    return refund


def listing(tx: Tx, params: Body) -> Body:
    """Refunds, newest first, of one charge or payment intent."""
    wanted = {name: params.get(name) for name in ("charge", "payment_intent")}
    return page(tx, "refund", params, "/v1/refunds", **wanted)


def _charge(tx: Tx, params: Body) -> Body:
    if "charge" not in params and "payment_intent" not in params:
        raise Refusal(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
    if "charge" in params:
        charge = tx.get("charge", params["charge"], "charge", status=404)
    else:
        intent = tx.get("payment_intent", params["payment_intent"], "payment_intent", status=404)
        charge = tx.find(intent["latest_charge"] or "") or {}
    if not charge.get("paid"):
        named = params.get("charge") or params["payment_intent"]
        message = f"{named} does not have a successful charge to refund."
        raise Refusal(message, code="payment_intent_unexpected_state")
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Refusal(message, code="charge_disputed")
    return charge


def _amount(charge: Body, wanted: int | None) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Refusal(message, code="charge_already_refunded")
    amount = left if wanted is None else checks.positive(wanted)
    if amount > left:
        code = charge["currency"]
        raise Refusal(
            f"Refund amount ({checks.money(amount, code)} {code}) is greater than unrefunded "
            f"amount on charge ({checks.money(left, code)} {code})",
            param="amount",
        )
    return amount


def _destination(charge: Body) -> Body:
    method = charge["payment_method_details"]["type"]
    if method != "card":
        return {"type": method, method: {}}
    card = {
        "reference": new_id("", 16).lower(),
        "reference_status": "available",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"type": "card", "card": card}
