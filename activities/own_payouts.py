"""What Stripe pays to our own bank account: booked when it says so, and back when it fails."""

from datetime import UTC, datetime

import stripe
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.processor import Processor
from ledger import own_payouts
from ledger.database import to_read
from ledger.own_payouts import OwnPayout


class OwnPayouts:
    """Books lines that were kept; whoever dies before has them booked the next time."""

    def __init__(self, engine: AsyncEngine, processor: Processor) -> None:
        self._engine = engine
        self._processor = processor

    async def book(self) -> int:
        """Book what the book does not have, and learn what the bank calls it; how many lines."""
        async with to_read(self._engine) as c:
            asked = {*await own_payouts.nameless(c)}
            asked |= {line.payout_id for line in await own_payouts.unbooked(c)}
        for payout_id in sorted(asked):
            told = _told(await self._processor.asked.payouts.retrieve_async(payout_id))
            async with self._engine.begin() as c:
                await own_payouts.know(c, told)
        booked = 0
        while new := sum([await self._booked(key) for key in await self._keys()]):
            booked += new
        return booked

    async def _keys(self) -> list[str]:
        """A payout that failed is among them once it was booked itself."""
        async with to_read(self._engine) as c:
            return [line.key for line in await own_payouts.unbooked(c)]

    async def _booked(self, key: str) -> bool:
        async with self._engine.begin() as c:
            return await own_payouts.book(c, key)


def _told(one: stripe.Payout) -> OwnPayout:
    """Stripe calls what the bank calls it a trace id, and knows it days after the bank does."""
    trace = one.trace_id
    return OwnPayout(
        id=one.id,
        arrives_on=datetime.fromtimestamp(one.arrival_date, UTC).date(),
        bank_reference=trace.value if trace is not None and trace.status == "supported" else None,
    )
