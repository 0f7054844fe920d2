"""Taking turns: every side runs once in each round, and who goes first changes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil

Side = Callable[[], Awaitable[float]]


async def in_turn(sides: Mapping[str, Side], rounds: int) -> dict[str, list[float]]:
    """What each side measured in each round; the order is turned around from round to round."""
    measured: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            measured[name].append(await sides[name]())
    return measured


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    if not values:
        raise ValueError("no value was measured")
    return sorted(values)[max(ceil(share * len(values)), 1) - 1]
