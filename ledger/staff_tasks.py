"""Tasks of staff that are of no case: opened once, told to all staff, closed with a reason."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import ids, mails
from ledger.watch_tables import staff_task


async def open_task(c: AsyncConnection, kind: str, what: str) -> bool:
    """Open it and tell all staff, unless the same is open already; whether it is new."""
    row = {"id": ids.fresh("task"), "kind": kind, "what": what}
    done = await c.execute(insert(staff_task).values(row).on_conflict_do_nothing())
    if done.rowcount:
        await mails.tell_staff(c, f"staff_task_{kind}", f"A task for staff: {kind}", what)
    return bool(done.rowcount)


async def settle(c: AsyncConnection, kind: str, what: str, by: str, reason: str) -> None:
    """Close it, if it is open, because what it asked for was done elsewhere."""
    query = update(staff_task).where(
        staff_task.c.kind == kind, staff_task.c.what == what, staff_task.c.closed_at.is_(None)
    )
    await c.execute(query.values(closed_at=func.now(), closed_by=by, reason=reason))


async def page(
    c: AsyncConnection, after: str | None, limit: int, *, closed: bool
) -> Sequence[RowMapping]:
    """Open tasks, or closed ones, newest first, older than the one named."""
    wanted = staff_task.c.closed_at.is_not(None) if closed else staff_task.c.closed_at.is_(None)
    query = select(staff_task).where(wanted).order_by(staff_task.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(staff_task.c.id < after)
    return (await c.execute(query)).mappings().all()


async def of(c: AsyncConnection, task_id: str) -> RowMapping | None:
    """The task with this id."""
    query = select(staff_task).where(staff_task.c.id == task_id)
    return (await c.execute(query)).mappings().one_or_none()


async def close(c: AsyncConnection, task_id: str, by: str, reason: str) -> RowMapping | None:
    """Close it; None when it is not open."""
    query = (
        update(staff_task)
        .where(staff_task.c.id == task_id, staff_task.c.closed_at.is_(None))
        .values(closed_at=func.now(), closed_by=by, reason=reason)
        .returning(staff_task)
    )
    closed: RowMapping | None = (await c.execute(query)).mappings().one_or_none()
    return closed
