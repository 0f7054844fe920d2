"""Finding what is public: by words, tags and price, in an order, a page at a time.

The first rows of the order are looked at one after the other: what is frequent fills its page
there. What does not is rare, and the rest of it is found by the indexes of words, tags and prices.
That part still grows with the market (`benchmarks/README.md`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.market_tables import publication as p

WINDOW = 10_000
"""Rows of an order that are looked at before an index is asked for the rest."""
RANKED = 500
"""Matches, the newest, among which the most relevant are found."""
COUNTED = 1_000
"""Matches, the newest, of which facets are counted."""
MOST_TAGS = 20
BANDS_MINOR = (50_00, 100_00, 250_00, 500_00, 1_000_00, 5_000_00)
"""Prices (minor units) at which the bands of the facet begin, besides nothing."""


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for, and after which row of the order the page begins."""

    kind: str
    words: str = ""
    tags: tuple[str, ...] = ()
    at_least_minor: int | None = None
    at_most_minor: int | None = None
    content: str | None = None
    order: Order = Order.NEWEST
    after: str | None = None


@dataclass(frozen=True)
class Facets:
    """How many of the newest matches have which tag and price; `whole`: these are all there are."""

    counted: int
    whole: bool
    tags: Sequence[tuple[str, int]]
    prices: Sequence[tuple[int, int]]
    """The beginning of each band in minor units, and how many are in it."""


async def found(c: AsyncConnection, wanted: Wanted, limit: int) -> Sequence[RowMapping]:
    """So many at most, in the order that is wanted, after its place; within a transaction."""
    # A plan for whatever words somebody might send would be a bad one for all of them.
    await c.execute(text("set local plan_cache_mode = force_custom_plan"))
    if wanted.order is Order.RELEVANCE:
        return await _most_relevant(c, wanted, limit)
    return await _in_order(c, wanted, limit)


async def facets(c: AsyncConnection, wanted: Wanted) -> Facets:
    """What the newest matches have in common."""
    newest = replace(wanted, order=Order.NEWEST, after=None)
    rows = await found(c, newest, COUNTED + 1)
    whole, rows = len(rows) <= COUNTED, rows[:COUNTED]
    tags: dict[str, int] = {}
    bands = dict.fromkeys((0, *BANDS_MINOR), 0)
    for row in rows:
        for tag in row["tags"]:
            tags[tag] = tags.get(tag, 0) + 1
        if row["low_minor"] is not None:
            bands[max(band for band in bands if band <= row["low_minor"])] += 1
    most = sorted(tags.items(), key=lambda one: (-one[1], one[0]))[:MOST_TAGS]
    return Facets(len(rows), whole, most, [band for band in bands.items() if band[1]])


def place(row: RowMapping | Mapping[str, Any], order: Order) -> str:
    """Where a page goes on after this row."""
    if order in (Order.CHEAPEST, Order.DEAREST):
        return f"{row['low_minor']}.{row['subject_id']}"
    return str(row["subject_id"])


async def _in_order(c: AsyncConnection, wanted: Wanted, limit: int) -> Sequence[RowMapping]:
    ordered = _ordered(wanted)
    window = ordered.limit(WINDOW).subquery()
    near = select(window).where(*_fits(wanted, window.c)).limit(limit)
    rows = list((await c.execute(near)).mappings())
    if len(rows) == limit or not _asks(wanted):
        return rows
    keys = ordered.with_only_columns(p.c.low_minor, p.c.subject_id)
    last = (await c.execute(keys.offset(WINDOW - 1).limit(1))).mappings().one_or_none()
    if last is None:
        return rows
    rest = replace(wanted, after=place(last, wanted.order))
    keys = select(p.c.subject_id, p.c.low_minor)
    there = keys.where(*_public(rest), *_fits(rest, p.c), *_after(rest))
    rare = there.cte("rare").prefix_with("materialized", dialect="postgresql")
    # Only what is shown is fetched whole.
    first = select(rare).order_by(*_keys(wanted.order, rare.c)).limit(limit - len(rows)).subquery()
    query = select(p).join(first, first.c.subject_id == p.c.subject_id)
    far = query.order_by(*_keys(wanted.order))
    return [*rows, *(await c.execute(far)).mappings()]


