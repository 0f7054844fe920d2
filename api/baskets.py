"""Baskets: listings bought at once, or one alone; each that is bought is a job of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access, job_views
from api.bodies import Amount, Asked, Balance, Line, Shown
from api.callers import Caller
from api.cases import CaseShown, common
from api.decisions import LATER, Noun, begun, pending
from api.ids import BasketId, ListingId
from api.job_views import JobShown
from api.listings import Version
from api.lone import add_reads
from api.payout_methods import policy_of
from api.problems import Problem
from api.send import Content, Decider, TheDecider
from domain.basket import BASKET
from domain.basket_case import Basket, ListingState, Mode
from domain.basket_commands import MOST_ITEMS, BuyBasket
from domain.errors import UnknownReference
from domain.ids import UserId
from domain.listing import require_not_own
from domain.policy import CaseTerms
from failpoints import here
from ledger import cases, ids, listings
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/baskets", tags=["listings"])
on_listings = APIRouter(prefix="/listings", tags=["listings"])
Chosen = Annotated[Mode, Field(strict=False), BeforeValidator(str)]


class Seen(Asked):
    """The version and the price that the client saw."""

    version: Version
    price: Amount


class Wanted(Seen):
    """A listing as the client saw it."""

    listing: Line


class Filled(Asked):
    """What to buy: all of it or nothing, or those that are still as they were seen."""

    items: Annotated[list[Wanted], Field(min_length=1, max_length=MOST_ITEMS)]
    mode: Chosen

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.listing for one in self.items}) < len(self.items):
            raise ValueError("each listing is named once")
        return self


class ItemShown(Shown):
    """A listing in a basket: the job it became, or why it was not bought."""

    listing: str
    version: int
    price: Balance
    job_id: str | None
    missing: str | None


class BasketShown(CaseShown):
    """A basket as its client sees it."""

    mode: str
    items: list[ItemShown]
    paid: Balance


class BasketLine(Shown):
    """A basket in a list."""

    id: str
    title: str
    state: str
    opened_at: datetime
    last_event_at: datetime


@router.post("", status_code=201, response_model=BasketShown, responses=LATER)
async def buy(asked: Filled, decider: TheDecider) -> JSONResponse:
    """Buy listings at once: paid and delivered, or refused; nothing is reserved."""
    content = asked.model_dump(mode="json")

    async def write(c: AsyncConnection) -> RowMapping:
        return await _begin(c, decider, asked, content)

    return await begun(decider, NOUN, content, write)


@on_listings.post(
    "/{listing_id}/purchase", status_code=201, response_model=JobShown, responses=LATER
)
async def purchase(listing_id: ListingId, asked: Seen, decider: TheDecider) -> JSONResponse:
    """Buy a listing: its job begins in review, with its files as the delivery."""
    content = asked.model_dump(mode="json")
    wanted = Wanted(listing=listing_id, **dict(asked))
    alone = Filled(items=[wanted], mode=Mode.ALL)
    async with decider.engine.begin() as c:
        row = await decider.known(c, content)
        if row is None:
            if not await _known(c, [listing_id]):
                raise Problem("not_found")
            row = await _begin(c, decider, alone, content)
        pair = await cases.read(c, row["case_id"])
        assert pair is not None, "the draft is there"
    if await decider.outcome(pair, row) is None:
        return pending(row["id"])
    return await _job(decider, row["case_id"])


async def _job(decider: Decider, basket_id: str) -> JSONResponse:
    """The job that the one listing of a basket became."""
    async with to_read(decider.engine) as c:
        bought = await cases.read(c, basket_id)
        assert bought is not None, "cases are never deleted"
        [item] = bought.of(Basket).items
        assert item.job is not None, "it was bought"
        pair = await cases.read(c, item.job)
        assert pair is not None, "it became a job"
        shown = await job_views.show(c, pair, decider.caller, decider.settings)
    location = {"Location": f"/v1/jobs/{item.job}"}
    return JSONResponse(shown.model_dump(mode="json"), 201, location)


async def _begin(
    c: AsyncConnection, decider: Decider, asked: Filled, content: Content
) -> RowMapping:
    """The basket with the instruction that buys it; a refusal when nobody could."""
    named = [one.listing for one in asked.items]
    there = await _known(c, named)
    for n, one in enumerate(named):
        if one not in there:
            raise UnknownReference("there is no such listing", field=f"items/{n}", listing=one)
        require_not_own(listings.as_listing(there[one], ()), UserId(decider.caller.id))
    basket = _draft(asked, decider)
    alone = len(named) == 1 and there[named[0]]["state"] != ListingState.DRAFT
    title = there[named[0]]["title"] if alone else f"{len(named)} listings"
    row = await decider.begin(c, basket, BuyBasket(), content, title=title)
    here("basket.written")
    return row


async def _known(c: AsyncConnection, named: Sequence[str]) -> dict[str, RowMapping]:
    """Those of these listings that were for sale at some time: of others nobody knows."""
    there = await listings.of(c, named)
    return {one: row for one, row in there.items() if row["warranted_at"] is not None}


def _draft(asked: Filled, decider: Decider) -> Basket:
    policy = policy_of(decider.settings)
    terms = CaseTerms(policy=policy, currency=asked.items[0].price.currency)
    now: dict[str, Any] = dict.fromkeys(("opened_at", "last_event_at", "since"), datetime.now(UTC))
    items = [
        {"listing": one.listing, "version": one.version, "price_minor": one.price.amount_minor}
        for one in asked.items
    ]
    made = {"id": ids.fresh("basket"), "client": decider.caller.id, "mode": asked.mode}
    return Basket.model_validate({**made, **now, "terms": terms, "items": items})


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> BasketShown:
    """The basket as its client, or staff, see it."""
    basket, role = pair.of(Basket), access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    currency = basket.terms.currency
    items = [
        ItemShown(
            listing=one.listing,
            version=one.version,
            price=Balance(amount_minor=one.price_minor, currency=currency),
            job_id=one.job,
            missing=one.missing.value if one.missing else None,
        )
        for one in basket.items
    ]
    paid = sum(one.price_minor for one in basket.items if one.job is not None)
    return BasketShown(
        **common(pair, basket, role, caller, our),
        mode=basket.mode.value,
        items=items,
        paid=Balance(amount_minor=paid, currency=currency),
    )


def line(row: RowMapping) -> BasketLine:
    """The basket of a row, for a list."""
    return BasketLine.model_validate(row)


NOUN = Noun(BASKET, BasketId, BasketShown, show)
add_reads(router, NOUN, BasketLine, line)
