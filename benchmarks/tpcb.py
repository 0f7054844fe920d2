"""pgbench's TPC-B-like script: what this server does at best with three updates in a row."""

import asyncio
import re
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.ground import Ground
from local.postgres import APP

TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
DATABASE = "tpcb"


@dataclass(frozen=True)
class Way:
    """How pgbench talks to the server: over how many connections, in which protocol."""

    clients: int
    protocol: str

    candidates: ClassVar[tuple[int, ...]] = (8, 16, 32, 64, 96)
    protocols: ClassVar[tuple[str, ...]] = ("simple", "prepared")

    def __str__(self) -> str:
        return f"{self.clients} clients, {self.protocol} protocol"


async def prepared(ground: Ground) -> Way:
    """Fill the tables, and find the way in which pgbench is fastest."""
    ground.postgres.create_database(DATABASE)
    scale = str(ground.sizes.tpcb_scale)
    await asyncio.to_thread(_pgbench, ground, "-i", "-q", "-s", scale)
    return await fastest(ground, lambda way, seconds: speed(ground, way, seconds))


async def fastest(ground: Ground, measured: Callable[[Way, float], Awaitable[float]]) -> Way:
    """The way in which most is done in a second, after a short look at each."""
    seconds = max(ground.sizes.seconds / 3, 1)
    tried = {
        Way(clients, protocol): await measured(Way(clients, protocol), seconds)
        for protocol in Way.protocols
        for clients in Way.candidates
        if clients <= ground.sizes.tpcb_scale
    }
    return max(tried, key=lambda way: tried[way])


async def speed(ground: Ground, way: Way, seconds: float) -> float:
    """Transactions in a second, without the time to connect."""
    return await _tps(ground, DATABASE, way, seconds)


async def scripted(
    ground: Ground, database: str, script: str, way: Way, seconds: float, *, people: int
) -> float:
    """Runs in a second of a script of ours, by the application's role."""
    file = Path(__file__).with_name(script)
    own = ["-U", APP, "-n", "-f", str(file), "-D", f"people={people}"]
    return await _tps(ground, database, way, seconds, *own)


async def _tps(ground: Ground, database: str, way: Way, seconds: float, *more: str) -> float:
    load = ["-c", str(way.clients), "-j", "2", "-T", str(round(seconds)), "-M", way.protocol]
    said = await asyncio.to_thread(_pgbench, ground, *load, *more, database=database)
    found = TPS.search(said)
    assert found is not None, "pgbench says how fast it was"
    return float(found[1])


def _pgbench(ground: Ground, *arguments: str, database: str = DATABASE) -> str:
    beside = Path(ground.postgres.child.command[0])
    where = ["-h", str(ground.postgres.socket_folder), "-U", "postgres"]
    done = subprocess.run(
        [str(beside.with_name("pgbench")), *where, *arguments, database],
        check=True,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C"},
    )
    return done.stdout
