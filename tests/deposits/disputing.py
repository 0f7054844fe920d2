"""A client whose bank takes a payment back: what the network does, and what Stripe announces."""

from datetime import datetime, timedelta
from typing import Any

import stripe
from sqlalchemy import text

from domain import commands as c
from tests.deposits.paying import Paying
from tests.life import Life, eventually, goes_on
from tests.outside import compared

PAYMENT = text("select data ->> 'payment' from cases where id = :id")
BALANCE = text(
    "select coalesce(sum(balance_minor), 0) from account where owner = :who and kind = :kind"
)


class Disputing:
    """One deposit that was credited, and the dispute over it."""

    def __init__(self, paying: Paying, payment: str) -> None:
        self.paying, self.world, self.stand = paying, paying.world, paying.stand
        self.client, self.payment = paying.client, payment
        self.dispute = ""

    @classmethod
    async def begun(cls, paying: Paying, minor: int = 100_00, **more: str) -> "Disputing":
        """A deposit by card is in the wallet."""
        deposit = await paying.begun(minor, **more)
        await paying.pays(deposit)
        await paying.hears(paying.events(deposit))
        await paying.stands(deposit, "credited")
        async with paying.world.engine.connect() as books:
            return cls(paying, str(await books.scalar(PAYMENT, {"id": deposit["id"]})))

    async def works(self, price: int) -> Life:
        """A job of this client that is paid from it, in progress."""
        life = await Life.begin(self.world, price=price, wallet=0)
        life.client = self.client
        return await life.in_progress()

    async def released(self, price: int) -> Life:
        """A job that was paid from it, delivered, and approved."""
        life = await self.works(price)
        await life.freelancer_does(c.Deliver)
        await life.client_does(c.Approve)
        return life

    def disputes(self, days: int = 14, **more: Any) -> None:
        """The client's bank takes the payment back."""
        charge = self.stand.stripe.v1.payment_intents.retrieve(self.payment).latest_charge
        made = self.stand.control("disputes", charge=str(charge), days=days, **more)
        self.dispute = made["id"]

    def decides(self, *, won: bool, **more: Any) -> None:
        """The network decides."""
        self.stand.control(f"disputes/{self.dispute}", won=won, **more)

    async def reverses(self) -> None:
        """The network decides otherwise after all, and announces it."""
        self.stand.control(f"disputes/{self.dispute}/reverse")
        await self.hears()

    def events(self) -> list[dict[str, Any]]:
        """What Stripe has announced of the dispute, the oldest first."""
        key = {"Authorization": "Bearer sk_test_standin"}
        asked = self.stand.http.get("/v1/events", params={"limit": 100}, headers=key)
        listed = asked.json()["data"]
        return [one for one in listed if one["data"]["object"]["id"] == self.dispute][::-1]

    async def hears(self) -> None:
        """Stripe announces all of it."""
        assert set(await self.paying.hears(self.events())) == {200}

    async def opened(self, days: int = 14) -> dict[str, Any]:
        """The payment is taken back, and we know."""
        self.disputes(days)
        await self.hears()
        return await self.stands("opened", "answering", "answered")

    async def decided(self, *states: str, won: bool, **more: Any) -> dict[str, Any]:
        """The network decides, and we know."""
        self.decides(won=won, **more)
        await self.hears()
        return await self.stands(*states)

    async def stands(self, *states: str) -> dict[str, Any]:
        """The client's one chargeback, once it is in one of these states."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = (await self.client.get("/v1/chargebacks")).json()["items"]
            return [one["state"] in states for one in found] == [True]

        await eventually(there)
        shown = await self.client.get(f"/v1/chargebacks/{found[0]['id']}")
        return dict(shown.json())

    async def until(self, shown: dict[str, Any], moment: datetime) -> None:
        """The chargeback's own time moves to a moment."""
        now = datetime.now(moment.tzinfo)
        await self.passes(shown, moment - now)

    async def passes(self, shown: dict[str, Any], by: timedelta) -> None:
        """The time of this chargeback's workflow moves."""
        await goes_on(self.world, f"chargeback/{shown['id']}", by)

    async def balance(self, kind: str, who: str | None = None) -> int:
        """What stands on an account of the client's, or of somebody's."""
        async with self.world.engine.connect() as books:
            asked = {"who": who or self.client.id, "kind": kind}
            return int(await books.scalar(BALANCE, asked) or 0)

    async def agrees(self) -> bool:
        """Whether Stripe's lines of the payment and its dispute are ours, to the cent."""
        lines = {f"{self.dispute}/dispute", f"{self.dispute}/dispute_reversal"}
        return not {self.payment, *lines} & set(await compared(self.world))

    def at_stripe(self) -> stripe.Dispute:
        """The dispute as Stripe has it."""
        return self.stand.stripe.v1.disputes.retrieve(self.dispute)