async def _most_relevant(c: AsyncConnection, wanted: Wanted, limit: int) -> Sequence[RowMapping]:
    """The newest matches, ranked; equal ones the newest first."""
    newest = replace(wanted, order=Order.NEWEST, after=None)
    ids = [row["subject_id"] for row in await _in_order(c, newest, RANKED)]
    rank = func.ts_rank_cd(p.c.words, _query(wanted.words)) if wanted.words else literal(0)
    query = select(p).where(p.c.subject_id.in_(ids)).order_by(rank.desc(), p.c.subject_id.desc())
    rows = list((await c.execute(query)).mappings())
    if wanted.after is None:
        return rows[:limit]
    # Whatever stood there may be among the matches no more: then nothing follows it.
    found = (n + 1 for n, row in enumerate(rows) if row["subject_id"] == wanted.after)
    start = next(found, len(rows))
    return rows[start : start + limit]


def _ordered(wanted: Wanted) -> Select[Any]:
    query = select(p).where(*_public(wanted), *_after(wanted))
    if wanted.order in (Order.CHEAPEST, Order.DEAREST):
        query = query.where(*_between(wanted))
    return query.order_by(*_keys(wanted.order))


def _keys(order: Order, row: Any = p.c) -> tuple[ColumnElement[Any], ...]:
    if order is Order.CHEAPEST:
        return row.low_minor, row.subject_id
    if order is Order.DEAREST:
        return row.low_minor.desc(), row.subject_id.desc()
    return (row.subject_id.desc(),)


def _public(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    return p.c.kind == wanted.kind, p.c.visible


def _after(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    if wanted.after is None:
        return ()
    if wanted.order in (Order.NEWEST, Order.RELEVANCE):
        return (p.c.subject_id < wanted.after,)
    price, _, subject = wanted.after.partition(".")
    here = tuple_(int(price), subject)
    keys = tuple_(p.c.low_minor, p.c.subject_id)
    return (keys > here if wanted.order is Order.CHEAPEST else keys < here,)


def _asks(wanted: Wanted) -> bool:
    """Whether it looks for anything but the order."""
    return bool(_fits(wanted, p.c))


def _between(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    """Where an order by price begins: what has one price has its bounds there."""
    if wanted.kind not in ("listing", "freelancer"):
        return ()
    bounds: list[ColumnElement[bool]] = []
    if wanted.at_least_minor is not None:
        bounds.append(p.c.low_minor >= wanted.at_least_minor)
    if wanted.at_most_minor is not None:
        bounds.append(p.c.low_minor <= wanted.at_most_minor)
    return tuple(bounds)


def _fits(wanted: Wanted, row: Any) -> tuple[ColumnElement[bool], ...]:
    """What a row must be; a price or budget fits when some of it lies between the bounds."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        conditions.append(row.words.op("@@")(_query(wanted.words)))
    if wanted.tags:
        conditions.append(row.tags.contains(list(wanted.tags)))
    if wanted.at_least_minor is not None:
        conditions.append(row.high_minor >= wanted.at_least_minor)
    if wanted.at_most_minor is not None:
        conditions.append(row.low_minor <= wanted.at_most_minor)
    if wanted.content is not None:
        conditions.append(row.content == wanted.content)
    return tuple(conditions)


def _query(words: str) -> ColumnElement[Any]:
    """Words as people write them: of the text by their stems, of tags as they stand."""
    stems = func.websearch_to_tsquery("english", words)
    return stems.op("||")(func.websearch_to_tsquery("simple", words))
