"""Refunds in the books: the deposit behind one, what of it went back, and the queue of staff."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Deposit, Remittance
from domain.source import Source
from ledger import cases as rows
from ledger.tables import brief, cases

# What is on its way back, or is there; what ended otherwise is the client's again.
REFUNDED = text("""
    select coalesce(sum(cast(data->>'amount_minor' as bigint)), 0)
      from cases
     where kind = 'refund' and data->>'deposit' = :deposit
       and state in ('requested', 'sending', 'to_send', 'paid', 'closed')
""")
DISPUTED = text("""
    select exists (select from cases where kind = 'chargeback' and data->>'deposit' = :deposit
                      and state <> 'won')
""")
WAITS = ("requested", "sending", "to_send")
"""Refunds that somebody has to do something about."""


async def source(c: AsyncConnection, deposit_id: str) -> Source | None:
    """The deposit, and what of it is given back or about to be; None when there is none."""
    pair = await rows.read(c, deposit_id)
    if pair is None or not isinstance(pair.first, Deposit | Remittance):
        return None
    refunded = int(await c.scalar(REFUNDED, {"deposit": deposit_id}) or 0)
    return Source(pair.first, refunded, bool(await c.scalar(DISPUTED, {"deposit": deposit_id})))


async def queue(
    c: AsyncConnection, *, state: str | None, after: tuple[datetime, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Open refunds, those first that have the least time left; from after this one."""
    due = cases.c.due_at
    wanted = [state] if state is not None else WAITS
    query = (
        select(cases, brief.c.title)
        .join(brief, brief.c.case_id == cases.c.id)
        .where(cases.c.kind == "refund", ~cases.c.over, cases.c.state.in_(wanted))
        .order_by(due, cases.c.id)
        .limit(limit)
    )
    if after is not None:
        moment, case_id = after
        query = query.where(tuple_(due, cases.c.id) > tuple_(literal(moment), case_id))
    return (await c.execute(query)).mappings().all()
