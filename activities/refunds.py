"""Refunds by the processor: a payment, or a part of it, given back to its card or account, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.noting import noted
from activities.payouts import GONE, KEY_LASTS, OURS, SETTLES_IN
from activities.processor import Processor
from domain.lone_states import RefundState
from domain.outcome import Answer, Said
from domain.refund import READ_REFUND, SEND_REFUND
from domain.refund_case import Refund
from failpoints import here
from ledger import cases
from ledger.database import to_read


def _now() -> datetime:
    return datetime.now(UTC)


class Refunds:
    """Asks Stripe for a refund, whose name is in the books before it is asked what became of it.

    Keys are used as payouts use them: one makes one refund of many tries; once it may be
    forgotten, what it did is looked for by the case's id before another is used.
    """

    def __init__(
        self, engine: AsyncEngine, processor: Processor, now: Callable[[], datetime] = _now
    ) -> None:
        self._engine = engine
        self._processor = processor
        self._now = now

    @activity.defn(name=SEND_REFUND)
    async def send_refund(self, case_id: str) -> Answer:
        """Have it given back, or see what became of it."""
        one = await self._refund(case_id)
        if one.state is not RefundState.SENDING:
            # Accounting have answered meanwhile.
            return Answer()
        async with noted(self._engine, case_id):
            if one.refund is None:
                return Answer(said=await self._made(one))
            there = await self._there(one)
        if there.status == "succeeded":
            return Answer(said=Said(command="refund_paid", key=there.id))
        return Answer(said=_gone("refund_failed", there))

    @activity.defn(name=READ_REFUND)
    async def read_refund(self, case_id: str) -> Answer:
        """Whether what was given back has come back."""
        one = await self._refund(case_id)
        async with noted(self._engine, case_id):
            return Answer(said=_gone("refund_returned", await self._there(one)))

    async def _made(self, one: Refund) -> Said:
        """The refund at the processor; a definite refusal has given nothing back."""
        assert one.payment is not None, "what the processor gives back was paid there"
        tries = self._tries(one)
        there = await self._before(one) if tries else None
        here("refund.asking", one.id, one.client)
        try:
            there = there or await self._processor.asked.refunds.create_async(
                {
                    "payment_intent": one.payment,
                    "amount": one.amount_minor,
                    "metadata": {"case": one.id},
                },
                {"idempotency_key": f"{one.id}/refund/{tries}"},
            )
        except (stripe.InvalidRequestError, stripe.PermissionError) as refusal:
            if refusal.code in OURS:
                raise
            why = (refusal.code or "refused")[:64]
            return Said(command="refund_failed", body={"reason": why}, key="refused")
        here("refund.asked", one.id, one.client)
        return Said(command="refund_made", body={"refund": there.id}, key=there.id)

    def _tries(self, one: Refund) -> int:
        """How many keys are too old by now; ApplicationError while the last may be at work."""
        tries, since = divmod(max(self._now() - one.since, timedelta(0)), KEY_LASTS)
        if tries and since < SETTLES_IN:
            raise ApplicationError("the last try may still be under way", type="TooEarly")
        return tries

    async def _before(self, one: Refund) -> stripe.Refund | None:
        """What an older key has made of this case."""
        listed = await self._processor.asked.refunds.list_async(
            {"payment_intent": str(one.payment), "limit": 100}
        )
        async for there in listed.auto_paging_iter():
            if there.metadata and there.metadata.to_dict().get("case") == one.id:
                return there
        return None

    async def _there(self, one: Refund) -> stripe.Refund:
        assert one.refund is not None, "a refund that is asked about was made"
        return await self._processor.asked.refunds.retrieve_async(one.refund)

    async def _refund(self, case_id: str) -> Refund:
        async with to_read(self._engine) as c:
            pair = await cases.read(c, case_id)
        assert pair is not None, f"{case_id} is not in the books"
        return cast(Refund, pair.first)


def _gone(command: str, there: stripe.Refund) -> Said | None:
    """That it was not taken, and why; else nothing that is a step."""
    if there.status not in GONE:
        return None
    why = there.failure_reason or str(there.status)
    return Said(command=command, body={"reason": why[:64]}, key=there.id)
