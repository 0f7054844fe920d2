"""Disputed payments at the processor: read, and answered with the evidence, once."""

import hashlib
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

import stripe
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from stripe.params import DisputeUpdateParams, DisputeUpdateParamsEvidence
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.processor import Processor, in_short
from domain.cases import Chargeback, Deposit
from domain.chargeback import READ_DISPUTE, SEND_EVIDENCE
from domain.money import show
from domain.outcome import Answer, Said
from failpoints import here
from ledger import cases, chargebacks, reading
from ledger.database import to_read

CaseFile = Callable[[str, str], Awaitable[bytes | None]]
"""The case file of a job as its client may read it, on paper; None: it cannot be made now."""
WAITS = "needs_response"
MOST_JOBS, MOST_EVENTS = 20, 60
LONGEST_TEXT = 20_000
"""How much of it there is: Stripe takes no more in one field."""


class Chargebacks:
    """Asks Stripe; an answer that is on its way already is never sent again."""

    def __init__(self, engine: AsyncEngine, processor: Processor, case_file: CaseFile) -> None:
        self._engine = engine
        self._processor = processor
        self._case_file = case_file

    @activity.defn(name=READ_DISPUTE)
    async def read_dispute(self, case_id: str) -> Answer:
        """Whether the network has decided, or has an answer by now."""
        one = await self._chargeback(case_id)
        with in_short():
            return Answer(said=said(one, await self._dispute(one)))

    @activity.defn(name=SEND_EVIDENCE)
    async def send_evidence(self, case_id: str) -> Answer:
        """Answer the network, unless it has an answer or needs none any more."""
        one = await self._chargeback(case_id)
        with in_short():
            if (before := said(one, await self._dispute(one))) is not None:
                return Answer(said=before)
            evidence = await self._evidence(one)
            here("evidence.sending", case_id, one.client)
            answer: DisputeUpdateParams = {"evidence": evidence, "submit": True}
            await self._processor.asked.disputes.update_async(
                one.dispute, answer, {"idempotency_key": f"{case_id}/{_digest(repr(answer))}"}
            )
            here("evidence.sent", case_id, one.client)
            now = said(one, await self._dispute(one))
        if now is None:
            raise ApplicationError("the answer is not there yet", type="NotAnsweredYet")
        return Answer(said=now)

    async def _evidence(self, one: Chargeback) -> DisputeUpdateParamsEvidence:
        """What was paid for and what came of it, and the case file of the newest job."""
        async with to_read(self._engine) as c:
            pair = await cases.read(c, one.deposit)
            assert pair is not None, "a chargeback has its deposit"
            deposit = cast(Deposit, pair.first)
            jobs = await chargebacks.jobs_paid(c, deposit)
            told = [await _told(c, job) for job in jobs[:MOST_JOBS]]
            [name] = (await reading.names(c, [deposit.client])).values()
        evidence: DisputeUpdateParamsEvidence = {
            "customer_name": name[:200],
            "product_description": "Work of freelancers, paid from a prepaid wallet",
            "service_date": f"{deposit.last_event_at:%Y-%m-%d}",
            "uncategorized_text": "\n\n".join([_paid_in(deposit), *told])[:LONGEST_TEXT],
        }
        paper = await self._case_file(deposit.client, jobs[0]) if jobs else None
        if paper is not None:
            evidence["service_documentation"] = await self._uploaded(one, paper)
        return evidence

    async def _uploaded(self, one: Chargeback, paper: bytes) -> str:
        name = f"{one.id}/file/{_digest(paper)}"
        content = io.BytesIO(paper)
        content.name = "case-file.pdf"
        kept = await self._processor.asked.files.create_async(
            {"purpose": "dispute_evidence", "file": content}, {"idempotency_key": name}
        )
        return kept.id

    async def _dispute(self, one: Chargeback) -> stripe.Dispute:
        return await self._processor.asked.disputes.retrieve_async(one.dispute)

    async def _chargeback(self, case_id: str) -> Chargeback:
        async with to_read(self._engine) as c:
            pair = await cases.read(c, case_id)
        assert pair is not None, f"{case_id} is not in the books"
        return cast(Chargeback, pair.first)


def opened(dispute: stripe.Dispute) -> Said | None:
    """That the network has taken a payment back; None while it only asks."""
    taken = [one for one in dispute.balance_transactions if one.reporting_category == "dispute"]
    if not taken:
        return None
    due = dispute.evidence_details.due_by
    body = {
        "amount_minor": -sum(one.amount for one in taken),
        "fee_minor": sum(one.fee for one in taken),
        "currency": taken[0].currency.upper(),
        "reason": dispute.reason[:200],
        "answer_by": datetime.fromtimestamp(due, UTC).isoformat() if due else None,
    }
    return Said(command="chargeback_opened", body=body, key=dispute.id)


def said(one: Chargeback, dispute: stripe.Dispute) -> Said | None:
    """What a dispute says that is a step: it was decided, or answered; else nothing yet."""
    if dispute.status == "lost":
        return Said(command="chargeback_lost", key=f"{dispute.id}/lost")
    if dispute.status == "won":
        lines = dispute.balance_transactions
        back = [line for line in lines if line.reporting_category == "dispute_reversal"]
        if not back:
            raise ApplicationError("what was won is not there yet", type="NotSettledYet")
        if {line.currency.upper() for line in lines} != {one.terms.currency}:
            raise ApplicationError("it came in another currency", type="OtherCurrency")
        body = {
            # Taken again meanwhile, it is not back.
            "amount_minor": max(one.amount_minor + sum(line.amount for line in lines), 0),
            "fee_back_minor": -sum(line.fee for line in back),
        }
        # Another sum later is another step.
        sums = "/".join(str(sum_minor) for sum_minor in body.values())
        return Said(command="chargeback_won", body=body, key=f"{dispute.id}/won/{sums}")
    if dispute.status == WAITS:
        return None
    return Said(command="evidence_sent", key=f"{dispute.id}/sent")


async def _told(c: AsyncConnection, job_id: str) -> str:
    """A job as the books have it: what it is called, what happened, and when."""
    title = (await reading.texts(c, job_id))["title"]
    events = await reading.events(c, [job_id], None, MOST_EVENTS)
    lines = [
        f"{event['at']:%Y-%m-%d %H:%M} UTC: {event['kind'].replace('_', ' ')}"
        f" (by the {event['actor']})"
        for event in reversed(events)
    ]
    return "\n".join([f"{job_id}, paid from it: {title}", *lines])


def _paid_in(deposit: Deposit) -> str:
    arrived = f"{show(deposit.paid_minor)} {deposit.terms.currency}"
    return (
        f"{deposit.id}: on {deposit.opened_at:%Y-%m-%d %H:%M} UTC the customer asked to pay into"
        f" their wallet, and paid {arrived} on the page of the payment processor."
        f" It was credited on {deposit.last_event_at:%Y-%m-%d %H:%M} UTC."
    )


def _digest(what: str | bytes) -> str:
    return hashlib.sha256(what if isinstance(what, bytes) else what.encode()).hexdigest()[:16]
