"""A listing: ready work that its freelancer offers; its row, whose it is to change, and when."""

from enum import StrEnum

from domain.basket_case import Item, Listing, ListingState, Missing
from domain.cases import Ip, Job
from domain.errors import ConditionMissing, Linked, NotOpen, SeenIsStale
from domain.ids import UserId
from domain.moves import Move
from domain.standing import Standing

S = ListingState
PREFIX = "listing_"
"""How the ids of listings begin, which tell a job's origin."""


class Content(StrEnum):
    """What kind of work it is."""

    TEXT = "text"
    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    CODE = "code"
    OTHER = "other"


MOVES = (
    Move("edit", frozenset({S.DRAFT, S.LISTED}), None, "seller", "Change what is offered"),
    Move("publish", frozenset({S.DRAFT}), S.LISTED, "seller", "Offer it, and warrant it is yours"),
    Move("unpublish", frozenset({S.LISTED}), S.DRAFT, "seller", "Offer it no longer"),
    Move("purchase", frozenset({S.LISTED}), S.SOLD, "buyer", "Pay for it and get its files"),
    Move("return", frozenset({S.SOLD}), S.DRAFT, "job", "The job ended and the work is not sold"),
)


def move(name: str) -> Move:
    """The row of this name."""
    return next(one for one in MOVES if one.name == name)


def open_to(listing: Listing, person: UserId) -> list[Move]:
    """What this person may do with it now."""
    who = "seller" if person == listing.seller else "buyer"
    return [one for one in MOVES if one.by == who and listing.state in one.sources]


def require_move(name: str, listing: Listing, version: int) -> None:
    """Raise NotOpen in another state, SeenIsStale when it has changed since it was seen."""
    if listing.state not in move(name).sources:
        raise NotOpen(f"{name} is not open while {listing.state}", state=listing.state.value)
    if listing.version != version:
        raise SeenIsStale("the listing has changed", version=listing.version)


def require_same_files(listing: Listing, files: tuple[str, ...]) -> None:
    """Raise NotOpen when files change while it is listed: those there are were warranted."""
    if listing.state is S.LISTED and set(files) != set(listing.files):
        raise NotOpen("unpublish it to change its files: they are warranted when it is published")


def require_publishable(listing: Listing, standing: Standing) -> None:
    """Raise what its seller lacks to offer it."""
    standing.require_to_work()
    if not listing.files:
        raise ConditionMissing("a listing has at least one file")


def require_not_own(listing: Listing, buyer: UserId) -> None:
    """Raise Linked when the buyer is the seller."""
    if buyer == listing.seller:
        raise Linked("nobody buys a listing of their own", listing=listing.id)


def require_unlinked(listing: Listing) -> None:
    """Raise Linked when the buyer is linked with the seller, and staff have not cleared that."""
    if listing.linked:
        detail = "its seller is linked with you: staff have to look at it first"
        raise Linked(detail, listing=listing.id)


def missing(item: Item, listing: Listing) -> Missing | None:
    """Why the item is not what was seen; None: it is."""
    if listing.state is S.SOLD:
        return Missing.SOLD
    if listing.state is not S.LISTED:
        return Missing.NOT_LISTED
    if listing.taken:
        return Missing.NOT_ORIGINAL
    seen = item.version, item.price_minor
    return None if seen == (listing.version, listing.price_minor) else Missing.CHANGED


def comes_back(job: Job) -> bool:
    """Whether the job, bought as a listing, has ended and left the work with its freelancer."""
    return is_purchase(job) and job.ip is Ip.FREELANCER


def is_purchase(job: Job) -> bool:
    """Whether the job was bought as a listing."""
    return job.origin is not None and job.origin.startswith(PREFIX)
