"""A client who wants unspent credits back, and the house that decides on it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpx import Response

from tests.api.people import Person
from tests.deposits.paying import CARD, Paying
from tests.deposits.remitting import sum_of
from tests.fakestripe.stand import Stand
from tests.life import goes_on
from tests.world import World

STRIPE = {"Authorization": "Bearer sk_test_standin"}


@dataclass
class Refunding:
    """One client, and what they paid in by card."""

    paying: Paying

    @property
    def world(self) -> World:
        """The running product."""
        return self.paying.world

    @property
    def stand(self) -> Stand:
        """Stripe's."""
        return self.paying.stand

    @property
    def client(self) -> Person:
        """Whose money it is."""
        return self.paying.client

    @property
    def staff(self) -> Person:
        """Who decides."""
        return self.world.house.staff

    async def paid_in(self, minor: int = 100_00, method: str = "card", card: str = CARD) -> Any:
        """A deposit that is in the wallet."""
        deposit = await self.paying.begun(minor, method)
        await self.paying.pays(deposit, card)
        await self.paying.hears(self.paying.events(deposit))
        return await self.paying.stands(deposit, "credited")

    async def asks(self, deposit: Any, minor: int = 60_00, key: str | None = None) -> Response:
        """The client wants so much of it back."""
        path = f"/v1/deposits/{deposit['id']}/refund-to-source"
        return await self.client.post(
            path, {"amount": sum_of(minor)}, **{"key": key} if key else {}
        )

    async def requested(self, deposit: Any, minor: int = 60_00) -> dict[str, Any]:
        """And staff are asked."""
        answer = await self.asks(deposit, minor)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        assert shown["state"] == "requested"
        return shown

    async def approved(self, refund: Any, by: Person | None = None) -> dict[str, Any]:
        """Staff have it sent."""
        answer = await (by or self.staff).post(f"/v1/staff/refunds/{refund['id']}/approve")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def stands(self, refund: Any, *states: str) -> dict[str, Any]:
        """The refund once it is in one of these states."""
        for _ in range(300):
            shown: dict[str, Any] = (await self.client.get(f"/v1/refunds/{refund['id']}")).json()
            if shown["state"] in states:
                return shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"{shown['state']}, not {states}")

    async def hears(self, refund: Any) -> list[int]:
        """Stripe announces what it has of this refund."""
        return await self.paying.hears(self.paying.events(refund))

    def there(self, refund: Any) -> list[Any]:
        """What Stripe has made of it."""
        made = self.stand.stripe.v1.refunds.list({"limit": 100}).data
        about = ((one, one.metadata.to_dict() if one.metadata else {}) for one in made)
        return [one for one, said in about if said.get("case") == refund["id"]]

    async def credits(self) -> int:
        """What the client can spend, in minor units."""
        shown = (await self.client.get("/v1/me/wallet")).json()
        return int(shown["credits"]["amount_minor"])

    async def goes_on(self, refund: Any, by: timedelta) -> None:
        """The time of this refund's workflow moves."""
        await goes_on(self.world, f"refund/{refund['id']}", by)
