"""People who deal with each other, and with all that stands around the product."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from local.actors import Actor
from local.deal import Deal, usd
from tests.chaos.accounting import Accounting
from tests.chaos.market import Way, bought_ready, offered_by_award, won_in_a_contest
from tests.chaos.outside import Outside

LOOK_EVERY_S = 1.0
T = TypeVar("T")


@dataclass
class Served(Deal):
    """A deal whose people also meet the processor, the bank and accounting."""

    outside: Outside = field(kw_only=True)
    accounting: Accounting = field(kw_only=True)
    way: Way = field(kw_only=True, default=Way.HIRE)
    """How the job comes about, where its story lets it."""

    async def offer(self, title: str, brief: str, price_minor: int, days: int = 7) -> None:
        """The client offers the job, on whichever way it comes about."""
        if self.way is not Way.PROJECT:
            await super().offer(title, brief, price_minor, days)
            return
        self.job_id = await offered_by_award(self, title, brief, price_minor, days)
        await self.look()

    async def has_work(self, price_minor: int) -> bool:
        """Whether there is work at once, because it was ready and the client has bought it."""
        if self.way is not Way.PURCHASE:
            return False
        self.job_id = await bought_ready(self, price_minor)
        await self.look()
        return True

    async def wins(self, price_minor: int) -> None:
        """The freelancer has won a prize, and is to hand over."""
        self.job_id = await won_in_a_contest(self, price_minor)
        await self.look()

    async def begins_deposit(self, minor: int, method: str) -> dict[str, Any]:
        """The client wants to pay in; the deposit once there is a page for it."""
        wanted = {"amount": usd(minor), "method": method}
        begun = await self.client.post("/v1/deposits", wanted)
        return await self._once(f"/v1/deposits/{begun['id']}", "checkout")

    async def deposit_is(self, deposit: dict[str, Any], state: str) -> None:
        """Until it stands so."""
        await self._once(f"/v1/deposits/{deposit['id']}", state)

    async def withdraws(self, minor: int) -> dict[str, Any]:
        """The freelancer wants earnings paid out, for the fee that is quoted."""
        quoted = await self.freelancer.get("/v1/withdrawals/quote", amount=minor)
        wanted = {"amount": usd(minor), "fee": quoted["fee"]}
        made: dict[str, Any] = await self.freelancer.post("/v1/withdrawals", wanted)
        return made

    async def withdrawal_is(self, withdrawal: dict[str, Any], *states: str) -> dict[str, Any]:
        """The withdrawal once it stands so."""
        path = f"/v1/withdrawals/{withdrawal['id']}"
        return await self._once(path, *states, of=self.freelancer)

    async def reaches_the_bank(self, withdrawal: dict[str, Any]) -> None:
        """Somebody pays it out, whoever does."""
        self.accounting.waits.append(withdrawal["id"])

        async def there() -> bool | None:
            return await self._with_the_bank(withdrawal) or None

        await seen(there)

    async def bank_says(self, withdrawal: dict[str, Any], what: str) -> None:
        """It is `paid`, or `failed`, or `returned`; who must hear of it does, somehow."""
        case_id, who = withdrawal["id"], self.freelancer.id
        if withdrawal["via"] == "stripe":
            payout = await self.outside.payout(who, case_id)
            assert payout is not None, "it was begun"
            await self.outside.ends(payout, who, "pay" if what == "paid" else "fail")
            return
        run = (await self.withdrawal_is(withdrawal, "sent", "paid", "closed"))["payment_date"]
        await self.accounting.answers(run, what, case_id)
        if what != "paid":
            self.outside.bank.sends_back(case_id)

    async def _with_the_bank(self, withdrawal: dict[str, Any]) -> bool:
        if withdrawal["via"] != "stripe":
            return self.outside.bank.has(withdrawal["id"])
        return await self.outside.payout(self.freelancer.id, withdrawal["id"]) is not None

    async def _once(self, path: str, *states: str, of: Actor | None = None) -> dict[str, Any]:
        async def so() -> dict[str, Any] | None:
            shown: dict[str, Any] = await (of or self.client).get(path)
            return shown if shown["state"] in states else None

        return await seen(so)


async def seen(look: Callable[[], Awaitable[T | None]]) -> T:
    """What is there, once something is."""
    while (found := await look()) is None:  # noqa: ASYNC110 # it is somebody else's event
        await asyncio.sleep(LOOK_EVERY_S)
    return found
