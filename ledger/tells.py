"""What one case must tell another's workflow: rows of the same transaction, told until heard."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, Row, all_, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.outcome import TOLD
from ledger.tables import tell

WAITING_FOR_MONEY = text("select waiting_for_money(:people)")


async def add(c: AsyncConnection, workflow_ids: Iterable[str]) -> list[Row[int, str]]:
    """One row each; their ids and workflows, for whoever sends them at once."""
    rows = [{"workflow_id": workflow_id, "signal": TOLD} for workflow_id in workflow_ids]
    if not rows:
        return []
    return list(await c.execute(insert(tell).returning(tell.c.id, tell.c.workflow_id), rows))


async def waiting_for_money(c: AsyncConnection, people: Collection[str]) -> list[str]:
    """The workflows of these clients' jobs and debts that wait for money, the oldest first."""
    return list(await c.scalars(WAITING_FOR_MONEY, {"people": list(people)}))


async def untold(
    c: AsyncConnection, older_than: timedelta, limit: int = 500, *, but: Sequence[int] = ()
) -> list[Row[int, str]]:
    """Rows nobody has sent, the oldest first, but not these."""
    query = (
        select(tell.c.id, tell.c.workflow_id)
        .where(tell.c.told_at.is_(None), tell.c.created_at < func.now() - older_than)
        .where(tell.c.id != all_(literal(but, ARRAY(BigInteger))))
        .order_by(tell.c.id)
        .limit(limit)
    )
    return list(await c.execute(query))


async def forget(c: AsyncConnection, older_than: timedelta, limit: int = 200) -> int:
    """Delete rows that were told so long ago; how many. Only the oldest rows are looked at."""
    oldest = select(tell.c.id).where(tell.c.told_at.is_not(None)).order_by(tell.c.id).limit(limit)
    old = tell.c.told_at < func.now() - older_than
    return (await c.execute(delete(tell).where(tell.c.id.in_(oldest), old))).rowcount


async def mark(c: AsyncConnection, ids: Collection[int]) -> None:
    """These were told."""
    await c.execute(update(tell).where(tell.c.id.in_(ids)).values(told_at=func.clock_timestamp()))
