"""Disputes: the network takes the money back, and gives it again only if the evidence wins."""

import stripe

from fakestripe import books, checks
from fakestripe.clock import DAY
from fakestripe.errors import Body, Refusal, no_such
from fakestripe.events import emit
from fakestripe.objects import new, part
from fakestripe.show import page
from fakestripe.store import Tx

FEE = 1_500
DAYS_TO_ANSWER = 14
LONGEST_EVIDENCE, LONGEST_TEXT = 150_000, 20_000
"""Characters of all texts together, and of each."""
NETWORKS = ("card", "paypal")
DECIDED_BY_TEXT = {"winning_evidence": "won", "losing_evidence": "lost"}
"""What Stripe's test mode takes in `uncategorized_text` as the bank's decision."""


def open_on(
    tx: Tx,
    charge_id: str,
    reason: str = "fraudulent",
    days: int = DAYS_TO_ANSWER,
    currency: str | None = None,
) -> Body:
    """A cardholder disputes a charge: the sum and a fee leave the balance at once.

    Where they leave a balance in another currency than the charge's, one is as much as the other.
    """
    charge = tx.get("charge", charge_id, "charge")
    method = charge["payment_method_details"] or {"type": None}
    if not charge["paid"] or charge["disputed"] or method["type"] not in NETWORKS:
        raise Refusal(f"Charge {charge_id} cannot be disputed.", param="charge")
    amount = charge["amount"] - charge["amount_refunded"]
    if not amount:
        raise Refusal(f"Charge {charge_id} has been refunded.", param="charge")
    due_by = tx.now + days * DAY
    dispute = new(
        tx,
        "dispute",
        amount=amount,
        balance_transactions=[],
        charge=charge_id,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=part(stripe.Dispute.Evidence, enhanced_evidence={}),
        evidence_details=_details(due_by),
        is_charge_refundable=False,
        metadata={},
        network_reason_code="10.4",
        payment_intent=charge["payment_intent"],
        payment_method_details=_method(charge),
        reason=reason,
        status="needs_response",
    )
    _move(tx, dispute, -amount, currency or charge["currency"], "dispute", FEE)
    tx.save(charge, disputed=True)
    tx.later(due_by, "dispute_deadline", dispute["id"])
    emit(tx, "charge.dispute.created", dispute)
    emit(tx, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One dispute."""
    return tx.get("dispute", id_, "dispute")


def listing(tx: Tx, params: Body) -> Body:
    """Disputes, newest first, of one charge or payment intent."""
    wanted = {name: params.get(name) for name in ("charge", "payment_intent")}
    return page(tx, "dispute", params, "/v1/disputes", **wanted)


def update(tx: Tx, params: Body, id_: str) -> Body:
    """Stage evidence with `submit=false`; else it goes to the bank, which is done once."""
    dispute = tx.get("dispute", id_, "dispute")
    if "metadata" in params:
        given = checks.metadata(params["metadata"], before=dispute["metadata"])
        tx.save(dispute, metadata=given)
    if "evidence" not in params and "submit" not in params:
        return dispute
    _may_answer(dispute)
    evidence = dispute["evidence"] | _evidence(tx, params.get("evidence", {}))
    details = dispute["evidence_details"] | {"has_evidence": any(evidence.values())}
    tx.save(dispute, evidence=evidence, evidence_details=details)
    if params.get("submit", True):
        _submit(tx, dispute)
    emit(tx, "charge.dispute.updated", dispute)
    verdict = DECIDED_BY_TEXT.get(evidence["uncategorized_text"] or "")
    if verdict and dispute["status"] == "under_review":
        return decide(tx, id_, won=verdict == "won")
    return dispute


def close(tx: Tx, _: Body, id_: str) -> Body:
    """Give in: the dispute is lost."""
    _may_answer(tx.get("dispute", id_, "dispute"))
    return decide(tx, id_, won=False)


def decide(tx: Tx, id_: str, *, won: bool, amount: int | None = None) -> Body:
    """The bank's decision; won brings the sum back, or another one, but never the fee."""
    dispute = tx.get("dispute", id_, "dispute")
    if dispute["status"] in ("won", "lost"):
        raise Refusal(f"This dispute is already {dispute['status']}.", param="dispute")
    before = {"status": dispute["status"]}
    tx.save(dispute, status="won" if won else "lost")
    if won:
        _reinstate(tx, dispute, dispute["amount"] if amount is None else amount)
    emit(tx, "charge.dispute.closed", dispute, before)
    return dispute


def reverse(tx: Tx, id_: str, amount: int | None = None) -> Body:
    """The bank decides otherwise after all: what was given back goes again, or the reverse."""
    dispute = tx.get("dispute", id_, "dispute")
    if dispute["status"] not in ("won", "lost"):
        raise Refusal(f"This dispute is {dispute['status']}.", param="dispute")
    before = {"status": dispute["status"]}
    tx.save(dispute, status="lost" if before["status"] == "won" else "won")
    moved = dispute["amount"] if amount is None else amount
    if dispute["status"] == "won":
        _reinstate(tx, dispute, moved)
    else:
        _move(tx, dispute, -moved, dispute["currency"], "dispute")
        emit(tx, "charge.dispute.funds_withdrawn", dispute)
    emit(tx, "charge.dispute.closed", dispute, before)
    return dispute


def _reinstate(tx: Tx, dispute: Body, amount: int) -> None:
    _move(tx, dispute, amount, dispute["currency"], "dispute_reversal")
    emit(tx, "charge.dispute.funds_reinstated", dispute)


def _move(tx: Tx, dispute: Body, amount: int, currency: str, category: str, fee: int = 0) -> None:
    line = books.post(tx, "adjustment", amount, currency, dispute["id"], fee=fee, category=category)
    tx.save(dispute, balance_transactions=[*dispute["balance_transactions"], line["id"]])


def deadline(tx: Tx, id_: str) -> None:
    """Nobody answered in time: the dispute is lost."""
    dispute = tx.get("dispute", id_)
    if dispute["status"] == "needs_response":
        tx.save(dispute, evidence_details=dispute["evidence_details"] | {"past_due": True})
        decide(tx, id_, won=False)


def _may_answer(dispute: Body) -> None:
    if dispute["status"] != "needs_response":
        message = "This dispute is already closed"
        if dispute["status"] == "under_review":
            message = "Evidence for this dispute was already submitted"
        raise Refusal(f"{message} (its status is {dispute['status']}).", param="dispute")


def _submit(tx: Tx, dispute: Body) -> None:
    details = dispute["evidence_details"]
    count = details["submission_count"] + 1
    tx.save(
        dispute,
        evidence_details=details | {"submission_count": count, "submission_method": "manual"},
        status="under_review",
    )


def _evidence(tx: Tx, given: Body) -> Body:
    texts = [text for text in given.values() if isinstance(text, str)]
    if sum(map(len, texts)) > LONGEST_EVIDENCE:
        message = f"Evidence may have at most {LONGEST_EVIDENCE} characters in all."
        raise Refusal(message, param="evidence")
    for name, value in given.items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            message = f"It may have at most {LONGEST_TEXT} characters."
            raise Refusal(message, param=f"evidence[{name}]")
        file = tx.find(value) if name in FILES else None
        if name in FILES and value and (file is None or file["object"] != "file"):
            raise no_such("file upload", value, f"evidence[{name}]", status=400)
    return {name: value or None for name, value in given.items()}


FILES = (
    "cancellation_policy", "customer_communication", "customer_signature",
    "duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation",
    "shipping_documentation", "uncategorized_file",
)  # fmt: skip
"""Evidence that is the id of an uploaded file."""


def _details(due_by: int) -> Body:
    return {
        "due_by": due_by,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }


def _method(charge: Body) -> Body:
    method = charge["payment_method_details"]
    if method["type"] == "paypal":
        paypal = part(stripe.Dispute.PaymentMethodDetails.Paypal, reason_code="UNAUTHORISED")
        return {"type": "paypal", "paypal": paypal}
    card = part(
        stripe.Dispute.PaymentMethodDetails.Card,
        brand=method["card"]["brand"],
        case_type="chargeback",
        network=method["card"]["network"],
        network_reason_code="10.4",
    )
    return {"type": "card", "card": card}
