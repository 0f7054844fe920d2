"""A figure: what was measured, with its range, and the goal it is held against."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Goal:
    """At least or at most this much."""

    sign: Literal[">=", "<="]
    bound: float

    def met_by(self, value: float) -> bool:
        """Whether the value keeps the goal; one exactly at the bound does."""
        return value >= self.bound if self.sign == ">=" else value <= self.bound

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:,g}"


def at_least(bound: float) -> Goal:
    """A goal that more than enough meets."""
    return Goal(">=", bound)


def at_most(bound: float) -> Goal:
    """A goal that less meets."""
    return Goal("<=", bound)


@dataclass(frozen=True)
class Figure:
    """One measured figure: the median of its rounds, and the lowest and highest of them."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    low: float | None = None
    high: float | None = None
    rounds: tuple[float, ...] = field(default=())
    note: str = ""

    @classmethod
    def of(
        cls, name: str, rounds: Sequence[float], unit: str, goal: Goal | None = None, note: str = ""
    ) -> Self:
        """The figure that these rounds make."""
        kept = tuple(rounds)
        return cls(name, median(kept), unit, goal, min(kept), max(kept), kept, note)

    @classmethod
    def ratio(
        cls,
        name: str,
        ours: Sequence[float],
        theirs: Sequence[float],
        goal: Goal | None = None,
        note: str = "",
    ) -> Self:
        """Ours over theirs, round by round: both sides of a round met the same weather."""
        pairs = [a / b for a, b in zip(ours, theirs, strict=True)]
        return cls.of(name, pairs, "x", goal, note)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None for a figure that has none."""
        return None if self.goal is None else self.goal.met_by(self.value)

    def line(self) -> str:
        """`name value unit goal`, whether the goal is met, and the range of the rounds."""
        words = [self.name, shown(self.value), self.unit]
        if self.goal is not None:
            words += [str(self.goal), "met" if self.met else "MISSED"]
        if self.low is not None and self.high is not None and len(self.rounds) > 1:
            words.append(f"[{shown(self.low)} .. {shown(self.high)}]")
        return "  ".join([*words, self.note] if self.note else words)

    def as_json(self) -> dict[str, Any]:
        """The figure as `results.json` keeps it."""
        return asdict(self) | {"goal": str(self.goal) if self.goal else None, "met": self.met}


def shown(value: float) -> str:
    """Three digits that say something, all of them from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.3g}"
