"""What one person of the house wants done to a case, until a second one confirms it."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from domain.errors import NotYours, SeenIsStale
from domain.ids import UserId
from domain.money import Minor


class _Proposed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    by: UserId


class Correction(_Proposed):
    """Another sum than was typed, which waits for a second person."""

    arrived_minor: Minor


class End(_Proposed):
    """Somebody of the house wants a case ended without an answer; a second person confirms it."""

    ripe: bool = False
    """Whether the last chance to answer is over."""


class Booking(_Proposed):
    """How much of what a network gave back is the client's; a second person confirms it."""

    client_minor: Minor


P = TypeVar("P", bound=_Proposed)


def second(proposed: P | None, seen: str, by: UserId | None) -> P:
    """What was proposed, as a second person saw it.

    SeenIsStale when that is another, or none any more; NotYours for whoever proposed it.
    """
    if proposed is None or proposed.id != seen:
        raise SeenIsStale("this is not what was proposed")
    if proposed.by == by:
        raise NotYours("Another person than the one who proposed it has to confirm it")
    return proposed
