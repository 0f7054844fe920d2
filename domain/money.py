"""Money is whole minor units of one currency; parts always add up to the whole."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

LARGEST_MINOR = 2**53 - 1
"""The largest sum a JSON reader keeps exactly; far above any single price."""

Minor = Annotated[int, Field(strict=True, ge=0, le=LARGEST_MINOR)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Money(BaseModel):
    """An amount in minor units (cents) of one ISO 4217 currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount_minor: Minor
    currency: Currency = "USD"

    def __add__(self, other: Self) -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount_minor=self.amount_minor + other.amount_minor, currency=self.currency)

    def __str__(self) -> str:
        return f"{show(self.amount_minor)} {self.currency}"


def show(amount_minor: int) -> str:
    """The amount as people write it: 123456 → `1,234.56`."""
    sign = "-" if amount_minor < 0 else ""
    units, cents = divmod(abs(amount_minor), 100)
    return f"{sign}{units:,}.{cents:02d}"


def portion(amount_minor: int, rate: Decimal) -> int:
    """`rate` of the amount, rounded half up to whole minor units."""
    return int((amount_minor * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by `weights` with the largest remainder, ties to the earliest.

    The parts add up to `total`; none exceeds its weight when `total` ≤ the sum of the weights.
    """
    whole = sum(weights)
    if whole <= 0 or total < 0 or min(weights) < 0:
        raise ValueError("a division needs a total and weights that are not negative")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
