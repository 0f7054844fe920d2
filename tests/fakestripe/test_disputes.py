"""Disputes: the money goes at once, and comes back only if the evidence wins in time."""

import io
from typing import Any, cast

import pytest
import stripe

from tests.fakestripe.stand import Stand

DAY = 24 * 3600
LONG_TEXTS = (
    "access_activity_log", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "duplicate_charge_explanation", "product_description", "refund_policy_disclosure",
    "refund_refusal_explanation",
)  # fmt: skip


def _total(stand: Stand) -> int:
    balance = stand.stripe.v1.balance.retrieve()
    return balance.available[0].amount + balance.pending[0].amount


def _disputed(stand: Stand, amount: int = 5000, **more: Any) -> stripe.Dispute:
    charge = stand.charge(amount)
    made = stand.control("disputes", charge=charge.id, **more)
    return stand.stripe.v1.disputes.retrieve(made["id"])


def test_a_dispute_takes_the_sum_and_a_fee(stand: Stand) -> None:
    """And the charge can no longer be refunded, nor disputed again."""
    charge = stand.charge(5000)
    before = _total(stand)
    made = stand.control("disputes", charge=charge.id, reason="product_not_received", days=9)
    dispute = stand.stripe.v1.disputes.retrieve(made["id"])
    assert (dispute.status, dispute.reason) == ("needs_response", "product_not_received")
    assert dispute.evidence_details.due_by == dispute.created + 9 * DAY
    assert [line.net for line in dispute.balance_transactions] == [-6500]
    assert _total(stand) == before - 6500
    assert stand.stripe.v1.charges.retrieve(charge.id).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand.stripe.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"
    assert stand.http.post("/_control/disputes", json={"charge": charge.id}).status_code == 400


def test_evidence_is_staged_then_submitted_once(stand: Stand) -> None:
    """With a file; after that the bank has it."""
    dispute = _disputed(stand)
    file = io.BytesIO(b"%PDF-1.7 the case file")
    file.name = "case.pdf"
    uploaded = stand.stripe.v1.files.create({"purpose": "dispute_evidence", "file": file})
    assert (uploaded.type, uploaded.size, uploaded.filename) == ("pdf", 22, "case.pdf")
    disputes = stand.stripe.v1.disputes
    staged = disputes.update(
        dispute.id, {"evidence": {"uncategorized_file": uploaded.id}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = disputes.update(dispute.id, {"evidence": {"product_description": "a translation"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.uncategorized_file == uploaded.id
    with pytest.raises(stripe.InvalidRequestError, match="already submitted"):
        disputes.update(dispute.id, {"evidence": {"uncategorized_text": "more"}})
    with pytest.raises(stripe.InvalidRequestError, match="already submitted"):
        disputes.close(dispute.id)


def test_a_dispute_that_is_won_brings_the_sum_back_but_not_the_fee(stand: Stand) -> None:
    """The bank's decision comes through the control API."""
    before = _total(stand)
    dispute = _disputed(stand)
    stand.stripe.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "proof"}})
    stand.control(f"disputes/{dispute.id}", won=True)
    won = stand.stripe.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert [line.reporting_category for line in won.balance_transactions] == [
        "dispute",
        "dispute_reversal",
    ]
    assert _total(stand) == before + 5000 - 175 - 1500
    answer = stand.http.post(f"/_control/disputes/{dispute.id}", json={"won": False})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_the_test_texts_of_stripe_decide_at_once(stand: Stand, text: str, status: str) -> None:
    """As in Stripe's test mode."""
    dispute = _disputed(stand)
    evidence = {"evidence": {"uncategorized_text": text}}
    decided = stand.stripe.v1.disputes.update(dispute.id, cast(Any, evidence))
    assert decided.status == status


def test_nobody_answers_in_time_and_the_dispute_is_lost(stand: Stand) -> None:
    """The deadline is the clock's."""
    dispute = _disputed(stand, days=7)
    stand.control("clock", seconds=7 * DAY - 60)
    assert stand.stripe.v1.disputes.retrieve(dispute.id).status == "needs_response"
    stand.control("clock", seconds=120)
    lost = stand.stripe.v1.disputes.retrieve(dispute.id)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)
    with pytest.raises(stripe.InvalidRequestError, match="closed"):
        stand.stripe.v1.disputes.update(dispute.id, {"submit": True})


def test_a_dispute_is_closed_by_giving_in(stand: Stand) -> None:
    """Closing is losing."""
    assert stand.stripe.v1.disputes.close(_disputed(stand).id).status == "lost"


def test_one_test_card_is_disputed_by_itself(stand: Stand) -> None:
    """4000 0000 0000 0259 pays, and a minute later the dispute is there."""
    charge = stand.charge(5000, "4000000000000259")
    assert not stand.stripe.v1.disputes.list({"charge": charge.id}).data
    stand.control("clock", seconds=61)
    [dispute] = stand.stripe.v1.disputes.list({"charge": charge.id}).data
    assert (dispute.status, dispute.amount) == ("needs_response", 5000)


def test_evidence_that_does_not_exist_is_refused(stand: Stand) -> None:
    """Unknown names by the SDK's types, unknown files by their ids, no text without end."""
    dispute = _disputed(stand)
    for evidence in (
        {"poem": "x"},
        {"uncategorized_file": "file_x"},
        {"uncategorized_text": "x" * 20_001},
        {"uncategorized_text": "x" * 20_000, **dict.fromkeys(LONG_TEXTS, "x" * 20_000)},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            stand.stripe.v1.disputes.update(dispute.id, cast(Any, {"evidence": evidence}))
    assert stand.stripe.v1.disputes.retrieve(dispute.id).status == "needs_response"
