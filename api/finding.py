"""What people look for: the same words, tags, prices and orders for everything that is public."""

import re
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, StringConstraints

from api.bodies import Balance, Shown, as_kept
from api.callers import TheCaller
from api.pages import Place, bad_cursor
from api.problems import Problem
from api.state import Engine
from domain.listing import Content
from domain.texts import plain
from ledger import finding
from ledger.database import SNAPSHOT, to_read
from ledger.finding import Order, Wanted

router = APIRouter(prefix="/facets", tags=["finding"])
Minor = Annotated[int | None, Query(ge=0, le=2**40, description="minor units")]
Sent = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(plain)]
NOT_SOUGHT = (
    "say what you look for, not only what you do not; `or` before a `-word` would find everything"
)
_PRICED = re.compile(r"\d{1,18}\.[a-z]+_[0-9a-z]{26}")
_NAMED = re.compile(r"[a-z]+_[0-9a-z]{26}")
_RANK = r"\d{1,6}(\.\d{1,20})?(e-\d\d)?"
_RANKED = re.compile(rf"{_NAMED.pattern}~({_NAMED.pattern})?~{_RANK}~{_NAMED.pattern}")
_PLACES = {
    Order.CHEAPEST: (_PRICED,),
    Order.DEAREST: (_PRICED,),
    Order.NEWEST: (_NAMED,),
    Order.RELEVANCE: (_RANKED, _NAMED),
}
"""How a place in each order is written."""


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
    engine: Engine,
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[list[Sent] | None, Query(max_length=10)] = None,
    at_least: Minor = None,
    at_most: Minor = None,
) -> Wanted:
    """What a search asks for; its kind and order are its route's."""
    if at_least is not None and at_most is not None and at_least > at_most:
        raise _invalid("at_most", "is below at_least")
    try:
        words = plain(q).strip()
    except ValueError as wrong:
        raise _invalid("q", str(wrong)) from wrong
    if "-" in words:
        async with to_read(engine) as c:
            if await finding.only_denies(c, words):
                raise _invalid("q", NOT_SOUGHT)
    return Wanted("", words, tuple(as_kept(tag or ())), at_least, at_most)


async def _in_order(
    wanted: Annotated[Wanted, Depends(_wanted)],
    place: Place,
    order: Annotated[
        Order | None,
        Query(
            description="without one: relevance with words, else newest. By relevance the newest "
            f"{finding.RANKED} matches come first, the best of them first; the others follow"
        ),
    ] = None,
) -> Wanted:
    """The same, in an order, after its place."""
    first = order or (Order.RELEVANCE if wanted.words else Order.NEWEST)
    if place is not None and not any(one.fullmatch(place) for one in _PLACES[first]):
        raise bad_cursor()
    return replace(wanted, order=first, after=place)


Asked = Annotated[Wanted, Depends(_wanted)]
Sought = Annotated[Wanted, Depends(_in_order)]
"""What a list of something public is asked for."""


@router.get("/{noun}")
async def facets(
    noun: Literal["projects", "contests", "listings", "freelancers"],
    caller: TheCaller,
    engine: Engine,
    wanted: Asked,
    kind: Annotated[Content | None, Query(description="of listings")] = None,
) -> Facets:
    """Tags and prices of what a search finds, to narrow it by."""
    of = noun.removesuffix("s")
    sought = replace(wanted, kind=of, content=kind.value if kind else None)
    async with engine.connect() as c:
        await c.execution_options(**SNAPSHOT)
        seen = await finding.facets(c, sought)
    return Facets(
        counted=seen.counted,
        whole=seen.whole,
        tags=[Count(tag=tag, count=count) for tag, count in seen.tags],
        prices=[Band(at_least=Balance(amount_minor=n), count=count) for n, count in seen.prices],
    )


def _invalid(parameter: str, why: str) -> Problem:
    return Problem("invalid", errors=[{"parameter": parameter, "detail": why}])
