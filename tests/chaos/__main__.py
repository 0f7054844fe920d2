"""`make chaos`: lives over HTTP while what they need is killed, frozen and restarted at random.

The Temporal here has no virtual time: a skip is lost with the server or the run it was made in.
Contracts of those who let time pass are made at an API whose policy counts in seconds instead.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import SystemRandom
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from benchmarks import machine
from ledger.database import connect
from local.places import passable
from tests.chaos import money, report, verdict
from tests.chaos.lives import ENDINGS
from tests.chaos.machine import Machine
from tests.chaos.notes import Notes
from tests.chaos.outside import Outside
from tests.chaos.population import Doors, Population, settle, unmatched
from tests.chaos.script import script
from tests.fakestripe.stand import Stand
from tests.faults.stubborn import Stubborn

ANSWER_WITHIN_S = 10
AT_ONCE = 60


class Run:
    """One run: the people in a thread of their own, the faults in this one."""

    def __init__(self, seed: int, lives: int, folder: Path) -> None:
        self.seed, self.lives = seed, lives
        self.machine = Machine(folder)
        self.notes = Notes(folder / "notes.jsonl")
        self.settled, self.lived, self.healed = (threading.Event() for _ in range(3))
        self.people: Population | None = None
        self.moment = machine.moment(machine.commit())
        self.began, self.minute = time.monotonic(), 0
        self.result: dict[str, Any] = {}
        self.problems = ["the people did not come to an end"]

    def through(self) -> None:
        """Live, suffer, heal, judge."""
        self.machine.start()
        try:
            people = threading.Thread(target=lambda: asyncio.run(self._people()), daemon=True)
            people.start()
            self.machine.watch(lambda: self.settled.is_set() or not people.is_alive())

            def over() -> bool:
                return self.lived.is_set() or not people.is_alive()

            for fault in script(self.seed):
                self.machine.suffer(fault, over)
                self._say()
                if over():
                    break
            self.machine.heal()
            self.healed.set()
            self.machine.watch(lambda: not people.is_alive())
        finally:
            self.machine.stop()

    def _say(self) -> None:
        """One line a minute: how far it is."""
        if (minute := int((time.monotonic() - self.began) / 60)) > self.minute:
            self.minute = minute
            lived = len(self.people.lived) if self.people else 0
            done = ", ".join(f"{what} {n}" for what, n in sorted(self.machine.done.items()))
            print(f"{minute} min: {lived} of {self.lives} lives; {done}", flush=True)

    async def _people(self) -> None:
        engine = connect(self.machine.stack.postgres.url(), pool=5)
        transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=None))
        stubborn = Stubborn(transport, self.notes.heard)
        urls = (self.machine.stack.url, self.machine.hasty_url)
        usual, hasty = (
            httpx.AsyncClient(transport=stubborn, base_url=url, timeout=ANSWER_WITHIN_S)
            for url in urls
        )
        stand = Stand(self.machine.stack.processor.url)
        try:
            self.people = people = await settle(engine, Doors(usual, hasty), Outside(stand))
            had, began = await verdict.owned(engine), time.monotonic()
            await people.outside.has_bad_luck(self.seed)
            self.settled.set()
            await people.live(self.seed, self.lives, AT_ONCE)
            seconds = time.monotonic() - began
            self.lived.set()
            await asyncio.to_thread(self.healed.wait)
            wrong = [*stubborn.bugs, *await self._wrong(engine, people, had)]
            killed = await verdict.in_life(engine, self.machine.all_killed_at)
            recoveries = await verdict.recoveries(engine, killed)
            self.result = report.figures(
                self, people, seconds, stubborn.retries, len(killed), recoveries
            ) | await money.figures(engine, people)
            goals = report.missed(self.result, self.lives)
            names = [ending.name for ending in ENDINGS]
            self.problems = [*goals, *report.unlived(self.result, self.lives, names), *wrong]
        finally:
            self.lived.set()
            await engine.dispose()
            await stubborn.aclose()
            stand.close()

    async def _wrong(
        self, engine: AsyncEngine, people: Population, had: dict[str, int]
    ) -> list[str]:
        """What is not as it must be when everything is healed and quiet."""
        temporal = await Client.connect(f"127.0.0.1:{self.machine.stack.ports.temporal}")
        left = [f"not quiet: {what}" for what in await verdict.quiet(engine, temporal)]
        has, gains = await verdict.owned(engine), people.gains()
        return [
            *left,
            *await verdict.found(engine, self.notes.kept, people.lived),
            *await verdict.astray(engine, self.machine.stack.mail.folder),
            *people.accounting.problems,
            *await money.otherwise(engine, people.outside),
            *unmatched(had, has, gains),
        ]


def main() -> int:
    """Run, say what came of it; 1 when anything is wrong."""
    asked = argparse.ArgumentParser(prog="chaos", description=__doc__)
    asked.add_argument("--lives", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    now = asked.parse_args()
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    print(f"{now.lives} lives, seed {now.seed}, in {folder}", flush=True)
    run = Run(now.seed, now.lives, folder)
    run.through()
    run.result["problems"] = len(run.problems)
    report.show(run.result, run.problems)
    if run.problems:
        print(f"Everything is kept in {folder}")
        return 1
    report.keep(run.result, now.lives)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
