"""A decision from its POST to its outcome, against a bare route that signals and waits."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from itertools import count
from uuid import uuid4

from temporalio.client import Client

from benchmarks import bare_api, parties
from benchmarks.bare_workflows import TASK_QUEUE, BareDecision
from benchmarks.deals import Deals, by_workflows
from benchmarks.edges import CALLERS, Edge
from benchmarks.figures import Figure
from benchmarks.ground import Ground, quiet, reached, temporals
from benchmarks.load import Act, Lines, at_full_speed
from benchmarks.parties import Party


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """Deliveries and requests for a revision, in turn, on every kind of Temporal server."""
    for backend, started in temporals(ground).items():
        with started(ground) as address:
            figures = await _measured(ground, address, backend)
        for figure in figures:
            yield figure


async def _measured(ground: Ground, address: str, backend: str) -> list[Figure]:
    database = f"decisions_{backend}"
    async with ground.database(database) as engine:
        jobs = ground.sizes.decided_jobs
        clients = await parties.made(engine, jobs)
        freelancers = await parties.made(engine, jobs)
        deals = Deals(engine, clients, freelancers, by_workflows(engine, await reached(address)))
        bare = {bare_api.DATABASE: ground.postgres.url(database), bare_api.TEMPORAL: address}
        words = ["benchmarks.bare_worker", address]
        with (
            ground.worker(database, address),
            ground.process("bare", words, {}, "bare worker ready"),
            ground.served("api", "api.main:create", ground.variables(database, address)) as port,
            ground.served("bare_api", "benchmarks.bare_api:create", bare) as bare_port,
        ):
            ours, theirs = Lines(port), Lines(bare_port)
            sides = (
                await _ours(ours, deals, jobs),
                _Bare(theirs, await Client.connect(address)),
            )
            edge = Edge(
                f"decisions_{backend}", *sides, throughput=0.6, settled=partial(quiet, engine)
            )
            figures = await edge.figures(ground.sizes.rounds, ground.sizes.decisions)
            await ours.close()
            await theirs.close()
            return figures


async def _ours(lines: Lines, deals: Deals, count: int) -> "_Ours":
    """Jobs in progress, on each of which somebody decides."""
    jobs: asyncio.Queue[_Turn] = asyncio.Queue()

    async def prepare(number: int) -> None:
        job = await deals.waiting(number)
        pair = deals.freelancers[number], deals.clients[number]
        jobs.put_nowait(_Turn(lines, job, *pair))

    await at_full_speed(count, CALLERS, prepare)
    return _Ours(jobs)


class _Turn:
    """One job: whoever's turn it is decides."""

    def __init__(self, lines: Lines, job: str, freelancer: Party, client: Party) -> None:
        self._lines, self._job = lines, job
        note = json.dumps({"note": "Look: logo.svg"}).encode()
        wish = json.dumps({"instructions": "Darker, and smaller."}).encode()
        self._moves = [
            ("deliver", note, freelancer.authorization),
            ("request-revision", wish, client.authorization),
        ]

    async def take(self) -> None:
        """The next decision on this job, until it has its outcome."""
        command, body, by = self._moves[0]
        keyed = [by, f"Idempotency-Key: {uuid4().hex}"]
        await self._lines.send("POST", f"/v1/jobs/{self._job}/{command}", body, keyed)
        self._moves.reverse()


class _Ours:
    """Decisions on whichever job nobody decides on just now."""

    def __init__(self, jobs: asyncio.Queue[_Turn]) -> None:
        self._jobs = jobs

    async def __call__(self, number: int) -> Act:
        async def decide(_: int) -> None:
            turn = await self._jobs.get()
            await turn.take()
            self._jobs.put_nowait(turn)

        return decide


class _Bare:
    """Workflows that were started before and wait, in the worker's cache, for their signal."""

    def __init__(self, lines: Lines, temporal: Client) -> None:
        self._lines, self._temporal, self._numbers = lines, temporal, count()

    async def __call__(self, number: int) -> Act:
        names = [f"bare-decision-{next(self._numbers)}" for _ in range(number)]

        async def start(n: int) -> None:
            handle = await self._temporal.start_workflow(
                BareDecision.run, id=names[n], task_queue=TASK_QUEUE
            )
            # Its answer means that the worker has taken the first task, which is not measured.
            assert await handle.query(BareDecision.waits)

        async def decide(n: int) -> object:
            return await self._lines.send("POST", f"/decisions/{names[n]}")

        await at_full_speed(number, CALLERS, start)
        return decide
