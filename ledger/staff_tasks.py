"""Tasks of staff that are of no case: opened once, told to all staff, closed with a reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Role
from ledger import ids, mails
from ledger.watch_tables import staff_task

CHECK = "tax_form_check"
"""A tax form on paper that accounting have to check."""
ESCALATED_TO = {CHECK: Role.HEAD_OF_ACCOUNTING}
"""Who is told of a late task of this kind; of others the head of support is."""
ESCALATED_EVERY = timedelta(days=1)
BATCH = 100


async def open_task(
    c: AsyncConnection, kind: str, what: str, due_at: datetime | None = None
) -> bool:
    """Open it and tell all staff, unless the same is open already; whether it is new."""
    row = {"id": ids.fresh("task"), "kind": kind, "what": what, "due_at": due_at}
    done = await c.execute(insert(staff_task).values(row).on_conflict_do_nothing())
    if done.rowcount:
        await mails.tell_role(
            c, Role.STAFF, f"staff_task_{kind}", f"A task for staff: {kind}", what
        )
    return bool(done.rowcount)


async def settle(c: AsyncConnection, kind: str, what: str, by: str, reason: str) -> None:
    """Close it, if it is open, because what it asked for was done elsewhere."""
    query = update(staff_task).where(
        staff_task.c.kind == kind, staff_task.c.what == what, staff_task.c.closed_at.is_(None)
    )
    await c.execute(query.values(closed_at=func.now(), closed_by=by, reason=reason))


async def escalate(c: AsyncConnection, now: datetime) -> int:
    """Tell the head of those that are late and were not told of for a day; a batch, how many."""
    told = staff_task.c.escalated_at
    late = (
        select(staff_task.c.id)
        .where(staff_task.c.closed_at.is_(None), staff_task.c.due_at <= now)
        .where(or_(told.is_(None), told <= now - ESCALATED_EVERY))
        .order_by(staff_task.c.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    query = update(staff_task).where(staff_task.c.id.in_(late)).values(escalated_at=now)
    rows = (await c.execute(query.returning(staff_task.c.kind, staff_task.c.what))).all()
    for kind, what in rows:
        head = ESCALATED_TO.get(kind, Role.HEAD_OF_SUPPORT)
        await mails.tell_role(c, head, "staff_task_late", f"A task is late: {kind}", what)
    return len(rows)


async def by_due(
    c: AsyncConnection, after: tuple[datetime, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Open tasks that have a time, those first that have the least left; from after this one."""
    due = staff_task.c.due_at
    query = select(staff_task).where(staff_task.c.closed_at.is_(None), due.is_not(None))
    if after is not None:
        moment, task_id = after
        query = query.where(tuple_(due, staff_task.c.id) > tuple_(literal(moment), task_id))
    query = query.order_by(due, staff_task.c.id).limit(limit)
    return (await c.execute(query)).mappings().all()


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
