"""Seals: every entry gets one, each taken over the one before, so that no change stays unseen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.seals import content
from ledger.journal_tables import account, journal_entry, leg, seal

NEAR = 10_000
"""So many seals back an entry may have been committed late; further back is looked at seldom."""

_AFTER = """
    case when :everywhere then 0
         else coalesce((select entry_id from seal where n = (select max(n) from seal) - :near), 0)
    end
"""
ADD = text(f"select entries, last_n, last_hash from seal_entries({_AFTER}, :most)")  # noqa: S608
UNSEALED = text(f"""
    select count(*) as entries, min(e.recorded_at) as since
      from journal_entry e, (select {_AFTER} as id) last
     where e.id > last.id
       and not exists (select from seal s where s.entry_id = e.id and s.entry_id > last.id)
""")  # noqa: S608 - both are made of our own words alone
WITHOUT = text("""
    select id, reference, recorded_at
      from journal_entry e
     where id > :after and recorded_at <= now() - cast(:age as interval)
       and not exists (select from seal s where s.entry_id = e.id and s.entry_id > :after)
     order by id
     limit :limit
""")
BETWEEN = text("""
    select e.id, e.reference, s.n
      from journal_entry e
      left join seal s on s.entry_id = e.id
     where e.id > :after and e.id < :before and (s.n is null or s.n > :n)
     order by e.id
     limit :limit
""")


@dataclass(frozen=True)
class Added:
    """How many entries were sealed, and the last seal of the chain now."""

    entries: int
    n: int
    hash: bytes


@dataclass(frozen=True)
class Unsealed:
    """How many entries have no seal, and when the first of them was recorded."""

    entries: int
    since: datetime | None


@dataclass(frozen=True)
class Link:
    """A seal as it stands, and what it should have been taken over; None: its entry is gone."""

    n: int
    entry_id: int
    hash: bytes
    previous: bytes
    reference: str | None
    content: str | None


async def add(c: AsyncConnection, most: int, *, everywhere: bool = False) -> Added | None:
    """Seal entries that have no seal; None while somebody else does.

    One committed long after its neighbours were sealed is found by looking `everywhere`.
    """
    asked = {"most": most, "near": NEAR, "everywhere": everywhere}
    row = (await c.execute(ADD, asked)).one_or_none()
    return None if row is None else Added(row.entries, row.last_n, row.last_hash)


async def unsealed(c: AsyncConnection, *, everywhere: bool = False) -> Unsealed:
    """What waits for its seal; cheap, unless it looks `everywhere`."""
    row = (await c.execute(UNSEALED, {"near": NEAR, "everywhere": everywhere})).one()
    return Unsealed(row.entries, row.since)


async def without(
    c: AsyncConnection, after: int, age: timedelta, limit: int
) -> Sequence[Row[int, str, datetime]]:
    """At most so many entries of at least this age that have no seal, by id, after this one."""
    return (await c.execute(WITHOUT, {"after": after, "age": age, "limit": limit})).all()


async def between(
    c: AsyncConnection, after: int, before: int, n: int, limit: int
) -> Sequence[Row[int, str, int | None]]:
    """At most so many entries between these two by id that have no seal, or a later one than n."""
    bounds = {"after": after, "before": before, "n": n, "limit": limit}
    return (await c.execute(BETWEEN, bounds)).all()


async def of(c: AsyncConnection, entry_id: int) -> RowMapping | None:
    """The entry's seal; None while it waits for one."""
    query = select(seal).where(seal.c.entry_id == entry_id)
    return (await c.execute(query)).mappings().one_or_none()


async def links(c: AsyncConnection, after: int, limit: int) -> Sequence[Link]:
    """At most so many seals after this number, with what the tables hold of their entries."""
    seals = select(seal).where(seal.c.n > after).order_by(seal.c.n).limit(limit)
    rows = (await c.execute(seals)).mappings().all()
    ids = [row["entry_id"] for row in rows]
    entries = select(journal_entry).where(journal_entry.c.id.in_(ids))
    found = {row["id"]: row for row in (await c.execute(entries)).mappings()}
    legs = await _legs(c, ids)
    return [_link(row, found.get(row["entry_id"]), legs[row["entry_id"]]) for row in rows]


async def _legs(c: AsyncConnection, entry_ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    query = (
        select(leg, account.c.kind, account.c.owner, account.c.currency, account.c.shard)
        .join(account, account.c.id == leg.c.account_id, isouter=True)
        .where(leg.c.entry_id.in_(entry_ids))
        .order_by(leg.c.account_id, leg.c.account_seq)
    )
    legs: dict[int, list[RowMapping]] = defaultdict(list)
    for row in (await c.execute(query)).mappings():
        legs[row["entry_id"]].append(row)
    return legs


def _link(row: RowMapping, entry: RowMapping | None, legs: Sequence[RowMapping]) -> Link:
    return Link(
        n=row["n"],
        entry_id=row["entry_id"],
        hash=row["hash"],
        previous=row["previous"],
        reference=entry["reference"] if entry else None,
        content=content(dict(entry), [dict(one) for one in legs]) if entry else None,
    )
