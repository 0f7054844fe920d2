"""Webhooks of the payment processor, accepted durably, against a bare route with one insert."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import bare_api, parties
from benchmarks.edges import Edge
from benchmarks.figures import Figure
from benchmarks.ground import TEMPORALS, Ground
from benchmarks.load import Act, Lines
from benchmarks.receipts import MANY, Bare
from domain.carriers import Checkout
from domain.cases import Deposit, DepositState
from domain.ids import CaseId, UserId
from domain.policy import CaseTerms, Policy
from ledger import cases, ids

DATABASE, CLIENTS, SECRET = "webhooks", 200, "whsec_bench"
KINDS = (
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "charge.updated",
    "checkout.session.completed",
)
"""What one payment makes Stripe announce; of these the last is told to its deposit's workflow."""
UNTOLD = "select count(*) from tell where told_at is null"


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Announcements of open deposits, each signed, each new."""
    async with ground.database(DATABASE) as engine:
        with TEMPORALS["dev_memory"](ground) as address:
            deposits = await _deposits(engine)
            ground.postgres.sql(
                f"{bare_api.TABLE}; grant all on bare_receipt to peerok_app", database=DATABASE
            )
            ours = ground.variables(DATABASE, address) | {"PEEROK_STRIPE_WEBHOOK_SECRETS": SECRET}
            bare = {bare_api.DATABASE: ground.postgres.url(DATABASE)}
            with (
                ground.served("api", "api.main:create", ours) as port,
                ground.served("bare_api", "benchmarks.bare_api:create", bare) as bare_port,
            ):
                lines, theirs = Lines(port), Lines(bare_port)
                settled = partial(_told, engine)
                sides = _Ours(lines, deposits), Bare(theirs)
                edge = Edge("webhooks", *sides, throughput=0.7, settled=settled, slower=None)
                figures = await edge.figures(ground.sizes.rounds, MANY * ground.sizes.decisions)
                await lines.close()
                await theirs.close()
    for figure in figures:
        yield figure


async def _deposits(engine: AsyncEngine) -> list[str]:
    """Deposits that can be paid; whoever is told of them finds no workflow, as it may be."""
    clients = await parties.made(engine, CLIENTS)
    now = datetime.now(UTC)
    made = [
        Deposit(
            id=CaseId(ids.fresh("deposit")),
            state=DepositState.CHECKOUT,
            version=2,
            terms=CaseTerms(policy=Policy()),
            client=UserId(client.id),
            method=Checkout.CARD,
            asked_minor=100_00,
            opened_at=now,
            last_event_at=now,
            since=now,
        )
        for client in clients
    ]
    async with engine.begin() as c:
        for deposit in made:
            await cases.draft(c, deposit)
    return [deposit.id for deposit in made]


async def _told(engine: AsyncEngine) -> None:
    """Everybody who was to be told was told: that follows the answer."""
    async with engine.connect() as c, asyncio.timeout(30):
        while await c.scalar(text(UNTOLD)):  # noqa: ASYNC110 - the API ends it
            await asyncio.sleep(0.05)


class _Ours:
    """The product's route."""

    def __init__(self, lines: Lines, deposits: Sequence[str]) -> None:
        self._lines, self._deposits, self._numbers = lines, deposits, count()

    async def __call__(self, number: int) -> Act:
        """Signed now, as each is by Stripe when it is sent."""
        bodies = [json.dumps(self._announced()).encode() for _ in range(number)]
        at = int(time.time())
        signed = [f"Stripe-Signature: t={at},v1={_digest(at, body)}" for body in bodies]

        async def send(n: int) -> object:
            return await self._lines.send("POST", "/v1/webhooks/stripe", bodies[n], [signed[n]])

        return send

    def _announced(self) -> dict[str, Any]:
        number = next(self._numbers)
        deposit = self._deposits[number // len(KINDS) % len(self._deposits)]
        about = {"id": f"cs_test_{uuid4().hex}", "metadata": {"case": deposit}, "amount": 100_00}
        return {
            "id": f"evt_{uuid4().hex}",
            "type": KINDS[number % len(KINDS)],
            "created": int(time.time()),
            "data": {"object": about},
        }


def _digest(at: int, body: bytes) -> str:
    return hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
