"""A process that posts: `python -m benchmarks.posting URL CALLERS POOL`, then orders on stdin.

An order is `kind count`; the answer is a line when all of them are committed.
"""

import asyncio
import random
import sys
from datetime import UTC, datetime
from uuid import uuid4

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.load import at_full_speed
from domain.accounts import PLATFORM, Entry, Kind
from domain.postings import entry, move
from ledger import journal
from ledger.database import connect

BATCH = 100
"""Entries in one call of `post_many`."""
FEE = (Kind.PLATFORM_FEES, PLATFORM)
PEOPLE = text("select owner from account where kind = 'credits' order by owner")


class Poster:
    """Posts transfers between people, each in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, people: list[str], callers: int) -> None:
        self._engine, self._people, self._callers = engine, people, callers

    async def obey(self, kind: str, count: int) -> None:
        """Post that many entries of the kind."""
        acts = {"transfer": self._transfer, "shared": self._shared, "many": self._many}
        calls = count // BATCH if kind == "many" else count
        await at_full_speed(calls, self._callers, acts[kind])

    async def _transfer(self, _: int) -> None:
        await self._post(self._between_people())

    async def _shared(self, _: int) -> None:
        owner = random.choice(self._people)
        await self._post(_moved((Kind.CREDITS, owner), FEE))

    async def _many(self, _: int) -> None:
        await self._post(*(self._between_people() for _ in range(BATCH)))

    def _between_people(self) -> Entry:
        giver, taker = random.sample(self._people, 2)
        return _moved((Kind.CREDITS, giver), (Kind.CREDITS, taker))

    async def _post(self, *entries: Entry) -> None:
        now = datetime.now(UTC)
        async with self._engine.begin() as c:
            await journal.post(c, entries, case_id=None, cause="benchmark", effective_at=now)


def _moved(source: tuple[Kind, str], target: tuple[Kind, str]) -> Entry:
    return entry("transfer", uuid4().hex, move(*source, *target, 1, "USD"))


async def main(url: str, callers: int, pool: int) -> None:
    """Obey until stdin ends."""
    engine = connect(url, pool)
    async with engine.connect() as c:
        people = list(await c.scalars(PEOPLE))
    poster = Poster(engine, people, callers)
    print("ready", flush=True)
    while order := (await asyncio.to_thread(sys.stdin.readline)).split():
        await poster.obey(order[0], int(order[1]))
        print("done", flush=True)
    await engine.dispose()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
