"""A payment run from its first look to the bank's file, against the bare SQL of its rows."""

import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import due, parties
from benchmarks.figures import Figure, at_most
from benchmarks.ground import TEMPORALS, Ground
from benchmarks.parties import Party
from benchmarks.rounds import in_turn
from domain.paydays import Paydays
from domain.withdrawal import end_to_end_id
from ledger import sealed_values
from ledger.calendars import banking_calendar
from ledger.sealed_values import SealingKeys

DATABASE, MEBIBYTE = "payment_run", 2**20
PATIENCE_S = 600
PAYER = {"name": "PeerOK Inc", "account": {"routing_number": "121000248", "account_number": "98"}}
RUN = "cast(cast(:run as text) as date)"
GOES_OUT = ("shown", "approved_first", "approved", "file_xml")
"""What is held against the bare SQL: the file is asked for once, in one of its two shapes."""
BARE_RUN = (
    "insert into payment_run (payment_date, execute_on, approved_by)"
    f" values ({RUN}, current_date, :first)",
    "insert into payment_approval (payment_date, person_id, seen_count, seen_minor)"
    f" select {RUN}, unnest(cast(array[:first, :second] as text[])), 0, 0",
    "insert into payout (withdrawal_id, payment_date, person_id, method_id, via, amount_minor,"
    "                    currency)"
    f" select id, {RUN}, freelancer_id, data ->> 'method', data ->> 'via',"
    "        (data ->> 'amount_minor')::bigint - (data ->> 'fee_minor')::bigint,"
    "        terms ->> 'currency'"
    "   from cases where kind = 'withdrawal' and state = 'requested'"
    "    and data ->> 'payment_date' = :run",
)
BARE_ANSWER = (
    "update payout set outcome = 'paid', answered_by = :second, answered_at = now()"
    f" where payment_date = {RUN} and refusal is null",
)
BARE_TELL = (
    "insert into tell (workflow_id, signal) select 'withdrawal/' || withdrawal_id, 'told'"
    f" from payout where payment_date = {RUN}"
)
FOLLOWED = (
    "update cases set state = 'sent' where kind = 'withdrawal' and data ->> 'payment_date' = :run"
)
"""What the withdrawals' own workflows do when they are told, in short."""
WRITTEN = f"select count(*), count(outcome), count(refusal) from payout where payment_date = {RUN}"


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Runs of the same people, each on a payment date of its own."""
    keys = sealed_values.fresh()
    few, many = ground.sizes.payments
    async with ground.database(DATABASE) as engine:
        with TEMPORALS["dev_memory"](ground) as address:
            template = await due.paid_somewhere(engine, SealingKeys(keys), many)
            accounting = await parties.made(engine, 2, roles=["accounting"])
            ours = ground.variables(DATABASE, address) | {
                "PEEROK_PAYOUT_KEYS": keys,
                "PEEROK_PAYER": json.dumps(PAYER),
            }
            with ground.serving("api", "api.main:create", ours) as (port, child):
                house = House(port, accounting, Memory(child.pid))
                bench = Bench(ground, engine, template, house)
                async for figure in bench.figures(few, many):
                    yield figure


@dataclass(frozen=True)
class Memory:
    """What a process has taken at most, as its kernel counts it."""

    pid: int

    @contextmanager
    def peak(self, into: list[float]) -> Iterator[None]:
        """The most it had resident inside the block, in MiB."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        yield
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        [most] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
        into.append(int(most) * 1024 / MEBIBYTE)


@dataclass(frozen=True)
class House:
    """Two accountants at the product's own API."""

    port: int
    accounting: Sequence[Party]
    memory: Memory

    async def run_of(self, run: date, peaks: list[float]) -> dict[str, float]:
        """Everything that accounting do with a run; the seconds that each part took."""
        took: dict[str, float] = {}
        async with self._there() as http:
            with self.memory.peak(peaks):
                with _timed(took, "shown"):
                    shown = (await self._asked(http, 0, "GET", f"{run}")).json()
                assert shown["passing"] == shown["count"] and shown["people_needed"] == 2, shown
                seen = {name: shown[name] for name in ("count", "total")}
                for number, part in enumerate(("approved_first", "approved")):
                    with _timed(took, part):
                        answer = await self._asked(http, number, "POST", f"{run}/approve", seen)
                    assert answer.json()["approved"] is bool(number), answer.text
                for kind in ("xml", "csv"):
                    with _timed(took, f"file_{kind}"):
                        paid = await self._file(http, run, kind)
                    assert paid == shown["count"], f"{paid} of {shown['count']} in the {kind}"
        return took

    async def answers(self, run: date, count: int, peaks: list[float]) -> float:
        """The bank paid all of it; the seconds until that was written."""
        took: dict[str, float] = {}
        async with self._there() as http:
            with self.memory.peak(peaks), _timed(took, "confirmed"):
                answer = await self._asked(http, 0, "POST", f"{run}/confirm", {"others_paid": True})
        assert answer.json()["paid"] == count, answer.text
        return took["confirmed"]

    def _there(self) -> httpx.AsyncClient:
        base = f"http://127.0.0.1:{self.port}/v1/staff/payment-runs/"
        return httpx.AsyncClient(base_url=base, timeout=PATIENCE_S)

    async def _asked(
        self, http: httpx.AsyncClient, who: int, method: str, path: str, body: Any = None
    ) -> httpx.Response:
        headers = self._headers(who) | ({"Idempotency-Key": uuid4().hex} if body else {})
        answer = await http.request(method, path, json=body, headers=headers)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        return answer

    async def _file(self, http: httpx.AsyncClient, run: date, kind: str) -> int:
        """The bank's file as it comes; how many payments are in it."""
        mark = b"<EndToEndId>" if kind == "xml" else b"," + end_to_end_id("").encode()
        found, rest, path = 0, b"", f"{run}/bank-file?format={kind}"
        async with http.stream("GET", path, headers=self._headers(1)) as answer:
            assert answer.status_code == 200, await answer.aread()
            async for piece in answer.aiter_bytes():
                found += (rest + piece).count(mark)
                rest = (rest + piece)[-len(mark) + 1 :]
        return found

    def _headers(self, who: int) -> dict[str, str]:
        name, _, value = self.accounting[who].authorization.partition(": ")
        return {name: value}


