"""A project: a request for bids, and the bids that freelancers place on it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import Case, Role
from domain.confidentiality import Fingerprint
from domain.ids import BidId, UserId
from domain.lone_states import ProjectState
from domain.money import Minor


class Project(Case):
    """What a client wants done, and asks freelancers to bid for."""

    state: ProjectState = ProjectState.DRAFT
    client: UserId
    sealed: bool = False
    """Whether a bid is the client's to read alone."""
    start_when_funded: bool = True
    """Whether what it awards begins by itself when money comes."""
    confidentiality: Fingerprint | None = None
    """What the client asks of whoever is awarded besides the agreement in force."""
    open_since: datetime
    """What its end counts from: the posting, or the end it was extended from."""
    extensions: int = 0
    awards: int = 0
    """How many bids were awarded."""

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}


class BidState(StrEnum):
    """What people see on a bid."""

    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    AWARDED = "awarded"


class Bid(BaseModel):
    """What one freelancer offers to do a project for, as its row stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: BidId
    project: str
    freelancer: UserId
    version: int
    state: BidState
    amount_minor: Minor
    days: int
    linked: bool = False
    """Whether its freelancer is linked with the client, and staff have not cleared that."""
