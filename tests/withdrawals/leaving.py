"""A freelancer who is paid: what they ask for, how accounting runs it, what the bank says."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from httpx import Response
from sqlalchemy import text

from domain.paydays import Paydays
from ledger.calendars import banking_calendar
from tests.api.people import Person
from tests.api.tax import FORM, signing
from tests.life import goes_on
from tests.world import World

US_BANK = {"routing_number": "021000021", "account_number": "000123456789"}
IBAN = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
PAYER = {"name": "PeerOK Inc", "account": {"routing_number": "121000248", "account_number": "98"}}
PAYOUT_KEYS, TAX_KEYS = f"p1:{'3c' * 32}", f"k1:{'7a' * 32}"
PUT = "/v1/me/payout-method"
FALLS_DUE = """
    update cases set data = jsonb_set(data, '{payment_date}', to_jsonb(cast(:run as text)))
     where id = any(:ids)
"""


def _dates() -> Iterator[date]:
    """Payment dates whose cut-off is over, each for one test."""
    for month in range(36):
        yield from Paydays().dates(2023 + month // 12, month % 12 + 1, banking_calendar())


DATES = _dates()


@dataclass
class Leaving:
    """One freelancer, one withdrawal after the other."""

    world: World
    person: Person

    async def ready(self, **method: Any) -> "Leaving":
        """With a tax form, and somewhere to be paid."""
        signed = await self.person.post(FORM, signing())
        assert signed.status_code == 201, signed.text
        put = await self.is_paid_at(**method or {"us_bank": US_BANK})
        assert put.status_code == 200, put.text
        return self

    async def is_paid_at(self, **method: Any) -> Response:
        """Where they want to be paid from now on."""
        return await self.person.put(PUT, {"holder": "Ana Nín"} | method)

    async def asks(self, minor: int = 100_00, fee: int = 1_00, **more: Any) -> Response:
        """They want earnings paid out."""
        sums = {"amount": usd(minor), "fee": usd(fee)}
        return await self.person.post("/v1/withdrawals", sums, **more)

    async def requested(self, minor: int = 100_00, fee: int = 1_00) -> dict[str, Any]:
        """A withdrawal that waits for its payment date."""
        answer = await self.asks(minor, fee)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        assert shown["state"] == "requested"
        return shown

    async def stands(self, withdrawal: dict[str, Any], *states: str) -> dict[str, Any]:
        """The withdrawal once it is in one of these states."""
        for _ in range(300):
            shown: dict[str, Any] = await self.shown(withdrawal)
            if shown["state"] in states:
                return shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"{shown['state']}, not {states}")

    async def shown(self, withdrawal: dict[str, Any]) -> dict[str, Any]:
        """The withdrawal as its owner sees it."""
        answer = await self.person.get(f"/v1/withdrawals/{withdrawal['id']}")
        shown: dict[str, Any] = answer.json()
        return shown

    async def earnings(self) -> int:
        """What is in the wallet, in minor units."""
        shown = (await self.person.get("/v1/me/wallet")).json()
        return int(shown["earnings"]["amount_minor"])

    async def goes_on(self, withdrawal: dict[str, Any], by: timedelta) -> None:
        """The time of this withdrawal's workflow moves."""
        await goes_on(self.world, f"withdrawal/{withdrawal['id']}", by)

    async def sent(self, minor: int = 100_00, fee: int = 1_00) -> tuple[dict[str, Any], "Run"]:
        """A withdrawal whose payment run was approved."""
        withdrawal = await self.requested(minor, fee)
        run = await falls_due(self.world, withdrawal)
        assert (await run.approved()).json()["approved"]
        return await self.stands(withdrawal, "sent"), run


@dataclass
class Run:
    """One payment run, as accounting see it."""

    world: World
    on: date

    @property
    def path(self) -> str:
        return f"/v1/staff/payment-runs/{self.on}"

    async def shown(self, who: Person | None = None) -> dict[str, Any]:
        """What waits for this date."""
        answer = await (who or self.world.house.accountants[0]).get(self.path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def approved(self, who: Person | None = None, **seen: Any) -> Response:
        """Somebody of accounting approves what they see."""
        who = who or self.world.house.accountants[0]
        shown = await self.shown()
        body = {name: shown[name] for name in ("count", "total")} | seen
        return await who.post(f"{self.path}/approve", body)

    async def answered(self, who: Person | None = None, **answers: Any) -> Response:
        """Somebody of accounting says what the bank did."""
        who = who or self.world.house.accountants[0]
        return await who.post(f"{self.path}/confirm", answers)

    async def file(self, kind: str = "xml") -> Response:
        """What the bank gets."""
        return await self.world.house.accountants[1].get(f"{self.path}/bank-file", format=kind)


async def falls_due(world: World, *withdrawals: dict[str, Any]) -> Run:
    """The payment date of these has come: one that no other test has."""
    run = Run(world, next(DATES))
    ids = [one["id"] for one in withdrawals]
    async with world.engine.begin() as c:
        await c.execute(text(FALLS_DUE), {"run": run.on.isoformat(), "ids": ids})
    return run


@contextmanager
def instead(world: World, name: str, value: object) -> Iterator[None]:
    """The API has this instead of what it was started with, inside the block."""
    kept = getattr(world.app.state, name)
    setattr(world.app.state, name, value)
    try:
        yield
    finally:
        setattr(world.app.state, name, kept)


def usd(minor: int) -> dict[str, Any]:
    """A sum as it is sent."""
    return {"amount_minor": minor, "currency": "USD"}


def paying_out() -> dict[str, Any]:
    """The settings of a product that pays people out, at once to new bank details."""
    return {
        "payout_keys": PAYOUT_KEYS,
        "tax_keys": TAX_KEYS,
        "payer": PAYER,
        "policy": {"payout_cool_down": "PT0S"},
    }
