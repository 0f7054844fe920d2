"""A basket: listings that a client buys at once; and a listing, as its row stands."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import Case, Role
from domain.ids import CaseId, FileId, ListingId, UserId
from domain.lone_states import BasketState
from domain.money import Currency, Minor


class ListingState(StrEnum):
    """What people see on a listing."""

    DRAFT = "draft"
    LISTED = "listed"
    SOLD = "sold"


class _Row(BaseModel):
    """What a newer build adds, an older one passes over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Listing(_Row):
    """Ready work that its freelancer sells to one buyer, as its row stands."""

    id: ListingId
    seller: UserId
    state: ListingState
    version: int
    price_minor: Minor
    currency: Currency
    files: tuple[FileId, ...] = ()
    taken: bool = False
    """Whether one of its files has become a client's since, as the work of another job."""
    linked: bool = False
    """Whether its seller is linked with the buyer, and staff have not cleared that."""


class Mode(StrEnum):
    """What a client wants when not everything is there any more."""

    ALL = "all"
    THOSE_STILL_THERE = "those_still_there"


class Missing(StrEnum):
    """Why a listing is not bought as it was seen."""

    SOLD = "sold"
    NOT_LISTED = "not_listed"
    CHANGED = "changed"
    NOT_ORIGINAL = "not_original"


class Item(_Row):
    """A listing as the client saw it, and what became of it."""

    listing: ListingId
    version: int
    price_minor: Minor
    job: CaseId | None = None
    """What it became, once it is bought."""
    missing: Missing | None = None
    """Why it was not."""


class Basket(Case):
    """What a client buys in one go."""

    state: BasketState = BasketState.DRAFT
    client: UserId
    mode: Mode = Mode.ALL
    items: tuple[Item, ...]

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}
