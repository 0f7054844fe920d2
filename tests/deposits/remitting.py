"""A client who sends money by hand, and accountants who see it at the bank."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from httpx import Response

from tests.api.people import Person
from tests.life import goes_on
from tests.world import World


@dataclass
class Remitting:
    """One client, one deposit after the other, and two accountants."""

    world: World
    client: Person

    @property
    def ada(self) -> Person:
        """Who sees money first."""
        return self.world.house.accountants[0]

    @property
    def bob(self) -> Person:
        """Who sees it too."""
        return self.world.house.accountants[1]

    async def asks(
        self, minor: int = 100_00, method: str = "bank_transfer", **more: Any
    ) -> Response:
        """The client says what is on its way."""
        body = {"amount": sum_of(minor), "method": method, **more}
        return await self.client.post("/v1/deposits", body)

    async def announced(
        self, minor: int = 100_00, method: str = "bank_transfer", **more: Any
    ) -> dict[str, Any]:
        """A deposit whose money is on its way."""
        answer = await self.asks(minor, method, **more)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        assert shown["state"] == "announced"
        return shown

    async def says(self, who: Person, deposit: dict[str, Any], what: str, **body: Any) -> Response:
        """An accountant decides."""
        return await who.post(f"/v1/staff/deposits/{deposit['id']}/{what}", body)

    async def done(
        self, who: Person, deposit: dict[str, Any], what: str, **body: Any
    ) -> dict[str, Any]:
        """An accountant decides, and it is done."""
        answer = await self.says(who, deposit, what, **body)
        assert answer.status_code == 200, f"{what}: {answer.text}"
        shown: dict[str, Any] = answer.json()
        return shown

    async def received(self, deposit: dict[str, Any], minor: int = 100_00, **more: Any) -> Any:
        """Ada has seen it at the bank."""
        return await self.done(self.ada, deposit, "receive", **arrived(minor), **more)

    async def credited(
        self, minor: int = 100_00, method: str = "bank_transfer", **more: Any
    ) -> dict[str, Any]:
        """Bob has seen it too."""
        deposit = await self.announced(minor, method, **more)
        await self.received(deposit, minor)
        return await self.done(self.bob, deposit, "confirm", amount=sum_of(minor))

    async def suspended(self, minor: int = 100_00, method: str = "bank_transfer") -> dict[str, Any]:
        """Money came without a notice."""
        body = {"method": method, **arrived(minor)}
        answer = await self.ada.post("/v1/staff/deposits/suspense", body)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def stands(self, deposit: dict[str, Any], *states: str) -> dict[str, Any]:
        """The deposit, as accounting see it, once it is in one of these states."""
        for _ in range(200):
            shown: dict[str, Any] = (await self.ada.get(f"/v1/deposits/{deposit['id']}")).json()
            if shown["state"] in states:
                return shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"{shown['state']}, not {states}")

    async def wallet(self, whose: Person | None = None) -> dict[str, int]:
        """What somebody has, in minor units."""
        shown = (await (whose or self.client).get("/v1/me/wallet")).json()
        return {name: int(one["amount_minor"]) for name, one in shown.items()}

    async def passes(self, deposit: dict[str, Any], by: timedelta) -> None:
        """Time passes for this deposit, and whatever is due meanwhile is done."""
        await goes_on(self.world, f"remittance/{deposit['id']}", by)


def sum_of(minor: int) -> dict[str, Any]:
    """As amounts are sent."""
    return {"amount_minor": minor, "currency": "USD"}


def arrived(minor: int, reference: str | None = None) -> dict[str, Any]:
    """What the bank's papers say."""
    return {
        "amount": sum_of(minor),
        "bank_reference": reference or f"FED {uuid4().hex[:12]}",
        "received_on": "2026-01-02",
        "payer": "Cara Client",
    }
