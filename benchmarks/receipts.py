"""A staff receipt to the ledger, without a workflow, against a bare route with one insert."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import bare_api, parties
from benchmarks.edges import Edge
from benchmarks.figures import Figure
from benchmarks.ground import Ground
from benchmarks.load import Act, Lines
from benchmarks.parties import Party
from ledger import ids
from ledger.tables import receipt

DATABASE, CLIENTS = "receipts", 200
MANY = 5
"""Requests for each decision that `decisions` measures: these are that much shorter."""
NOWHERE = "127.0.0.1:1"
"""A Temporal server that nobody needs here."""


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Confirmations that credit a wallet at once."""
    async with ground.database(DATABASE) as engine:
        clients = await parties.made(engine, CLIENTS)
        staff = await parties.made(engine, 2, roles=["accounting"])
        ground.postgres.sql(
            f"{bare_api.TABLE}; grant all on bare_receipt to peerok_app", database=DATABASE
        )
        bare = {bare_api.DATABASE: ground.postgres.url(DATABASE)}
        with (
            ground.served("api", "api.main:create", ground.variables(DATABASE, NOWHERE)) as port,
            ground.served("bare_api", "benchmarks.bare_api:create", bare) as bare_port,
        ):
            ours, theirs = Lines(port), Lines(bare_port)
            edge = Edge(
                "receipts",
                _Ours(engine, ours, clients, staff),
                Bare(theirs),
                throughput=0.5,
                settled=_nothing_is_put_off,
            )
            figures = await edge.figures(ground.sizes.rounds, MANY * ground.sizes.decisions)
            await ours.close()
            await theirs.close()
    for figure in figures:
        yield figure


async def _nothing_is_put_off() -> None:
    """No worker runs here, so that nothing waits for it."""


class _Ours:
    """Receipts that one accountant has recorded, confirmed by the other over HTTP."""

    def __init__(
        self, engine: AsyncEngine, lines: Lines, clients: Sequence[Party], staff: Sequence[Party]
    ) -> None:
        self._engine, self._lines, self._clients, self._staff = engine, lines, clients, staff

    async def __call__(self, number: int) -> Act:
        rows = [self._recorded(self._clients[n % len(self._clients)]) for n in range(number)]
        async with self._engine.begin() as c:
            await c.execute(insert(receipt), rows)
        by = self._staff[1].authorization

        async def confirm(n: int) -> object:
            path = f"/v1/staff/receipts/{rows[n]['id']}/confirm"
            keyed = [by, f"Idempotency-Key: {uuid4().hex}"]
            return await self._lines.send("POST", path, b"", keyed)

        return confirm

    def _recorded(self, client: Party) -> dict[str, Any]:
        return {
            "id": ids.fresh("receipt"),
            "client_id": client.id,
            "recorded_by": self._staff[0].id,
            "method": "bank_transfer",
            "amount_minor": 100_00,
            "currency": "USD",
            "bank_reference": uuid4().hex,
            "received_on": datetime.now(UTC).date(),
        }


class Bare:
    """The bare route."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._numbers = lines, count()

    async def __call__(self, number: int) -> Act:
        async def insert_one(_: int) -> object:
            arrived = {"client": "Ana", "amount_minor": 100_00, "bank_reference": uuid4().hex}
            return await self._lines.send("POST", "/receipts", json.dumps(arrived).encode())

        return insert_one
