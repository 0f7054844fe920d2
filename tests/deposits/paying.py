"""A client who pays in: what they ask for, what they do on the page, what Stripe announces."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from httpx import Response
from temporalio.client import WorkflowHandle

from tests.api.people import Person
from tests.fakestripe.stand import Stand
from tests.life import eventually, goes_on, rests
from tests.world import World

SECRET = "whsec_now"
CARD, DECLINED = "4242424242424242", "4000000000000002"
OVER = ("credited", "expired", "failed")


@dataclass
class Paying:
    """One client, one deposit after the other."""

    world: World
    stand: Stand
    client: Person

    async def asks(self, minor: int = 100_00, method: str = "card", **more: str) -> Response:
        """The client wants to pay in."""
        body = {"amount": {"amount_minor": minor, "currency": "USD"}, "method": method}
        body |= more
        return await self.client.post("/v1/deposits", body)

    async def begun(self, minor: int = 100_00, method: str = "card", **more: str) -> dict[str, Any]:
        """A deposit whose page is open; Stripe was asked about it for now."""
        answer = await self.asks(minor, method, **more)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        assert shown["state"] == "checkout" and shown["checkout_url"]
        # Else the first question would hear of what the client does next.
        await eventually(lambda: rests(self.workflow(shown)))
        return shown

    def workflow(self, deposit: dict[str, Any]) -> WorkflowHandle[Any, Any]:
        """The workflow of a deposit."""
        return self.world.temporal.get_workflow_handle(f"deposit/{deposit['id']}")

    async def pays(self, deposit: dict[str, Any], card: str = CARD) -> httpx.Response:
        """The client fills in the page and sends it."""
        form = {
            "method": deposit["method"],
            "email": "ada@example.com",
            "number": card,
            "expiry": "12 / 34",
            "cvc": "123",
        }
        url = deposit["checkout_url"]
        answer = await asyncio.to_thread(self.stand.http.post, url, data=form)
        if deposit["method"] == "card":
            return answer
        authorised = {**form, "choice": "authorise"}
        return await asyncio.to_thread(self.stand.http.post, f"{url}/authorise", data=authorised)

    def events(self, deposit: dict[str, Any]) -> list[dict[str, Any]]:
        """What Stripe has announced of this deposit, the oldest first."""
        listed = self.stand.http.get(
            "/v1/events", params={"limit": 100}, headers={"Authorization": "Bearer sk_test_standin"}
        ).json()["data"]
        about = [
            one
            for one in listed
            if (one["data"]["object"].get("metadata") or {}).get("case") == deposit["id"]
        ]
        return about[::-1]

    async def hears(
        self, events: Iterable[object], secret: str = SECRET, age_s: int = 0
    ) -> list[int]:
        """Stripe announces these to us; how each is answered."""
        codes = []
        for event in events:
            body = json.dumps(event).encode()
            signature = signed(body, secret, int(time.time()) - age_s)
            answer = await self.world.http.post(
                "/v1/webhooks/stripe", content=body, headers={"Stripe-Signature": signature}
            )
            codes.append(answer.status_code)
        return codes

    async def stands(self, deposit: dict[str, Any], *states: str) -> dict[str, Any]:
        """The deposit once it is in one of these states."""
        for _ in range(200):
            shown: dict[str, Any] = (await self.client.get(f"/v1/deposits/{deposit['id']}")).json()
            if shown["state"] in states:
                return shown
            await asyncio.sleep(0.1)
        raise AssertionError(f"{shown['state']}, not {states}")

    async def wallet(self) -> int:
        """What the client has, in minor units."""
        shown = (await self.client.get("/v1/me/wallet")).json()
        return int(shown["total"]["amount_minor"])

    async def goes_on(self, deposit: dict[str, Any], by: timedelta) -> None:
        """The time of this deposit's workflow moves."""
        await goes_on(self.world, f"deposit/{deposit['id']}", by)


def signed(body: bytes, secret: str, at: int) -> str:
    """The header with which Stripe says that it sent exactly this, then."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def reaching(stand: Stand) -> dict[str, Any]:
    """The settings of a product that reaches Stripe where this stand-in is."""
    return {
        "stripe_url": stand.url,
        "stripe_key": "sk_test_standin",
        "stripe_webhook_secrets": ("whsec_before", SECRET),
        "processor_pause": timedelta(hours=1),
    }
