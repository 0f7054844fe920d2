"""The steps of a contest that ten thousand have entered, against one that a hundred have."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

from benchmarks.entrants import NOW, Crowd
from benchmarks.figures import Figure, at_most
from benchmarks.ground import Ground
from benchmarks.rounds import Side, in_turn
from domain.policy import DAY
from workflows import options

PRIZES = (100_00, 50_00)
END = NOW + (3 + 14 + 30) * DAY
"""When a guaranteed contest that nobody judges shares its prizes."""


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """An award, of which everybody is told, and the prizes of a contest that everybody shares."""
    few, many = ground.sizes.entrants
    sides: dict[str, Side] = {}
    async with ground.database("contests_few") as small, ground.database("contests_many") as large:
        for name, engine, entrants in (("few", small, few), ("many", large, many)):
            crowd = await Crowd.gathered(engine, entrants)
            sides |= {f"award_{name}": _award(crowd), f"shares_{name}": _shares(crowd)}
        measured = await in_turn(sides, ground.sizes.rounds)
    for step, limit in (("award", options.SHORT), ("shares", options.STEP_TIMEOUT)):
        least, most = measured[f"{step}_few"], measured[f"{step}_many"]
        within = at_most(1000 * limit.total_seconds())
        yield Figure.of(f"contest_{step}_few", least, "ms", note=f"{few:,} entries")
        yield Figure.of(f"contest_{step}_many", most, "ms", within, note=f"{many:,} entries")
        yield Figure.ratio(f"contest_{step}_growth", most, least, at_most(many / few))


def _award(crowd: Crowd) -> Side:
    """The milliseconds of one award; the contest still has a prize open."""

    async def took() -> float:
        await crowd.posted(*PRIZES)
        await crowd.until(NOW + 4 * DAY)
        began = time.perf_counter()
        await crowd.award(1, NOW + 5 * DAY)
        return 1000 * (time.perf_counter() - began)

    return took


def _shares(crowd: Crowd) -> Side:
    """The milliseconds in which prizes that nobody won go to everybody."""

    async def took() -> float:
        await crowd.posted(*PRIZES)
        await crowd.until(END - timedelta(hours=1))
        began = time.perf_counter()
        await crowd.until(END + timedelta(hours=1))
        return 1000 * (time.perf_counter() - began)

    return took
