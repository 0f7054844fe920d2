"""Our API and a bare one under the same callers: throughput, and p99 at steady rates."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.load import Act, at_full_speed, at_rate
from benchmarks.rounds import in_turn, percentile

CALLERS = 50
STEADY_S = 8
"""How long a round at half of our own peak takes."""
Prepare = Callable[[int], Awaitable[Act]]
"""Makes ready what that many requests need, outside of what is measured; how to do each."""


@dataclass(frozen=True)
class Edge:
    """The two sides of one figure, and its goals."""

    name: str
    ours: Prepare
    bare: Prepare
    throughput: float
    """At least this part of the bare side's."""
    settled: Callable[[], Awaitable[object]]
    """Waits until our side has put off nothing: it must not work in the other's turn."""
    slower: float | None = 2.0
    """p99 at most this often the bare side's."""

    async def figures(self, rounds: int, count: int) -> list[Figure]:
        """Both sides at full speed in turn, then both at half of the bare side's peak, and of ours.

        A rate above what we can do at best shows how long a queue gets, not how long we take.
        """
        await self._peak(self.ours, max(count // 4, CALLERS))
        await self._peak(self.bare, max(count // 4, CALLERS))
        speeds = await in_turn(
            {
                "ours": lambda: self._peak(self.ours, count),
                "bare": lambda: self._peak(self.bare, count),
            },
            rounds,
        )
        half, own = (max(speeds[side]) / 2 for side in ("bare", "ours"))
        beyond = half > max(speeds["ours"])
        return [
            *self._speeds(speeds),
            *await self._waits(rounds, count, half, "", self.slower, beyond=beyond),
            *await self._waits(rounds, min(count, round(own * STEADY_S)), own, "_at_ours"),
        ]

    def _speeds(self, speeds: dict[str, list[float]]) -> list[Figure]:
        ours, bare, name = speeds["ours"], speeds["bare"], self.name
        return [
            Figure.of(f"{name}_per_second", ours, "1/s"),
            Figure.of(f"{name}_bare_per_second", bare, "1/s"),
            Figure.ratio(f"{name}_throughput", ours, bare, at_least(self.throughput)),
        ]

    async def _waits(
        self,
        rounds: int,
        count: int,
        rate: float,
        where: str,
        slower: float | None = None,
        *,
        beyond: bool = False,
    ) -> list[Figure]:
        """p99 of both sides at this rate, and their ratio."""
        waits = await in_turn(
            {
                "ours": lambda: self._p99(self.ours, count, rate),
                "bare": lambda: self._p99(self.bare, count, rate),
            },
            rounds,
        )
        ours, bare, name = waits["ours"], waits["bare"], f"{self.name}{{}}_p99{where}"
        note = f"at {rate:.0f} requests/s" + (", more than we can do: a queue" if beyond else "")
        goal = None if slower is None else at_most(slower)
        return [
            Figure.of(name.format(""), ours, "ms", note=note),
            Figure.of(name.format("_bare"), bare, "ms", note=note),
            Figure.ratio(f"{name.format('')}_ratio", ours, bare, goal, note),
        ]

    async def _peak(self, side: Prepare, count: int) -> float:
        act = await side(count)
        speed = await at_full_speed(count, CALLERS, act)
        await self.settled()
        return speed

    async def _p99(self, side: Prepare, count: int, rate: float) -> float:
        act = await side(count)
        waits = await at_rate(count, rate, act)
        await self.settled()
        return percentile(waits, 0.99) * 1000
