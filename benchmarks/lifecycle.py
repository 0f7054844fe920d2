"""Job lifecycles in a second, against bare workflows that keep none of our promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client

from benchmarks import parties
from benchmarks.bare_jobs import BareJobs, listening
from benchmarks.bare_workflows import LISTENER
from benchmarks.deals import Deals, by_workflows
from benchmarks.figures import Figure, Goal, at_least
from benchmarks.ground import Ground, quiet, reached, temporals
from benchmarks.load import at_full_speed
from benchmarks.rounds import in_turn

CALLERS = 50
PEOPLE = 100
NORMAL_GOAL = {"dev_memory": at_least(1.0), "dev_file": at_least(1.0), "postgres": at_least(1.3)}
LOCAL_GOAL = at_least(0.75)
PUT_OFF = "until the last mail of a round was sent and its last entry sealed"


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Lifecycles on every kind of Temporal server, each side with one worker process."""
    for backend, started in temporals(ground).items():
        with started(ground) as address:
            async with both(ground, address, f"life_{backend}") as (deals, bare):
                measured = await _measured(ground, deals, bare)
        for figure in figures(backend, measured, NORMAL_GOAL[backend]):
            yield figure


def figures(backend: str, measured: dict[str, list[float]], normal: Goal) -> list[Figure]:
    """What one server's rounds come to."""
    ours = measured["ours"]
    return [
        Figure.of(f"lifecycles_{backend}", ours, "1/s"),
        Figure.of(f"lifecycles_put_off_{backend}", measured["put_off"], "s", note=PUT_OFF),
        Figure.of(f"lifecycles_bare_normal_{backend}", measured["normal"], "1/s"),
        Figure.of(f"lifecycles_bare_local_{backend}", measured["local"], "1/s"),
        Figure.ratio(f"lifecycles_vs_normal_{backend}", ours, measured["normal"], normal),
        Figure.ratio(f"lifecycles_vs_local_{backend}", ours, measured["local"], LOCAL_GOAL),
    ]


@asynccontextmanager
async def both(
    ground: Ground, address: str, database: str
) -> AsyncIterator[tuple[Deals, BareJobs]]:
    """Both sides at work on one Temporal server."""
    temporal, path = await reached(address), ground.folder / "effects"
    async with ground.database(database) as engine, listening(path) as listener:
        clients = await parties.made(engine, PEOPLE)
        freelancers = await parties.made(engine, PEOPLE)
        bare = ["benchmarks.bare_worker", address]
        with (
            ground.worker(database, address),
            ground.process("bare", bare, {LISTENER: str(path)}, "bare worker ready"),
        ):
            deals = Deals(engine, clients, freelancers, by_workflows(engine, temporal))
            yield deals, BareJobs(await Client.connect(address), listener)


async def _measured(ground: Ground, deals: Deals, bare: BareJobs) -> dict[str, list[float]]:
    lives = ground.sizes.lifecycles
    put_off: list[float] = []

    async def ours() -> float:
        speed = await at_full_speed(lives, CALLERS, deals.lived)
        put_off.append(await quiet(deals.engine))
        return speed

    async def normal() -> float:
        return await at_full_speed(lives, CALLERS, lambda _: bare.lived(local=False))

    async def local() -> float:
        return await at_full_speed(lives, CALLERS, lambda _: bare.lived(local=True))

    sides = {"ours": ours, "normal": normal, "local": local}
    await in_turn(sides, 1)  # What is needed once, everybody has got now.
    put_off.clear()
    return await in_turn(sides, ground.sizes.rounds) | {"put_off": put_off}
