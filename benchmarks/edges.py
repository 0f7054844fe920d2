"""Our API and a bare one under the same callers: throughput, and p99 at half the bare peak."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.load import Act, at_full_speed, at_rate
from benchmarks.rounds import in_turn, percentile

CALLERS = 50
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
    slower: float = 2.0
    """p99 at most this often the bare side's."""

    async def figures(self, rounds: int, count: int) -> list[Figure]:
        """Both sides at full speed in turn, then both at half of the bare side's peak."""
        await self._peak(self.ours, max(count // 4, CALLERS))
        await self._peak(self.bare, max(count // 4, CALLERS))
        speeds = await in_turn(
            {
                "ours": lambda: self._peak(self.ours, count),
                "bare": lambda: self._peak(self.bare, count),
            },
            rounds,
        )
        half = max(speeds["bare"]) / 2
        waits = await in_turn(
            {
                "ours": lambda: self._p99(self.ours, count, half),
                "bare": lambda: self._p99(self.bare, count, half),
            },
            rounds,
        )
        return self._figures(speeds, waits, half)

    def _figures(
        self, speeds: dict[str, list[float]], waits: dict[str, list[float]], half: float
    ) -> list[Figure]:
        name, note = self.name, f"at {half:.0f} requests/s"
        return [
            Figure.of(f"{name}_per_second", speeds["ours"], "1/s"),
            Figure.of(f"{name}_bare_per_second", speeds["bare"], "1/s"),
            Figure.ratio(
                f"{name}_throughput", speeds["ours"], speeds["bare"], at_least(self.throughput)
            ),
            Figure.of(f"{name}_p99", waits["ours"], "ms", note=note),
            Figure.of(f"{name}_bare_p99", waits["bare"], "ms", note=note),
            Figure.ratio(f"{name}_p99_ratio", waits["ours"], waits["bare"], at_most(self.slower)),
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
