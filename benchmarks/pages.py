"""`GET /jobs` and a case page with a million cases in the books, against a thousand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import crowd, parties
from benchmarks.figures import Figure, at_most
from benchmarks.ground import Ground
from benchmarks.load import Lines, at_rate
from benchmarks.parties import Party
from benchmarks.rounds import Side, in_turn, percentile

NOWHERE = "127.0.0.1:1"
"""Reads never touch a workflow."""
OWN_JOBS = 100
"""As many as everybody has, however many cases there are."""
PER_SECOND = 20
"""A rate at which no request waits for another."""
SHARES = {"p50": 0.5, "p95": 0.95}


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """The same person, with as many jobs of their own, in a small and in a large book."""
    async with AsyncExitStack() as stack:
        books = {}
        for name, cases in (("few", ground.sizes.few_cases), ("many", ground.sizes.many_cases)):
            engine = await stack.enter_async_context(ground.database(f"pages_{name}"))
            books[name] = await _opened(stack, ground, engine, f"pages_{name}", cases)
        for page in ("jobs", "job"):
            for figure in await _compared(ground, books, page):
                yield figure


@dataclass(frozen=True)
class Book:
    """An API over so many cases, and somebody who reads their own."""

    lines: Lines
    reader: Party
    jobs: Sequence[str]

    async def read(self, page: str, number: int) -> object:
        """The list of jobs, or one of them."""
        path = "/v1/jobs" if page == "jobs" else f"/v1/jobs/{self.jobs[number % len(self.jobs)]}"
        return await self.lines.send("GET", path, headers=[self.reader.authorization])


async def _opened(
    stack: AsyncExitStack, ground: Ground, engine: AsyncEngine, database: str, cases: int
) -> Book:
    people = await parties.made(engine, max(cases // OWN_JOBS, 2) + 1)
    jobs = await crowd.moved_in(engine, people, cases, OWN_JOBS)
    await asyncio.to_thread(ground.postgres.sql, "vacuum analyze", database)
    variables = ground.variables(database, NOWHERE)
    served = ground.served(f"api_{database}", "api.main:create", variables)
    lines = Lines(stack.enter_context(served))
    stack.push_async_callback(lines.close)
    return Book(lines, people[0], jobs)


async def _compared(ground: Ground, books: dict[str, Book], page: str) -> list[Figure]:
    pages = ground.sizes.pages
    took: dict[str, list[list[float]]] = {name: [] for name in books}

    async def reading(name: str) -> float:
        book = books[name]
        waits = await at_rate(pages, PER_SECOND, lambda number: book.read(page, number))
        took[name].append([wait * 1000 for wait in waits])
        return 0

    await asyncio.gather(*(book.read(page, 0) for book in books.values()))
    sides: dict[str, Side] = {name: partial(reading, name) for name in books}
    await in_turn(sides, ground.sizes.rounds)
    figures = []
    for label, share in SHARES.items():
        found = {name: [percentile(one, share) for one in rounds] for name, rounds in took.items()}
        goal = at_most(1.5)
        figures += [Figure.of(f"get_{page}_{label}_{name}", found[name], "ms") for name in books]
        figures.append(Figure.ratio(f"get_{page}_{label}_ratio", found["many"], found["few"], goal))
    return figures
