"""What a run came to: one table to read, one file to compare."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from benchmarks import machine
from local.places import CLONE
from tests.chaos.population import Population

if TYPE_CHECKING:
    from tests.chaos.__main__ import Run

FULL = 10_000
KILLS = 300
"""What a full run has at least, counted by the process."""
FIRST_STEP_WITHIN_S = 15
"""After everything was killed at once."""
FOLDER = CLONE / "benchmarks"
KILLED, ALL_KILLED = "kills", "everything at once"
OVERTAKEN = "overtaken by the clock"
RECOVERED = "first step after everything was killed, s"
PAYMENTS, WEBHOOKS = "payments", "webhooks"
ASTRAY = ("dropped", "doubled", "out of order")


def figures(
    run: "Run",
    people: Population,
    seconds: float,
    retries: int,
    at_once: int,
    recoveries: list[float],
) -> dict[str, Any]:
    """Everything that was counted, and where and when."""
    done = run.machine.done
    waits = [note.seconds for note in run.notes.kept if note.status < 300]
    percentiles = quantiles(waits, n=100)
    return {
        **run.moment,
        "machine": machine.described(),
        "seed": run.seed,
        "lives": len(people.lived),
        "seconds": round(seconds, 1),
        KILLED: _of(done, "kill"),
        "freezes": _of(done, "freeze"),
        "restarts": _of(done, "restart"),
        "by target": dict(sorted(done.items())),
        ALL_KILLED: at_once,
        RECOVERED: [round(s, 2) for s in recoveries],
        "answers to decisions": len(run.notes.kept),
        "acknowledged by 202 first": sum(bool(note.accepted) for note in run.notes.kept),
        "requests sent again": retries,
        "p50 of a decision, s": round(percentiles[49], 3),
        "p99 of a decision, s": round(percentiles[98], 2),
        "endings": dict(sorted(people.endings().items())),
        OVERTAKEN: dict(sorted(people.overtaken().items())),
    }


def missed(result: dict[str, Any], lives: int) -> list[str]:
    """Which goals this run has not reached; a smaller one than a full run need not meet all."""
    kills, at_once, recoveries = (result[name] for name in (KILLED, ALL_KILLED, RECOVERED))
    goals = {
        f"{result['lives']} of {lives} lives were lived": result["lives"] == lives,
        f"{len(recoveries)} recoveries of {at_once}": len(recoveries) == at_once,
        f"only {kills} kills, not {KILLS}": lives < FULL or kills >= KILLS,
        "never was everything killed at once": lives < FULL or at_once > 0,
        **{f"no webhook was {how}": lives < FULL or result[WEBHOOKS][how] > 0 for how in ASTRAY},
        **{
            f"{seconds} s from everything killed to the first step": seconds <= FIRST_STEP_WITHIN_S
            for seconds in recoveries
        },
    }
    return [words for words, reached in goals.items() if not reached]


def unlived(result: dict[str, Any], lives: int, names: Iterable[str]) -> list[str]:
    """The endings that nobody came to: none was tried, or the clock was always faster.

    A small run tries some of them once, and who tries once may well be too late.
    """
    tried = result["endings"] if lives >= FULL else result["endings"] | result[OVERTAKEN]
    return [f"nobody lived {name}" for name in names if name not in tried]


def show(result: dict[str, Any], problems: list[str]) -> None:
    """The table, and what is wrong."""
    for name, value in result.items():
        inner = value.items() if isinstance(value, dict) else ()
        print(f"{name:45} {'' if inner else value}")
        for what, number in inner:
            print(f"    {what:41} {number}")
    for problem in problems[:50]:
        print(f"WRONG: {problem}")
    if len(problems) > 50:
        print(f"… and {len(problems) - 50} more")


def keep(result: dict[str, Any], lives: int) -> Path:
    """The file: the committed one for a full run, one that git ignores for a smaller."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / ("chaos.json" if lives >= FULL else "chaos-small.json")
    file.write_text(json.dumps(result, indent=2) + "\n")
    return file


def _of(done: Counter[str], deed: str) -> int:
    return sum(number for what, number in done.items() if what.startswith(deed))
