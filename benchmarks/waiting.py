"""Jobs that wait: the worker's memory while they do, and the bytes each of them takes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import psutil
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from benchmarks import parties, stored
from benchmarks.bare_workflows import TASK_QUEUE, BareWait
from benchmarks.deals import Deals, by_workflows
from benchmarks.figures import Figure, at_most
from benchmarks.ground import TEMPORALS, Ground, quiet, reached
from benchmarks.load import at_full_speed
from local.children import Child

DATABASE, CALLERS, PEOPLE = "waiting", 50, 500
MEBIBYTE = 2**20
LOOKS, LOOK_EVERY_S = 5, 1.0
TIMER_STARTED = EventType.EVENT_TYPE_TIMER_STARTED
SMALLEST_SHARE = 1.0
"""Tables that take less than this for each job are not listed."""

Start = Callable[[int], Awaitable[str]]
"""Makes the workflow with this number wait; its id."""


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Our jobs, funded and waiting for their freelancer; then workflows that wait for a timer."""
    with TEMPORALS["dev_memory"](ground) as address:
        async with ground.database(DATABASE) as engine:
            async for figure in _ours(ground, engine, address):
                yield figure
        async for figure in _bare(ground, address):
            yield figure


async def _ours(ground: Ground, engine: AsyncEngine, address: str) -> AsyncIterator[Figure]:
    temporal = await reached(address)
    clients = await parties.made(engine, PEOPLE)
    freelancers = await parties.made(engine, PEOPLE)
    deals = Deals(engine, clients, freelancers, by_workflows(engine, temporal))

    async def hire(number: int) -> str:
        return f"job/{await deals.waiting(number)}"

    before = await stored.tables(engine)
    with ground.worker(DATABASE, address) as worker:
        memory, waiting = await _grown(ground.sizes.waiting, worker, hire, temporal)
        await quiet(engine)
    after = await stored.tables(engine)
    for figure in _memory("", memory, goal=True):
        yield figure
    size = await stored.history(temporal, waiting)
    yield Figure("history_per_job", size, "bytes", at_most(8_000))
    took = stored.grown(before, after, len(waiting))
    yield Figure("tables_per_job", sum(took.values()), "bytes", at_most(10_000))
    for name, size in sorted(took.items(), key=lambda item: -item[1]):
        if size >= SMALLEST_SHARE:
            yield Figure(f"table_{name}_per_job", size, "bytes")


async def _bare(ground: Ground, address: str) -> AsyncIterator[Figure]:
    temporal = await Client.connect(address)

    async def start(number: int) -> str:
        name = f"bare-wait-{number}"
        await temporal.start_workflow(BareWait.run, id=name, task_queue=TASK_QUEUE)
        return name

    words = ["benchmarks.bare_worker", address]
    with ground.process("bare", words, {}, "bare worker ready") as worker:
        memory, waiting = await _grown(ground.sizes.waiting, worker, start, temporal)
    for figure in _memory("bare_", memory, goal=False):
        yield figure
    yield Figure("history_per_bare_timer", await stored.history(temporal, waiting), "bytes")


async def _grown(
    sizes: Sequence[int], worker: Child, start: Start, temporal: Client
) -> tuple[dict[int, list[float]], list[str]]:
    """The worker's resident memory (MiB) with each number of waiting workflows; their ids."""
    memory: dict[int, list[float]] = {}
    waiting: list[str] = []
    for size in sizes:
        first = len(waiting)

        async def one(number: int, first: int = first) -> None:
            waiting.append(await start(first + number))

        await at_full_speed(size - first, CALLERS, one)
        await _waits(temporal, waiting[first:])
        memory[size] = [await _resident(worker) for _ in range(LOOKS)]
    return memory, waiting


async def _waits(temporal: Client, workflows: Sequence[str]) -> None:
    """Until all of them wait for their timer: nothing is left of a task that was begun."""
    for one in workflows[-CALLERS:]:
        handle = temporal.get_workflow_handle(one)
        while not await _waits_for_timer(handle):  # noqa: ASYNC110 - the worker ends it
            await asyncio.sleep(0.05)


async def _waits_for_timer(handle: WorkflowHandle[Any, Any]) -> bool:
    history = await handle.fetch_history()
    return history.events[-1].event_type == TIMER_STARTED


async def _resident(worker: Child) -> float:
    """The worker's memory after a while of nothing, in MiB."""
    await asyncio.sleep(LOOK_EVERY_S)
    return float(psutil.Process(worker.pid).memory_info().rss / MEBIBYTE)


def _memory(prefix: str, memory: dict[int, list[float]], *, goal: bool) -> list[Figure]:
    first, *between, last = memory
    listed = [Figure.of(f"{prefix}memory_at_{n}", sizes, "MiB") for n, sizes in memory.items()]
    name = f"{prefix}memory_{last}_over_{first}"
    grown = at_most(1.3) if goal else None
    figures = [*listed, Figure.ratio(name, memory[last], memory[first], grown)]
    if between:
        name = f"{prefix}memory_{last}_over_{between[-1]}"
        flat = at_most(1.05) if goal else None
        figures.append(Figure.ratio(name, memory[last], memory[between[-1]], flat))
    return figures
