"""The payment processor's hands: pages opened, read and closed at Stripe, each effect once."""

import hashlib
import json
from datetime import timedelta
from typing import cast

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParams
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.noting import noted
from activities.processor import Processor
from domain.cases import Deposit
from domain.deposit import CLOSE_CHECKOUT, OPEN_CHECKOUT, READ_CHECKOUT
from domain.outcome import Answer, Said
from failpoints import here
from ledger import cases
from ledger.database import to_read

SOONER = timedelta(minutes=1)
"""Stripe closes a page within 24 hours of its making, which comes after the deposit's."""
FAILED = ("canceled", "requires_payment_method")
WHOLE = ["payment_intent.latest_charge.balance_transaction"]
"""What a paid page is fetched with: what was paid, and what the processor keeps of it."""


class Payments:
    """Asks Stripe; nothing of its answers but ids and sums goes on.

    What cannot be asked now raises, and is asked again by the workflow's policy.
    """

    def __init__(self, engine: AsyncEngine, processor: Processor, public_url: str) -> None:
        self._engine = engine
        self._processor = processor
        self._public_url = public_url

    @activity.defn(name=OPEN_CHECKOUT)
    async def open_checkout(self, case_id: str) -> Answer:
        """Have a page made on which this deposit is paid."""
        deposit = await self._deposit(case_id)
        here("checkout.opening", case_id, deposit.client)
        page = _page(deposit, self._public_url)
        async with noted(self._engine, case_id):
            try:
                session = await self._processor.asked.checkout.sessions.create_async(
                    page, {"idempotency_key": f"{case_id}/checkout/{_digest(page)}"}
                )
            except stripe.InvalidRequestError as refusal:
                said = Said(
                    command="checkout_refused",
                    body={"code": (refusal.code or "invalid_request")[:64]},
                    key="checkout",
                )
                return Answer(said=said)
        here("checkout.opened", case_id, deposit.client)
        body = {"session": session.id, "url": session.url}
        return Answer(said=Said(command="checkout_opened", body=body, key=session.id))

    @activity.defn(name=READ_CHECKOUT)
    async def read_checkout(self, case_id: str) -> Answer:
        """Whether this deposit's page was paid on, or has been closed."""
        async with noted(self._engine, case_id):
            return Answer(said=_said(await self._session(case_id)))

    @activity.defn(name=CLOSE_CHECKOUT)
    async def close_checkout(self, case_id: str) -> Answer:
        """Close this deposit's page, if it was not paid on; what became of it."""
        async with noted(self._engine, case_id):
            session = await self._session(case_id)
            here("checkout.closing", case_id)
            if session.status == "open":
                await self._processor.asked.checkout.sessions.expire_async(
                    session.id, options={"idempotency_key": f"{case_id}/close"}
                )
                session = await self._session(case_id)
            here("checkout.closed", case_id)
            if (said := _said(session)) is None:
                # The payment is on its way between the processor and the client's bank.
                raise ApplicationError("the page is complete and not paid yet", type="NotPaidYet")
        return Answer(said=said)

    async def _deposit(self, case_id: str) -> Deposit:
        async with to_read(self._engine) as c:
            pair = await cases.read(c, case_id)
        assert pair is not None, f"{case_id} is not in the books"
        return cast(Deposit, pair.first)

    async def _session(self, case_id: str) -> Session:
        deposit = await self._deposit(case_id)
        assert deposit.session is not None, "a page that is asked about was opened"
        return await self._processor.asked.checkout.sessions.retrieve_async(
            deposit.session, {"expand": WHOLE}
        )


def _digest(page: SessionCreateParams) -> str:
    """Names a page by its content.

    A build that words it otherwise, while nobody knows of the first one, has one of its own made;
    the first, whose address nobody has, expires.
    """
    return hashlib.sha256(json.dumps(page, sort_keys=True).encode()).hexdigest()[:16]


def _page(deposit: Deposit, public_url: str) -> SessionCreateParams:
    """The same for every try, as the key that makes it one page demands."""
    back = f"{public_url.rstrip('/')}/deposits/{deposit.id}"
    closes = deposit.opened_at + deposit.terms.policy.checkout_period - SOONER
    about: dict[str, str] = {"case": deposit.id}
    return {
        "mode": "payment",
        "allowed_payment_method_types": [deposit.method.value],
        "line_items": [
            {
                "price_data": {
                    "currency": deposit.terms.currency.lower(),
                    "unit_amount": deposit.asked_minor,
                    "product_data": {"name": "PeerOK wallet"},
                },
                "quantity": 1,
            }
        ],
        "client_reference_id": deposit.id,
        "metadata": about,
        # Captured at once, so that what the processor keeps of it is known when it is paid.
        "payment_intent_data": {"metadata": about, "capture_method": "automatic"},
        "success_url": back,
        "cancel_url": back,
        "expires_at": int(closes.timestamp()),
    }


def _said(session: Session) -> Said | None:
    """What a page says that is a step: it was paid on, or nothing will be; else nothing yet."""
    intent = session.payment_intent
    if session.status == "expired" or (session.status == "complete" and _has_failed(session)):
        return Said(command="checkout_expired", key=session.id)
    if session.status != "complete" or session.payment_status != "paid":
        return None
    assert isinstance(intent, stripe.PaymentIntent), "it was asked for whole"
    charge = intent.latest_charge
    kept = charge.balance_transaction if isinstance(charge, stripe.Charge) else None
    if not isinstance(kept, stripe.BalanceTransaction) or kept.currency != intent.currency:
        raise ApplicationError("what the processor keeps is not known yet", type="NotSettledYet")
    body = {
        "payment": intent.id,
        "amount_minor": intent.amount_received,
        "fee_minor": kept.fee,
        "currency": intent.currency.upper(),
    }
    return Said(command="paid", body=body, key=intent.id)


def _has_failed(session: Session) -> bool:
    """Whether a payment that took its time has come to nothing."""
    intent = session.payment_intent
    failed = isinstance(intent, stripe.PaymentIntent) and intent.status in FAILED
    return session.payment_status == "unpaid" and failed
