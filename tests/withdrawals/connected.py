"""A freelancer who is paid by Stripe, and what Stripe has done for them."""

import asyncio
from typing import Any, Self

import stripe
from sqlalchemy import text

from tests.deposits.paying import Paying
from tests.fakestripe.stand import Stand
from tests.withdrawals.leaving import Leaving

DAY_S = 24 * 3600
INSTANTLY_AVAILABLE = "4000000000000077"
CLOSED = "000111111113"
KNOWN = text("select data->>:name from cases where id = :id")


class Connected(Leaving):
    """A freelancer who is paid at a connected account."""

    def __init__(self, leaving: Leaving, stand: Stand, account: str) -> None:
        super().__init__(leaving.world, leaving.person)
        self.stand, self.account = stand, account

    @classmethod
    async def paid_by(cls, stand: Stand, leaving: Leaving) -> Self:
        """They have a connected account, and there is money enough at Stripe to pay them."""
        stand.charge(200_00, INSTANTLY_AVAILABLE)
        account = stand.account().id
        assert (await leaving.is_paid_at(stripe={"account": account})).status_code == 200
        return cls(leaving, stand, account)

    @property
    def transfers(self) -> list[stripe.Transfer]:
        """Everything that was moved to their account."""
        return self.stand.stripe.v1.transfers.list({"destination": self.account}).data

    @property
    def payouts(self) -> list[stripe.Payout]:
        """Everything that was sent to their bank."""
        return self.stand.stripe.v1.payouts.list(options={"stripe_account": self.account}).data

    async def waits(self, withdrawal: dict[str, Any], name: str) -> None:
        """Until the books know of the effect."""
        for _ in range(200):
            if await self.known(withdrawal, name):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"nobody knows a {name}")

    async def known(self, withdrawal: dict[str, Any], name: str) -> str | None:
        """What the books call the transfer or the payout."""
        async with self.world.engine.connect() as c:
            found: str | None = await c.scalar(KNOWN, {"name": name, "id": withdrawal["id"]})
        return found

    async def hears(self, withdrawal: dict[str, Any]) -> None:
        """Stripe announces what happened to the payout, as Connect's webhooks do."""
        events = self.stand.stripe.v1.events.list(
            {"limit": 100}, {"stripe_account": self.account}
        ).data
        told = [one.to_dict() for one in events]
        about = [
            one
            for one in told
            if (one["data"]["object"].get("metadata") or {}).get("case") == withdrawal["id"]
        ]
        assert about, "something happened"
        client = Paying(self.world, self.stand, self.person)
        assert set(await client.hears(about[::-1])) == {200}
