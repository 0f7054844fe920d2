"""A person's inbox: what they were told, what they opened, what they removed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import notice

_shown = [notice.c[n] for n in ("id", "case_id", "kind", "subject", "body", "at", "opened_at")]


async def page(
    c: AsyncConnection, person_id: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """At most `limit` notices, newest first, older than the one named."""
    query = select(*_shown).where(*_inbox(person_id)).order_by(notice.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(notice.c.id < after)
    return (await c.execute(query)).mappings().all()


async def opened(c: AsyncConnection, person_id: str, notice_id: str) -> RowMapping | None:
    """The notice, from now on proven to have reached its reader; None if it is not theirs."""
    query = (
        update(notice)
        .where(*_inbox(person_id), notice.c.id == notice_id)
        .values(opened_at=func.coalesce(notice.c.opened_at, func.now()))
        .returning(*_shown)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def remove(c: AsyncConnection, person_id: str, notice_id: str | None = None) -> int:
    """Take one notice out of the inbox, or all of them; how many went."""
    query = update(notice).where(*_inbox(person_id)).values(removed_at=func.now())
    if notice_id is not None:
        query = query.where(notice.c.id == notice_id)
    return (await c.execute(query)).rowcount


def _inbox(person_id: str) -> tuple[ColumnElement[bool], ...]:
    return notice.c.person_id == person_id, notice.c.removed_at.is_(None)
