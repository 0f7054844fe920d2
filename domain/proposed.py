"""What one person of the house wants done to a case, until a second one confirms it."""

from pydantic import BaseModel, ConfigDict

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