@contextmanager
def _timed(took: dict[str, float], part: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took[part] = time.perf_counter() - began


def _dates() -> Iterator[date]:
    """Payment dates whose cut-off is over."""
    for month in range(60):
        yield from Paydays().dates(2020 + month // 12, month % 12 + 1, banking_calendar())


@dataclass
class Bench:
    """Runs of ours and runs by SQL alone, in turn."""

    ground: Ground
    engine: AsyncEngine
    template: str
    house: House
    dates: Iterator[date] = field(default_factory=_dates)
    parts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bare_parts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    peaks: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def figures(self, few: int, many: int) -> AsyncIterator[Figure]:
        """All of them; the small run comes first in each round, in the same process."""
        await self._ours(few)
        for kept in (self.parts, self.peaks):
            kept.clear()
        small: dict[int, list[float]] = self.peaks

        async def ours() -> float:
            await self._ours(few)
            self._forget()
            await self._ours(many)
            return 0

        async def bare() -> float:
            await self._bare(many)
            return 0

        await in_turn({"ours": ours, "bare": bare}, self.ground.sizes.rounds)
        for figure in self._made(few, many, small):
            yield figure

    def _forget(self) -> None:
        """Of a small run only its memory is kept."""
        for values in self.parts.values():
            values.pop()

    async def _due(self, count: int) -> date:
        run = next(self.dates)
        await due.requested(self.engine, self.template, run, count)
        async with self.engine.connect() as c:
            await c.execution_options(isolation_level="AUTOCOMMIT")
            await c.execute(text("analyze cases"))
        return run

    async def _ours(self, count: int) -> None:
        run, peaks = await self._due(count), list[float]()
        for part, seconds in (await self.house.run_of(run, peaks)).items():
            self.parts[part].append(seconds)
        async with self.engine.begin() as c:
            await c.execute(text(FOLLOWED), {"run": run.isoformat()})
        self.parts["confirmed"].append(await self.house.answers(run, count, peaks))
        self.peaks[count].append(max(peaks))
        await self._require(run, count)

    async def _bare(self, count: int) -> None:
        run = await self._due(count)
        first, second = (one.id for one in self.house.accounting)
        given = {"run": run.isoformat(), "first": first, "second": second}
        for part, queries in {"run": BARE_RUN, "answer": BARE_ANSWER}.items():
            began = time.perf_counter()
            async with self.engine.begin() as c:
                for query in (*queries, BARE_TELL):
                    named = {name: given[name] for name in text(query).compile().params}
                    await c.execute(text(query), named)
            self.bare_parts[part].append(time.perf_counter() - began)
        await self._require(run, count)

    async def _require(self, run: date, count: int) -> None:
        """Both sides left the same rows."""
        async with self.engine.connect() as c:
            written = (await c.execute(text(WRITTEN), {"run": run.isoformat()})).one()
        assert tuple(written) == (count, count, 0), f"{run}: {written}"

    def _made(self, few: int, many: int, peaks: dict[int, list[float]]) -> Iterator[Figure]:
        whole = [sum(one) for one in zip(*(self.parts[part] for part in GOES_OUT), strict=True)]
        bare = self.bare_parts
        yield Figure.of("payment_run", whole, "s", note=f"{many} withdrawals, {GOES_OUT}")
        for part, seconds in self.parts.items():
            yield Figure.of(f"payment_run_{part}", seconds, "s")
        yield Figure.of("payment_run_bare", bare["run"], "s")
        yield Figure.of("payment_run_bare_confirmed", bare["answer"], "s")
        yield Figure.ratio("payment_run_vs_bare", whole, bare["run"], at_most(3))
        yield Figure.ratio("payment_run_confirmed_vs_bare", self.parts["confirmed"], bare["answer"])
        for count in (few, many):
            yield Figure.of(f"payment_run_memory_at_{count}", peaks[count], "MiB")
        name = f"payment_run_memory_{many}_over_{few}"
        yield Figure.ratio(name, peaks[many], peaks[few], at_most(1.05))
