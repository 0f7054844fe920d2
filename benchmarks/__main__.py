"""Measure: `python -m benchmarks [--quick] [name …]`; without a name, everything."""

import argparse
import asyncio
import importlib
import time
from collections.abc import Coroutine

import uvloop

from benchmarks import machine, report, results
from benchmarks.figures import Figure
from benchmarks.ground import Ground
from benchmarks.sizes import FULL, QUICK

NOUNS = (
    "history",
    "lifecycle",
    "transfers",
    "receipts",
    "webhooks",
    "payment_run",
    "decisions",
    "waiting",
    "pages",
    "finding",
    "contests",
)
"""The modules that measure, in the order they run."""


def main() -> None:
    """Measure what was asked for, print a line for each figure, and keep what is whole."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look within three minutes")
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of {', '.join(NOUNS)}")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NOUNS):
        parser.error(f"nothing measures {', '.join(sorted(unknown))}")
    ground = Ground(QUICK if asked.quick else FULL)
    # Taken once: the first figures that are kept change the tracked README.
    commit = machine.commit()
    with ground.standing():
        print(f"# {ground.durability()}", flush=True)
        for noun in asked.names or NOUNS:
            moment, began = machine.moment(commit), time.perf_counter()
            figures = _run(_measured(ground, noun))
            took = time.perf_counter() - began
            print(f"# {noun}: {took:.0f} s", flush=True)
            if not asked.quick:
                results.keep(noun, figures, moment, took, ground.durability())
                report.write(results.read())


def _run(measuring: Coroutine[None, None, list[Figure]]) -> list[Figure]:
    """Callers run on the loop that the product's API runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measuring)


async def _measured(ground: Ground, noun: str) -> list[Figure]:
    found = []
    async for figure in importlib.import_module(f"benchmarks.{noun}").measure(ground):
        print(figure.line(), flush=True)
        found.append(figure)
    return found


if __name__ == "__main__":
    main()
