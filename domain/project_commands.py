"""What a client decides on a project; bids are rows beside it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.command import Command
from domain.written import Id, Version

MOST_AWARDS = 50
"""Bids that are awarded by one decision."""


class PostProject(Command):
    """The client asks freelancers for bids."""


class Chosen(BaseModel):
    """A bid, and the version of it that was seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bid: Id
    version: Version


class Award(Command):
    """The client chooses bids: each becomes an offer, on the terms of the bid."""

    bids: Annotated[tuple[Chosen, ...], Field(min_length=1, max_length=MOST_AWARDS)]

    @field_validator("bids")
    @classmethod
    def _each_once(cls, bids: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
        if len({one.bid for one in bids}) < len(bids):
            raise ValueError("each bid is named once")
        return bids


class Extend(Command):
    """The client leaves the project open for longer."""


class CloseProject(Command):
    """The client takes no more bids."""
