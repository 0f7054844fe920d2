"""The amounts of whoever owns them or of a case: each a leg, with the entry it belongs to."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.journal_tables import account, journal_entry, leg
from ledger.tables import cases

SHOWN = (
    *(leg.c.entry_id, leg.c.account_id, leg.c.account_seq, leg.c.amount_minor),
    *(leg.c.balance_after, account.c.owner, account.c.kind, account.c.currency, account.c.shard),
    *(journal_entry.c.reference, journal_entry.c.kind.label("entry_kind"), journal_entry.c.case_id),
    *(journal_entry.c.cause, journal_entry.c.effective_at, journal_entry.c.recorded_at),
)
_order = (leg.c.entry_id, leg.c.account_id)


async def page(
    c: AsyncConnection,
    after: tuple[int, int] | None,
    limit: int,
    *,
    owner: str | None = None,
    kind: str | None = None,
    case_id: str | None = None,
) -> Sequence[RowMapping]:
    """At most `limit` amounts, newest first, older than the entry and account named.

    What a dispute moved is an entry of its job's, so a dispute's are those of its job.
    """
    query = (
        select(*SHOWN)
        .join(account, account.c.id == leg.c.account_id)
        .join(journal_entry, journal_entry.c.id == leg.c.entry_id)
        .order_by(*(key.desc() for key in _order))
        .limit(limit)
    )
    if owner is not None:
        # The database knows how busy an account is by its id, and by its owner's name it does not:
        # so it takes few legs from their accounts, and those of the platform from the newest on.
        query = query.where(leg.c.account_id.in_(await _accounts(c, owner, kind)))
    elif kind is not None:
        query = query.where(account.c.kind == kind)
    if case_id is not None:
        job = select(cases.c.parent_id).where(cases.c.id == case_id).scalar_subquery()
        query = query.where(journal_entry.c.case_id == func.coalesce(job, case_id))
    if after is not None:
        # Said of both tables, or a plan that walks them side by side begins at the newest entry.
        older = tuple_(*_order) < tuple_(*after), journal_entry.c.id <= after[0]
        query = query.where(*older)
    return (await c.execute(query)).mappings().all()


async def _accounts(c: AsyncConnection, owner: str, kind: str | None) -> Sequence[int]:
    query = select(account.c.id).where(account.c.owner == owner)
    if kind is not None:
        query = query.where(account.c.kind == kind)
    return (await c.scalars(query)).all()
