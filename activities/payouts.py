"""Payouts by the processor: moved to the account of whoever is paid, then to their bank, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.processor import Processor, in_short
from domain.bank_details import ConnectedAccount
from domain.cases import Withdrawal
from domain.outcome import Answer, Said
from domain.withdrawal import PAY_OUT, READ_PAYOUT
from failpoints import here
from ledger import cases, payout_methods
from ledger.database import to_read
from ledger.sealed_values import SealingKeys

KEY_LASTS = timedelta(hours=20)
"""How long a key is relied on: Stripe may forget it after 24 hours."""
SETTLES_IN = timedelta(minutes=5)
"""After so long, what was asked with the key before is done, or never will be."""
OURS = frozenset({"balance_insufficient"})
"""Refusals that are no fault of whoever is paid: asked again."""
OURS_FOR = timedelta(minutes=15)
"""How long a transfer rests for which we have too little: a whole run may wait for money."""
GONE = ("failed", "canceled")
BACK = "transfer_reversed"
"""Why a sum is not paid out that was taken back, by us or by staff at Stripe."""


def _now() -> datetime:
    return datetime.now(UTC)


class Payouts:
    """Asks Stripe for one effect at a time; each is in the books before the next is asked for.

    Asked again it goes on where the books are. A key makes one effect of many tries; once it may
    be forgotten, what it did is looked for by what it is about before another is used.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        processor: Processor,
        keys: SealingKeys | None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._engine = engine
        self._processor = processor
        self._keys = keys
        self._now = now

    @activity.defn(name=PAY_OUT)
    async def pay_out(self, case_id: str) -> Answer:
        """Do what comes next of this payout, or see what became of it."""
        one = await self._withdrawal(case_id)
        with in_short():
            if one.transfer is None:
                return Answer(said=await self._moved(one, await self._account(one)))
            if one.payout is None:
                return Answer(said=await self._begun(one, await self._account(one)))
            return Answer(said=await self._became(one))

    @activity.defn(name=READ_PAYOUT)
    async def read_payout(self, case_id: str) -> Answer:
        """Whether a payout that was paid has come back."""
        one = await self._withdrawal(case_id)
        if one.payout is None:
            # Accounting have seen it paid in another way.
            return Answer()
        with in_short():
            payout = await self._payout(one)
            if payout.status not in GONE:
                return Answer()
            await self._take_back(one)
            return Answer(said=_said("payout_returned", payout))

    async def _moved(self, one: Withdrawal, account: str) -> Said:
        """The sum at the account of whoever is paid; a definite refusal has moved nothing."""
        tries = self._tries(one)
        transfer = await self._transfer_before(one) if tries else None
        here("payout.moving", one.id)
        try:
            transfer = transfer or await self._processor.asked.transfers.create_async(
                {
                    "amount": one.arrives_minor,
                    "currency": one.terms.currency.lower(),
                    "destination": account,
                    "transfer_group": one.id,
                    "metadata": {"case": one.id},
                },
                {"idempotency_key": f"{one.id}/transfer/{tries}"},
            )
        except (stripe.InvalidRequestError, stripe.PermissionError) as refusal:
            if refusal.code in OURS:
                kind = type(refusal).__name__
                why = f"Stripe: {refusal.code}"
                raise ApplicationError(why, type=kind, next_retry_delay=OURS_FOR) from None
            return _refused(refusal)
        here("payout.moved", one.id)
        return Said(command="transfer_made", body={"transfer": transfer.id}, key=transfer.id)

    async def _begun(self, one: Withdrawal, account: str) -> Said:
        """The payout from there to the bank; refused for good, the sum comes back first.

        What was taken back before the books knew is not paid out of what else is there.
        """
        tries, back = self._tries(one), (await self._transfer(one)).reversed
        payout = await self._payout_before(one, account) if tries or back else None
        if back and payout is None:
            return Said(command="payout_failed", body={"reason": BACK}, key="refused")
        here("payout.beginning", one.id)
        try:
            payout = payout or await self._processor.asked.payouts.create_async(
                {
                    "amount": one.arrives_minor,
                    "currency": one.terms.currency.lower(),
                    "metadata": {"case": one.id},
                },
                {"stripe_account": account, "idempotency_key": f"{one.id}/payout/{tries}"},
            )
        except (stripe.InvalidRequestError, stripe.PermissionError) as refusal:
            said = _refused(refusal)
            await self._take_back(one)
            return said
        here("payout.begun", one.id)
        return Said(command="payout_begun", body={"payout": payout.id}, key=payout.id)

    async def _became(self, one: Withdrawal) -> Said | None:
        payout = await self._payout(one)
        if payout.status == "paid":
            return Said(command="payout_paid", key=payout.id)
        if payout.status not in GONE:
            return None
        await self._take_back(one)
        return _said("payout_failed", payout)

    async def _take_back(self, one: Withdrawal) -> None:
        """The sum is ours again, unless it is already: the transfer itself says so."""
        transfer = await self._transfer(one)
        here("payout.reversing", one.id)
        if not transfer.reversed:
            await self._processor.asked.transfers.reversals.create_async(
                transfer.id,
                {"metadata": {"case": one.id}},
                {"idempotency_key": f"{one.id}/reversal/{self._tries(one)}"},
            )
        here("payout.reversed", one.id)

    def _tries(self, one: Withdrawal) -> int:
        """How many keys are too old by now; ApplicationError while the last may be at work."""
        tries, since = divmod(max(self._now() - one.since, timedelta(0)), KEY_LASTS)
        if tries and since < SETTLES_IN:
            raise ApplicationError("the last try may still be under way", type="TooEarly")
        return tries

    async def _transfer(self, one: Withdrawal) -> stripe.Transfer:
        assert one.transfer is not None, "the sum was moved"
        return await self._processor.asked.transfers.retrieve_async(one.transfer)

    async def _transfer_before(self, one: Withdrawal) -> stripe.Transfer | None:
        listed = await self._processor.asked.transfers.list_async({"transfer_group": one.id})
        return next(iter(listed.data), None)

    async def _payout_before(self, one: Withdrawal, account: str) -> stripe.Payout | None:
        listed = await self._processor.asked.payouts.list_async(
            {"limit": 100, "created": {"gte": int(one.opened_at.timestamp())}},
            {"stripe_account": account},
        )
        async for payout in listed.auto_paging_iter():
            if payout.metadata and payout.metadata.to_dict().get("case") == one.id:
                return payout
        return None

    async def _payout(self, one: Withdrawal) -> stripe.Payout:
        assert one.payout is not None, "a payout that is asked about was begun"
        account = await self._account(one)
        return await self._processor.asked.payouts.retrieve_async(
            one.payout, options={"stripe_account": account}
        )

    async def _withdrawal(self, case_id: str) -> Withdrawal:
        async with to_read(self._engine) as c:
            pair = await cases.read(c, case_id)
        assert pair is not None, f"{case_id} is not in the books"
        return cast(Withdrawal, pair.first)

    async def _account(self, one: Withdrawal) -> str:
        """Where the processor pays to; ApplicationError when this process has no keys."""
        if self._keys is None:
            raise ApplicationError("PEEROK_PAYOUT_KEYS is not set", type="NoKeys")
        async with to_read(self._engine) as c:
            details = await payout_methods.details(c, self._keys, one.method)
        assert isinstance(details.destination, ConnectedAccount), "the processor pays this one"
        return details.destination.account


def _refused(refusal: stripe.InvalidRequestError | stripe.PermissionError) -> Said:
    """That it is not paid, and why; what is no fault of theirs is raised again."""
    code = refusal.code or "refused"
    if code in OURS:
        raise refusal
    return Said(command="payout_failed", body={"reason": code[:64]}, key="refused")


def _said(command: str, payout: stripe.Payout) -> Said:
    why = payout.failure_code or str(payout.status)
    return Said(command=command, body={"reason": why[:64]}, key=payout.id)
