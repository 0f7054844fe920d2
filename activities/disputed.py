"""Payments that the card network disputes become chargebacks, each once, whoever announced it."""

import asyncio
from datetime import UTC, datetime, timedelta

import stripe
import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio.service import RPCError

from activities.chargebacks import opened
from activities.processor import Processor
from activities.sweeper import Doors, Patience
from domain.calendar import Calendar
from domain.cases import Chargeback, Deposit
from domain.money import show
from domain.outcome import CaseBrief, Said, StepRequest
from domain.policy import CaseTerms, Policy
from failpoints import here
from ledger import cases, chargebacks, ids, steps
from ledger.database import in_short, to_read
from ledger.journal import FloorBroken, ReferenceReused

log = structlog.get_logger()

PAUSE_S = 2.0
AGAIN_AFTER = timedelta(seconds=5)
BATCH = 20
ODD = (FloorBroken, ReferenceReused, AssertionError, TypeError, ValueError)
"""What is wrong with one dispute: it keeps no other waiting, and ends no worker."""


class Disputed:
    """Makes the case and takes its first step in one transaction, then starts its workflow.

    If it dies in between, the sweeper starts that. A dispute that is about nothing of ours, or
    about a payment that is not credited yet, is looked at again, less and less often.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        processor: Processor,
        doors: Doors,
        calendar: Calendar,
        policy: Policy,
    ) -> None:
        self._engine = engine
        self._processor = processor
        self._doors = doors
        self._calendar = calendar
        self._policy = policy
        self._tried = Patience[str](AGAIN_AFTER)

    async def run(self) -> None:
        """Look again and again until cancelled; what fails now is there the next time."""
        while self._processor.known:
            try:
                await self.once()
            except (stripe.StripeError, SQLAlchemyError, OSError, RPCError) as away:
                log.warning("disputed payments not read", error=type(away).__name__)
            await asyncio.sleep(PAUSE_S)

    async def once(self) -> int:
        """Make a chargeback of each dispute that has none; how many."""
        async with to_read(self._engine) as c:
            waiting = await chargebacks.unknown(c, BATCH, but=self._tried.resting())
        made = 0
        for dispute_id in waiting:
            self._tried.tried(dispute_id)
            try:
                made += await self._made(dispute_id)
            except ODD as error:
                why = in_short(error)
                log.error("a disputed payment fits no books", dispute=dispute_id, error=why)
        return made

    async def _made(self, dispute_id: str) -> bool:
        dispute = await self._processor.asked.disputes.retrieve_async(dispute_id)
        if (said := opened(dispute)) is None:
            return False
        try:
            async with self._engine.begin() as c:
                case = await self._begun(c, dispute, said)
                here("chargeback.written", case.client if case else dispute_id)
        except IntegrityError:
            # Another worker was faster.
            return False
        if case is None:
            log.error("a disputed payment is none of ours, or not yet", dispute=dispute_id)
            return False
        here("chargeback.committed", case.id, case.client)
        await self._doors.start(case, again=True)
        return True

    async def _begun(
        self, c: AsyncConnection, dispute: stripe.Dispute, said: Said
    ) -> CaseBrief | None:
        """The case after its first step; None when no deposit was credited for the payment."""
        payment = str(dispute.payment_intent)
        row = await chargebacks.deposit_of(c, payment)
        if row is None:
            return None
        deposit, now = cases.as_case(row), datetime.now(UTC)
        assert isinstance(deposit, Deposit), "the row is a deposit's"
        one = Chargeback.model_validate({
            "id": ids.fresh("chargeback"),
            "terms": CaseTerms(policy=self._policy, currency=deposit.terms.currency),
            "client": deposit.client,
            "deposit": deposit.id,
            "dispute": dispute.id,
            "payment": payment,
            **dict.fromkeys(("opened_at", "last_event_at", "since"), now),
        })  # fmt: skip
        await cases.draft(c, one)
        title = f"Chargeback of {show(dispute.amount)} {deposit.terms.currency}"
        await cases.describe(c, one.id, title, "")
        request = StepRequest(case_id=one.id, version=0, at=now, said=said)
        return (await steps.take(c, request, self._calendar)).outcome.case
