"""Finding what is public: by words, tags and price, in an order, a page at a time.

The first rows of the order are looked at one after the other: what is frequent fills its page
there. What is rare is found by the indexes of words, tags and prices. What is neither is looked
for in the next rows of the order, each time more of them. `benchmarks/README.md` has the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    REAL,
    ColumnElement,
    RowMapping,
    Select,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.database import plan_anew
from ledger.market_tables import publication as p

WINDOW = 10_000
"""Rows of an order that are looked at before an index is asked for the rest."""
PRICED = 2_500
"""The same where the order is one of prices: its rows lie apart from each other."""
MOST = 5
"""Times as many rows at most are looked at before an index is asked."""
WIDER = 4
"""Times as many rows are looked at next when an index has said that there are too many."""
SURELY = 1.3
"""Times as many as would be enough on average."""
RARE = 5_000
"""Matches that are put in order when an index has found no more than these."""
RANKED = 200
"""Matches, the newest, that are ranked by relevance; the others follow, the newest first."""
COUNTED = 1_000
"""Matches, the newest, of which facets are counted."""
MOST_TAGS = 20
SHOWN = [column for column in p.c if column is not p.c.words]
"""All that people read of what is found."""
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
    await plan_anew(c)
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


async def only_denies(c: AsyncConnection, words: str) -> bool:
    """Whether these words say what is not looked for, and nothing else."""
    return await c.scalar(select(func.querytree(_query(words)))) == "T"


def place(row: RowMapping | Mapping[str, Any], order: Order) -> str:
    """Where a page goes on after this row."""
    subject = str(row["subject_id"])
    if order in (Order.CHEAPEST, Order.DEAREST):
        return f"{row['low_minor']}.{subject}"
    # What was ranked says among which rows: others that come or go change none of its places.
    return f"{row['ranked']}~{row['rank']}~{subject}" if "rank" in row else subject


async def _in_order(
    c: AsyncConnection, wanted: Wanted, limit: int, shown: Sequence[Any] = SHOWN
) -> Sequence[RowMapping]:
    priced = wanted.order in (Order.CHEAPEST, Order.DEAREST)
    first = window = PRICED if priced else WINDOW
    there, looked, asked = list[RowMapping](), 0, False
    while True:
        there += await _near(c, wanted, limit - len(there), shown, window)
        missing, looked = limit - len(there), looked + window
        if not missing or not _asks(wanted):
            return there
        keys = _ordered(wanted)
        keys = keys.with_only_columns(p.c.subject_id, *([p.c.low_minor] if priced else []))
        last = (await c.execute(keys.offset(window - 1).limit(1))).mappings().one_or_none()
        if last is None:
            return there
        wanted = replace(wanted, after=place(last, wanted.order))
        # As frequent from here on as it was, it fills the page sooner than an index would.
        enough = int(SURELY * looked * missing / len(there)) if there else MOST * first
        window = max(enough, looked // WIDER)
        if not asked and looked + window > MOST * first:
            asked, rest = True, await _far(c, wanted, missing, shown)
            if not rest or rest[0]["matches"] <= RARE:
                return [*there, *rest]
        if asked:
            window = WIDER * looked


async def _near(
    c: AsyncConnection, wanted: Wanted, limit: int, shown: Sequence[Any], window: int
) -> Sequence[RowMapping]:
    """Those among the first rows of the order, looked at one after the other."""
    first = _ordered(wanted).limit(window).subquery()
    query = select(*(first.c[column.name] for column in shown)).where(*_fits(wanted, first.c))
    return (await c.execute(query.limit(limit))).mappings().all()


async def _far(
    c: AsyncConnection, wanted: Wanted, limit: int, shown: Sequence[Any]
) -> Sequence[RowMapping]:
    """The first by the indexes, and how many `matches` these found: of more than RARE, any."""
    there = select(p.c.subject_id, p.c.low_minor)
    there = there.where(*_public(wanted), *_fits(wanted, p.c), *_between(wanted), *_after(wanted))
    rare = there.limit(RARE + 1).cte("rare").prefix_with("materialized", dialect="postgresql")
    first = select(rare, func.count().over().label("matches"))
    one = first.order_by(*_keys(wanted.order, rare.c)).limit(limit).subquery()
    query = select(*shown, one.c.matches).join(one, one.c.subject_id == p.c.subject_id)
    return (await c.execute(query.order_by(*_keys(wanted.order)))).mappings().all()


async def _most_relevant(c: AsyncConnection, wanted: Wanted, limit: int) -> Sequence[RowMapping]:
    """The newest matches by their rank, equal ones the newest first; then all the others."""
    newest = replace(wanted, order=Order.NEWEST)
    if wanted.after and "~" not in wanted.after:
        return await _in_order(c, newest, limit)
    first, last, *here = wanted.after.split("~") if wanted.after else ("", "")
    since = replace(newest, after=f"{first}~" if here else None)
    ids = [row["subject_id"] for row in await _in_order(c, since, RANKED, [p.c.subject_id])]
    if here:
        ids = [one for one in ids if one >= last]
    elif ids:
        first, last = ids[0], ids[-1] if len(ids) == RANKED else ""
    rank = func.ts_rank_cd(p.c.words, _query(wanted.words)) if wanted.words else literal(0.0, REAL)
    query = select(*SHOWN, rank.label("rank"), literal(f"{first}~{last}").label("ranked"))
    query = query.where(p.c.subject_id.in_(ids))
    if here:
        after = tuple_(cast(float(here[0]), REAL), here[1])
        query = query.where(tuple_(rank, p.c.subject_id) < after)
    query = query.order_by(rank.desc(), p.c.subject_id.desc()).limit(limit)
    page = (await c.execute(query)).mappings().all()
    if len(page) == limit or not last:
        return page
    return [*page, *await _in_order(c, replace(newest, after=last), limit - len(page))]


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
    """Words as people write them, by their stems; nothing but words like "will": as they are."""
    stems = func.websearch_to_tsquery("english", words)
    return case((func.numnode(stems) == 0, func.websearch_to_tsquery("simple", words)), else_=stems)
