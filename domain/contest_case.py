"""A contest: prizes for the best of what freelancers enter, and the entries beside it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.accounts import Parts
from domain.cases import Case, Role
from domain.ids import CaseId, ContestEntryId, UserId
from domain.lone_states import ContestState
from domain.money import Minor
from domain.policy import Terms


class Prize(BaseModel):
    """One prize: open until it is awarded, then under way until its handover has ended."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    amount_minor: Minor
    """What was set aside for it; after a handover that failed, what came back."""
    entry: ContestEntryId | None = None
    job: CaseId | None = None
    """The handover, once it is awarded."""
    settled: bool = False
    """Whether it was handed over, given back or shared."""

    @property
    def open(self) -> bool:
        """Whether it can be awarded."""
        return self.job is None and not self.settled

    @property
    def under_way(self) -> bool:
        """Whether its winner is handing over."""
        return self.job is not None and not self.settled


class Contest(Case):
    """What a client offers prizes for."""

    state: ContestState = ContestState.DRAFT
    terms: Terms
    """Its price are all prizes it was posted with; its time is that of a handover."""
    client: UserId
    open_period: timedelta
    """How long it takes entries."""
    guaranteed: bool = False
    """Whether every prize is paid, to somebody, if anybody valid entered."""
    open_entries: bool = False
    """Whether entrants see each other's entries before it is over."""
    prizes: tuple[Prize, ...]
    held: Parts | None = None
    """What lies in its escrow: the open prizes."""
    open_until: datetime | None = None
    judging_since: datetime | None = None
    """What the end of judging counts from."""
    extensions: int = 0
    entered: int = 0
    """How many entries there were when judging began."""
    finalists: int = 0
    non_use: str | None = None
    """Who signed that no entry is used."""

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}

    @property
    def promised(self) -> bool:
        """Whether its prizes go to entrants in any case: the client chooses only to whom."""
        return self.entered > 0 and (self.guaranteed or self.finalists > 0)


class EntryState(StrEnum):
    """What people see on a contest entry."""

    ENTERED = "entered"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    AWARDED = "awarded"


class ContestEntry(BaseModel):
    """What one freelancer entered, as its row stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ContestEntryId
    contest: str
    freelancer: UserId
    number: int
    state: EntryState
    hash: str
    """Of its files, when it was entered."""
    finalist: bool = False
    linked: bool = False
    """Whether its freelancer is linked with the client, and staff have not cleared that."""


class Entrant(BaseModel):
    """One person who may share a prize, with the best of what they entered."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: UserId
    finalist: bool
    rating: int
    """The best rating; 0 without one."""
    number: int
    """Of their earliest entry."""
    marks: Mapping[str, datetime] = {}
    """Whoever has one of these in common is linked; since when they have it."""
    cleared: frozenset[UserId] = frozenset()
    """With whom they are not, as staff said."""
