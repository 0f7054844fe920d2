"""What happened to a person's money: each line opens to the entry and the decision behind it."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import BigInteger, RowMapping, Select, column, select, table, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.accounts import PERSONAL
from ledger.database import to_read

AT_ONCE = 500
"""How many lines of a whole statement are read in one go."""
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


async def every(engine: AsyncEngine, person_id: str) -> AsyncIterator[RowMapping]:
    """All lines, newest first; no connection is held while somebody reads them."""
    after: tuple[int, str] | None = None
    while True:
        async with to_read(engine) as c:
            lines = await page(c, person_id, after, AT_ONCE)
        for line in lines:
            yield line
        if len(lines) < AT_ONCE:
            return
        after = lines[-1]["entry_id"], lines[-1]["kind"]


def _lines(person_id: str) -> Select[tuple[object, ...]]:
    mine = posting_line.c.owner == person_id, posting_line.c.kind.in_([k.value for k in PERSONAL])
    return select(posting_line).where(*mine).order_by(*(key.desc() for key in _order))
