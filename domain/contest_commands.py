"""What a client decides on a contest; contest entries are rows beside it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.command import Command
from domain.money import Minor
from domain.written import Id, MaybeWords

MOST_AWARDS = 50
"""Prizes that are awarded by one decision."""


class PostContest(Command):
    """The client offers prizes, and sets them aside."""


class AddPrize(Command):
    """The client offers a further prize, and sets it aside."""

    amount_minor: Minor


class CloseEarly(Command):
    """The client takes no more entries and begins to judge."""


class NameFinalist(Command):
    """The client names an entry that the prizes are promised to, if they are not awarded."""

    entry: Id

    @property
    def chosen(self) -> list[str]:
        """The entries it is about."""
        return [self.entry]


class Chosen(BaseModel):
    """An entry, the hash of what was seen of it, and the prize it gets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: Id
    hash: Id
    prize: Annotated[int, Field(strict=True, ge=1, lt=2**31)]


class AwardPrizes(Command):
    """The client chooses winners: each hands over in a job of their own."""

    entries: Annotated[tuple[Chosen, ...], Field(min_length=1, max_length=MOST_AWARDS)]

    @property
    def chosen(self) -> list[str]:
        """The entries it is about."""
        return [one.entry for one in self.entries]

    @field_validator("entries")
    @classmethod
    def _each_once(cls, entries: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
        for named in ({one.entry for one in entries}, {one.prize for one in entries}):
            if len(named) < len(entries):
                raise ValueError("each entry and each prize is named once")
        return entries


class ExtendJudging(Command):
    """The client takes more time to judge."""


class WithdrawContest(Command):
    """The client takes the contest back; once entries came, by signing to use none of them."""

    statement: bool = False
    """That nothing of any entry is used."""
    signature: Annotated[MaybeWords, Field(max_length=200)] = ""
    """The name of whoever signs that."""


class HandoversEnded(Command):
    """A winner's handover has ended: its prize is settled, or is won anew, and judging reopens."""
