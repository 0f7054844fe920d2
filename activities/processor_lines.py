"""What Stripe booked on our account: listed since the last time, and each line kept once.

What of it only these lines tell, the payouts to our own bank account, is booked at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine
from stripe.params import BalanceTransactionListParams

from activities.own_payouts import OwnPayouts
from activities.processor import Processor
from domain.difference import Source
from ledger import outside
from ledger.database import to_read
from ledger.outside import OutsideLine

OVERLAP = timedelta(days=3)
"""So far back it is listed again: clocks differ, and a line may be listed late."""
PAGE = 100
BY_THEIR_SOURCE = frozenset({"refund", "payment_refund", "refund_failure", "transfer", "payout"})
"""Kinds of lines that our entries call by their source; what fails later has a line of each way."""


class ProcessorLines:
    """Fetches; of what Stripe says of a line, ids, sums and times are kept."""

    def __init__(self, engine: AsyncEngine, processor: Processor) -> None:
        self._engine = engine
        self._processor = processor

    async def fetch(self) -> int | None:
        """Keep what is new; how many lines. None: this process has no key to ask with."""
        if not self._processor.known:
            return None
        async with to_read(self._engine) as c:
            before = await outside.complete_to(c, Source.STRIPE)
        begun, new = datetime.now(UTC), 0
        wanted: BalanceTransactionListParams = {"limit": PAGE, "expand": ["data.source"]}
        if before is not None:
            wanted["created"] = {"gte": int((before - OVERLAP).timestamp())}
        listed = await self._processor.asked.balance_transactions.list_async(wanted)
        some: list[OutsideLine] = []
        async for one in listed.auto_paging_iter():
            some.append(line(one))
            if len(some) == outside.BATCH:
                new += await self._keep(some)
                some = []
        new += await self._keep(some)
        # Only now: what is listed newest first is complete when all of it was listed.
        async with self._engine.begin() as c:
            await outside.is_complete(c, Source.STRIPE, begun)
        await OwnPayouts(self._engine, self._processor).book()
        return new

    async def _keep(self, lines: list[OutsideLine]) -> int:
        async with self._engine.begin() as c:
            return await outside.keep(c, lines)


def line(one: stripe.BalanceTransaction) -> OutsideLine:
    """A balance transaction whose source was asked for too, as it is kept."""
    source: dict[str, Any] = one.to_dict()["source"] or {}
    about = str(source.get("id") or one.id)
    return OutsideLine(
        source=Source.STRIPE,
        account="",
        id=one.id,
        key=_key(one, about, source),
        kind=one.type,
        amount_minor=one.amount,
        fee_minor=one.fee,
        currency=one.currency.upper(),
        booked_at=datetime.fromtimestamp(one.created, UTC),
    )


def _key(one: stripe.BalanceTransaction, about: str, source: dict[str, Any]) -> str:
    """What our entries call it: payments by their intent, payouts by the transfer for them."""
    if one.type in ("charge", "payment"):
        return str(source.get("payment_intent") or about)
    if one.type == "transfer_refund":
        return str(source.get("transfer") or about)
    if one.type in BY_THEIR_SOURCE:
        return about
    # A dispute has a line when the money goes and another when it comes back.
    return f"{about}/{one.reporting_category}"
