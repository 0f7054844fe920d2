"""What goes wrong, when, and for how long: all of it follows from the seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

Deed = Literal["kill", "freeze", "restart"]
EVERYTHING = "everything"
WEIGHTS: dict[str, int] = {
    "worker-1": 4,
    "worker-2": 4,
    "api-1": 4,
    "api-2": 3,
    "postgres": 3,
    "temporal": 2,
}
DEEDS: dict[Deed, int] = {"kill": 7, "freeze": 2, "restart": 1}
BETWEEN_S = (2.0, 9.0)
EVERYTHING_EVERY = 25
WAITING = 0.7


@dataclass(frozen=True)
class Fault:
    """After a pause, this happens to this part; it is started again after so many seconds."""

    pause_s: float
    deed: Deed
    part: str
    back_after_s: float
    waits: bool = True
    """Whether everything works again before it happens; else it comes in the middle of it."""


def script(seed: int) -> Iterator[Fault]:
    """The run's faults, without end."""
    chance = Random(seed)
    number = 0
    while True:
        number += 1
        pause = chance.uniform(*BETWEEN_S)
        [deed] = chance.choices(list(DEEDS), list(DEEDS.values()))
        [part] = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        back = chance.uniform(1, 4) if deed == "freeze" else chance.uniform(0, 1)
        if number % EVERYTHING_EVERY == EVERYTHING_EVERY // 2:
            yield Fault(pause, "kill", EVERYTHING, 0)
        else:
            yield Fault(pause, deed, part, back, waits=chance.random() < WAITING)
