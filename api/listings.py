"""Listings: ready work that freelancers offer; written, published and found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import published
from api.bodies import Agreed, Amount, Asked, FileIds, Line, Prose, Tags, as_kept
from api.callers import Caller, TheCaller
from api.files import require_room
from api.finding import Sought
from api.idempotency import OwnOnce
from api.ids import ListingId
from api.listing_views import ListingLine, ListingSeen, ListingShown, line, seen, whole
from api.pages import Limit, Page, Place, page
from api.payout_methods import policy_of
from api.problems import Problem, field
from api.published import OfRow
from api.state import Engine, TheSettings
from domain.access import HOUSE
from domain.basket_case import Listing, ListingState
from domain.listing import (
    Content,
    require_move,
    require_publishable,
    require_same_files,
)
from domain.project import require_price
from failpoints import here
from ledger import files, listings, originals, people
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/listings", tags=["listings"])
mine = APIRouter(prefix="/me", tags=["listings"])
Kind = Annotated[Content, Field(strict=False), BeforeValidator(str)]
Version = Annotated[int, Field(ge=1, lt=2**31)]


class Offered(Asked):
    """Ready work, its price and its files; `previews` are those shown before the sale."""

    title: Line
    description: Prose
    content: Kind
    price: Amount
    tags: Tags = Field(default_factory=list)
    files: FileIds = Field(default_factory=list)
    previews: FileIds = Field(default_factory=list)


class Edited(Offered):
    """The listing as it is from now on, and the version that was edited."""

    version: Version


class Published(Asked):
    """The version that is offered; under this name its seller warrants that it is theirs."""

    version: Version
    warranted: Agreed
    name: Line


class Unpublished(Asked):
    """The version that is offered no longer."""

    version: Version


@router.post("", status_code=201, response_model=ListingShown)
async def write(asked: Offered, caller: TheCaller, once: OwnOnce, our: TheSettings) -> JSONResponse:
    """Write a listing, which nobody else sees before it is published."""

    async def keep(c: AsyncConnection) -> ListingShown:
        handed = await _checked(c, asked, caller, our)
        await require_room(c, our, caller.id, handed)
        row = await listings.create(c, caller.id, handed, asked.previews, **_said(asked))
        return await _whole(c, row["id"], caller)

    return await once(asked, keep)


@router.get("")
async def found(
    caller: TheCaller,
    engine: Engine,
    sought: Sought,
    limit: Limit = 50,
    kind: Annotated[Content | None, Query()] = None,
) -> Page[ListingLine]:
    """What is for sale; `q` looks into title, tags and description."""
    wanted = replace(sought, kind="listing", content=kind.value if kind else None)
    return await published.found(engine, wanted, limit, _lines)


@router.get("/{listing_id}")
async def one(
    listing_id: ListingId, caller: TheCaller, engine: Engine
) -> ListingShown | ListingSeen:
    """The listing: whole for its seller and staff; a draft is for nobody else."""
    async with to_read(engine) as c:
        return await _read(c, listing_id, caller)


@router.put("/{listing_id}")
async def edit(
    listing_id: ListingId, asked: Edited, caller: TheCaller, engine: Engine, our: TheSettings
) -> ListingShown:
    """Change it until it is sold; who saw the version before cannot buy it."""
    async with engine.begin() as c:
        row, listing = await _own(c, listing_id, caller)
        if await _differs(c, asked, row, listing):
            require_move("edit", listing, asked.version)
            handed = await _checked(c, asked, caller, our)
            require_same_files(listing, tuple(handed))
            await require_room(c, our, caller.id, set(handed).difference(listing.files))
            await listings.change(c, listing_id, handed, asked.previews, **_said(asked))
        return await _whole(c, listing_id, caller)


@router.post("/{listing_id}/publish", response_model=ListingShown)
async def publish(
    listing_id: ListingId, asked: Published, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Offer it to everybody, and warrant that it is mine to sell."""

    async def keep(c: AsyncConnection) -> ListingShown:
        _, listing = await _own(c, listing_id, caller, locked=False)
        require_move("publish", listing, asked.version)
        require_publishable(listing, await people.standing(c, caller.id))
        # Before the listing's row, as every step takes them.
        await originals.claim(c, listing.files, but=listing.id)
        _, listing = await _own(c, listing_id, caller)
        require_move("publish", listing, asked.version)
        await listings.publish(c, listing_id, asked.name)
        here("listing.published")
        return await _whole(c, listing_id, caller)

    return await once(asked, keep, status=200)


