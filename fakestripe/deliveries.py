"""Webhooks are carried out in the background, again and again until somebody takes them."""

import asyncio
import json
import time
from typing import Any

import httpx

from fakestripe import due
from fakestripe.errors import Body
from fakestripe.events import CHAOS
from fakestripe.show import shown
from fakestripe.store import Store
from fakestripe.webhooks import signature

AT_ONCE = 16
PAUSE = 0.05
PATIENCE = 10.0


class Postman:
    """Brings what is due, and lets the clock's own work be done."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Work until cancelled."""
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            while True:
                if not await self.round(client):
                    await asyncio.sleep(PAUSE)

    async def round(self, client: httpx.AsyncClient) -> int:
        """One round: how many were tried."""
        parcels = self._waiting()
        answers = await asyncio.gather(*(self._bring(client, parcel) for parcel in parcels))
        if parcels:
            self._note(parcels, answers)
        return len(parcels)

    def _waiting(self) -> list[dict[str, Any]]:
        with self._store.transaction() as tx:
            due.run(tx)
            sql = (
                "SELECT d.seq, d.attempts, e.body, w.body FROM delivery d "
                "JOIN object e ON e.id = d.event JOIN object w ON w.id = d.endpoint "
                "WHERE d.state = 'waiting' AND d.due <= ? ORDER BY d.due, d.seq LIMIT ?"
            )
            found = tx.connection.execute(sql, (time.time(), AT_ONCE)).fetchall()
            return [
                {"seq": seq, "attempts": n, "payload": _payload(shown(tx, json.loads(event))),
                 "endpoint": json.loads(endpoint)}
                for seq, n, event, endpoint in found
            ]  # fmt: skip

    async def _bring(self, client: httpx.AsyncClient, parcel: dict[str, Any]) -> str:
        endpoint, payload = parcel["endpoint"], parcel["payload"]
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(endpoint["_secret"], payload, int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = await client.post(endpoint["url"], content=payload, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as lost:
            return type(lost).__name__
        return str(answer.status_code)

    def _note(self, parcels: list[dict[str, Any]], answers: list[str]) -> None:
        with self._store.transaction() as tx:
            waits = (CHAOS | tx.setting("webhooks", {}))["retry_after"]
            for parcel, answer in zip(parcels, answers, strict=True):
                tries, again = parcel["attempts"], 0.0
                state = "delivered" if answer.startswith("2") else "failed"
                if state == "failed" and tries < len(waits):
                    state, again = "waiting", waits[tries]
                tx.connection.execute(
                    "UPDATE delivery SET state = ?, attempts = ?, answer = ?, due = ? "
                    "WHERE seq = ?",
                    (state, tries + 1, answer, time.time() + again, parcel["seq"]),
                )


def _payload(event: Body) -> bytes:
    return json.dumps(event, indent=2).encode()
