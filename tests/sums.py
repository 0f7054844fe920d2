"""How amounts are sent: `freelancer_minor=5` is `{"freelancer": {"amount_minor": 5, …}}`."""

from collections.abc import Mapping
from typing import Any

MINOR = "_minor"


def as_sent(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its minor units as amounts of the one currency."""
    return {
        name.removesuffix(MINOR): {"amount_minor": value, "currency": "USD"}
        if name.endswith(MINOR)
        else value
        for name, value in body.items()
    }
