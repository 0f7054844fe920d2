"""Transfers in a second through the function that steps post with, against pgbench's TPC-B.

Once pgbench drives both, so that only what the database does differs; once our own code posts, as
the product does, which pays for its Python on the same cores.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import tpcb
from benchmarks.figures import Figure, at_least
from benchmarks.ground import Ground
from benchmarks.posting import BATCH
from benchmarks.rounds import in_turn
from domain import flows
from domain.accounts import Kind
from ledger import journal
from local.places import CLONE

DATABASE, CALLERS = "transfers", 256
PROCESSES = 2
"""As many as pgbench has threads."""
POOL = 24
FULL_PEOPLE, DEPOSITS = 100_000, 500
MUCH = 1_000_000_00
WARM = 200
SCRIPTS = {
    "function": "transfer.sql",
    "function_shared": "transfer_shared.sql",
    "function_many": "transfer_many.sql",
}
"""What pgbench runs; 100 entries in a call of the last."""
OPENED = text("select open_accounts('user_' || n, 'USD') from generate_series(1, :people) as n")


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Single transfers, transfers into one shared account, and many in a call."""
    people = min(FULL_PEOPLE, ground.sizes.many_cases)
    async with ground.database(DATABASE) as engine:
        await _peopled(engine, people)
        way = await tpcb.prepared(ground)
        ways = {kind: await _way(ground, script, people) for kind, script in SCRIPTS.items()}
        async with posters(ground, DATABASE) as all_of_them:
            measured = await _measured(ground, all_of_them, way, ways, people)
    ground.postgres.drop_database(tpcb.DATABASE)
    base, function = measured["tpcb"], measured["function"]
    yield Figure.of("tpcb", base, "1/s", note=str(way))
    for kind in ("function", "function_shared", "function_many"):
        yield Figure.of(f"posted_{kind}", measured[kind], "entries/s", note=str(ways[kind]))
    for kind in ("transfer", "shared", "many"):
        yield Figure.of(f"posted_{kind}", measured[kind], "entries/s")
    yield Figure.ratio("transfers_vs_tpcb", function, base, at_least(0.7))
    yield Figure.ratio("post_many_vs_tpcb", measured["function_many"], base, at_least(3.0))
    yield Figure.ratio("transfers_from_python_vs_tpcb", measured["transfer"], base, at_least(0.7))
    yield Figure.ratio("post_many_from_python_vs_tpcb", measured["many"], base, at_least(3.0))
    yield Figure.ratio(
        "shared_account_vs_without", measured["function_shared"], function, at_least(0.95)
    )
    yield Figure.ratio(
        "shared_from_python_vs_without", measured["shared"], measured["transfer"], at_least(0.95)
    )


async def _way(ground: Ground, script: str, people: int) -> tpcb.Way:
    """The way in which this script is fastest, looked for as TPC-B's is."""

    async def measured(way: tpcb.Way, seconds: float) -> float:
        return await tpcb.scripted(ground, DATABASE, script, way, seconds, people=people)

    return await tpcb.fastest(ground, measured)


async def _measured(
    ground: Ground,
    posters: "Posters",
    way: tpcb.Way,
    ways: Mapping[str, tpcb.Way],
    people: int,
) -> dict[str, list[float]]:
    seconds = ground.sizes.seconds

    def by_pgbench(kind: str, entries: int = 1) -> Callable[[], Awaitable[float]]:
        async def side() -> float:
            calls = tpcb.scripted(
                ground, DATABASE, SCRIPTS[kind], ways[kind], seconds, people=people
            )
            return entries * await calls

        return side

    def by_python(kind: str) -> Callable[[], Awaitable[float]]:
        return lambda: posters.speed(kind, seconds)

    sides = {
        "tpcb": lambda: tpcb.speed(ground, way, seconds),
        "function": by_pgbench("function"),
        "function_shared": by_pgbench("function_shared"),
        "transfer": by_python("transfer"),
        "shared": by_python("shared"),
        "function_many": by_pgbench("function_many", BATCH),
        "many": by_python("many"),
    }
    return await in_turn(sides, ground.sizes.rounds)


class Posters:
    """Processes that post at the same time."""

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes
        self._rates: dict[str, float] = {}

    async def speed(self, kind: str, seconds: float) -> float:
        """Entries in a second, over about that many seconds."""
        if kind not in self._rates:
            self._rates[kind] = await self._rate(kind, WARM * (20 if kind == "many" else 1))
        return await self._rate(kind, round(self._rates[kind] * seconds))

    async def _rate(self, kind: str, count: int) -> float:
        share = max(count // len(self._processes), CALLERS)
        share -= share % BATCH if kind == "many" else 0
        began = time.perf_counter()
        await asyncio.gather(*(_ordered(process, f"{kind} {share}") for process in self._processes))
        return share * len(self._processes) / (time.perf_counter() - began)


@asynccontextmanager
async def posters(ground: Ground, database: str) -> AsyncIterator[Posters]:
    """Posting processes, all callers of which are divided among them."""
    url, callers = ground.postgres.url(database), str(CALLERS // PROCESSES)
    command = ["-m", "benchmarks.posting", url, callers, str(POOL)]
    async with AsyncExitStack() as stack:
        processes = []
        for _ in range(PROCESSES):
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdin=PIPE, stdout=PIPE, cwd=CLONE
            )
            stack.push_async_callback(_ended, process)
            processes.append(process)
        await asyncio.gather(*(_says(process, b"ready") for process in processes))
        yield Posters(processes)


async def _ended(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def _ordered(process: Process, order: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{order}\n".encode())
    await _says(process, b"done")


async def _says(process: Process, word: bytes) -> None:
    assert process.stdout is not None
    said = await process.stdout.readline()
    assert said.strip() == word, f"a posting process said {said!r}"


async def _peopled(engine: AsyncEngine, people: int) -> None:
    """Accounts and money for everybody."""
    now = datetime.now(UTC)
    async with engine.begin() as c:
        await c.execute(OPENED, {"people": people})
    for first in range(1, people + 1, DEPOSITS):
        deposits = [
            flows.deposit(f"of_{n}", f"user_{n}", MUCH, Kind.BANK_CLEARING, "USD")
            for n in range(first, min(first + DEPOSITS, people + 1))
        ]
        async with engine.begin() as c:
            await journal.post(c, deposits, case_id=None, cause="benchmark", effective_at=now)