@router.post("/{listing_id}/unpublish", response_model=ListingShown)
async def unpublish(
    listing_id: ListingId, asked: Unpublished, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Offer it no longer; it is my draft again."""

    async def keep(c: AsyncConnection) -> ListingShown:
        _, listing = await _own(c, listing_id, caller)
        require_move("unpublish", listing, asked.version)
        await listings.unpublish(c, listing_id)
        return await _whole(c, listing_id, caller)

    return await once(asked, keep, status=200)


@mine.get("/listings")
async def my_listings(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[ListingLine]:
    """My listings and what became of them, newest first."""
    async with to_read(engine) as c:
        rows = await listings.of_seller(c, caller.id, place, limit + 1)
    return page(rows, limit, line)


async def _lines(c: AsyncConnection, rows: Sequence[RowMapping]) -> OfRow[ListingLine]:
    there = await listings.of(c, [row["subject_id"] for row in rows])
    return lambda row: line(there[row["subject_id"]])


async def _own(
    c: AsyncConnection, listing_id: str, caller: Caller, *, locked: bool = True
) -> tuple[RowMapping, Listing]:
    """The caller's listing, if `locked` until this is done; 404 for everybody else."""
    there = await listings.find(c, listing_id, locked=locked)
    if there is None or there[1].seller != caller.id:
        raise Problem("not_found")
    return there


async def _whole(c: AsyncConnection, listing_id: str, caller: Caller) -> ListingShown:
    shown = await _read(c, listing_id, caller)
    assert isinstance(shown, ListingShown), "it is the caller's"
    return shown


async def _read(c: AsyncConnection, listing_id: str, caller: Caller) -> ListingShown | ListingSeen:
    there = await listings.find(c, listing_id)
    if there is None:
        raise Problem("not_found")
    row, listing = there
    handed = await listings.files(c, listing_id)
    if listing.seller == caller.id:
        return whole(row, listing, handed, caller.id)
    if not caller.roles.isdisjoint(HOUSE):
        (await people.standing(c, caller.id)).require_undertaking()
        return whole(row, listing, handed, caller.id)
    if listing.state is ListingState.DRAFT:
        raise Problem("not_found")
    named = (await listings.of(c, [listing_id]))[listing_id]
    return seen(named, listing, handed, caller.id)


async def _checked(c: AsyncConnection, asked: Offered, caller: Caller, our: Settings) -> list[str]:
    """The files it is sold with; a refusal when they, or the price, cannot be."""
    require_price(policy_of(our), asked.price.amount_minor)
    handed = list(dict.fromkeys(asked.files))
    await files.require_owned(c, handed, caller.id)
    if not set(asked.previews) <= set(handed):
        raise field("#/previews", "a preview is of one of the files")
    return handed


async def _differs(c: AsyncConnection, asked: Offered, row: RowMapping, listing: Listing) -> bool:
    """Whether anything of it would change: sent again, the same edit is done already."""
    shown = {one["id"] for one in await listings.files(c, listing.id) if one["preview"]}
    same = all(row[name] == value for name, value in _said(asked).items())
    handed = tuple(dict.fromkeys(asked.files))
    return not same or handed != listing.files or set(asked.previews) != shown


def _said(asked: Offered) -> dict[str, Any]:
    return {
        "title": asked.title,
        "description": asked.description,
        "content": asked.content.value,
        "tags": as_kept(asked.tags),
        "price_minor": asked.price.amount_minor,
        "currency": asked.price.currency,
    }
