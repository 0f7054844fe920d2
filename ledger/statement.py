"""What happened to a person's money: each line opens to the entry and the decision behind it."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import BigInteger, RowMapping, Select, column, select, table, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import PERSONAL

posting_line = table(
    "posting_line",
    *(column(name, BigInteger) for name in ("entry_id", "amount_minor", "balance_after")),
    *(column(name) for name in ("reference", "entry_kind", "case_id", "cause", "owner", "kind")),
    *(column(name) for name in ("currency", "effective_at", "recorded_at")),
)
_order = (posting_line.c.entry_id, posting_line.c.kind)


async def page(
    c: AsyncConnection, person_id: str, after: tuple[int, str] | None, limit: int
) -> Sequence[RowMapping]:
    """At most `limit` lines, newest first, older than the entry and account named."""
    query = _lines(person_id).limit(limit)
    if after is not None:
        query = query.where(tuple_(*_order) < tuple_(*after))
    return (await c.execute(query)).mappings().all()


async def every(c: AsyncConnection, person_id: str) -> AsyncIterator[RowMapping]:
    """All lines, newest first, a few at a time."""
    async with c.stream(_lines(person_id)) as result:
        async for line in result.mappings():
            yield line


def _lines(person_id: str) -> Select[tuple[object, ...]]:
    mine = posting_line.c.owner == person_id, posting_line.c.kind.in_([k.value for k in PERSONAL])
    return select(posting_line).where(*mine).order_by(*(key.desc() for key in _order))
