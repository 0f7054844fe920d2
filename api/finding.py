"""What people look for: the same words, tags, prices and orders for everything that is public."""

import re
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from api.bodies import Balance, Shown
from api.callers import TheCaller
from api.pages import Place, bad_cursor
from api.problems import Problem
from api.state import Engine
from domain.texts import plain
from ledger import finding
from ledger.finding import Order, Wanted

router = APIRouter(prefix="/facets", tags=["finding"])
Minor = Annotated[int | None, Query(ge=0, le=2**40, description="minor units")]
_PRICED = re.compile(r"\d{1,18}\.[a-z]+_[0-9a-z]{26}")
_NAMED = re.compile(r"[a-z]+_[0-9a-z]{26}")


class Count(Shown):
    """How many have this tag."""

    tag: str
    count: int


class Band(Shown):
    """How many cost this much, or more, up to the next band."""

    at_least: Balance
    count: int


class Facets(Shown):
    """What the newest matches have in common; `whole`: these are all there are."""

    counted: int
    whole: bool
    tags: list[Count]
    prices: list[Band]


async def _wanted(
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[list[str] | None, Query(max_length=10)] = None,
    at_least: Minor = None,
    at_most: Minor = None,
) -> Wanted:
    """What a search asks for; its kind and order are its route's."""
    tags = tuple(one.lower() for one in tag or ())
    for text in (q, *tags):
        try:
            plain(text)
        except ValueError as wrong:
            raise Problem("invalid", errors=[{"parameter": "q", "detail": str(wrong)}]) from wrong
    if q.strip() and all(word.startswith("-") for word in q.split()):
        why = "say what you look for, not only what you do not"
        raise Problem("invalid", errors=[{"parameter": "q", "detail": why}])
    return Wanted("", q.strip(), tags, at_least, at_most)


async def _in_order(
    wanted: Annotated[Wanted, Depends(_wanted)],
    place: Place,
    order: Annotated[
        Order | None, Query(description="without one: relevance with words, else newest")
    ] = None,
) -> Wanted:
    """The same, in an order, after its place."""
    first = order or (Order.RELEVANCE if wanted.words else Order.NEWEST)
    priced = first in (Order.CHEAPEST, Order.DEAREST)
    if place is not None and not (_PRICED if priced else _NAMED).fullmatch(place):
        raise bad_cursor()
    return replace(wanted, order=first, after=place)


Asked = Annotated[Wanted, Depends(_wanted)]
Sought = Annotated[Wanted, Depends(_in_order)]
"""What a list of something public is asked for."""


@router.get("/{kind}")
async def facets(
    kind: Literal["projects", "contests", "listings", "freelancers"],
    caller: TheCaller,
    engine: Engine,
    wanted: Asked,
) -> Facets:
    """Tags and prices of what a search finds, to narrow it by."""
    async with engine.connect() as c:
        seen = await finding.facets(c, replace(wanted, kind=kind.removesuffix("s")))
    return Facets(
        counted=seen.counted,
        whole=seen.whole,
        tags=[Count(tag=tag, count=count) for tag, count in seen.tags],
        prices=[Band(at_least=Balance(amount_minor=n), count=count) for n, count in seen.prices],
    )
