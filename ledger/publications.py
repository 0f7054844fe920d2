"""What everybody may read of what is offered, and what it is found by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import OVER, Case
from domain.contest_case import Contest
from domain.lone_states import ContestState
from domain.outlook import due_at
from domain.project_case import Project
from ledger.market_tables import publication

PUBLISHED = (Project, Contest)
"""Cases of which something is public."""


async def announce(c: AsyncConnection, subject_id: str, kind: str, owner: str, **said: Any) -> None:
    """What will be public once the first step is taken."""
    row = {"subject_id": subject_id, "kind": kind, "owner_id": owner, **said}
    await c.execute(insert(publication).values(**row, state="draft", visible=False))


async def follow(c: AsyncConnection, case: Case) -> None:
    """The case has changed: whether it is found, and until when."""
    unfunded = case.state is ContestState.AWAITING_FUNDS
    open_now = case.version > 0 and case.state not in OVER and not unfunded
    now = {"state": case.state.value, "visible": open_now, "ends_at": due_at(case, None)}
    if isinstance(case, Contest):
        amounts = [prize.amount_minor for prize in case.prizes]
        now |= {"low_minor": min(amounts), "high_minor": sum(amounts)}
    query = update(publication).where(publication.c.subject_id == case.id)
    await c.execute(query.values({k: v for k, v in now.items() if v is not None or k != "ends_at"}))


async def restate(c: AsyncConnection, subject_id: str, **now: Any) -> None:
    """What is public of it has changed."""
    query = update(publication).where(publication.c.subject_id == subject_id)
    await c.execute(query.values(now))


async def of(c: AsyncConnection, subject_id: str) -> RowMapping | None:
    """What is public of this one."""
    query = select(publication).where(publication.c.subject_id == subject_id)
    return (await c.execute(query)).mappings().one_or_none()


async def of_owner(
    c: AsyncConnection, kind: str, owner: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """What this person has published, visible or not, newest first."""
    mine = publication.c.owner_id == owner
    query = select(publication).where(publication.c.kind == kind, mine)
    if after is not None:
        query = query.where(publication.c.subject_id < after)
    found = query.order_by(publication.c.subject_id.desc()).limit(limit)
    return (await c.execute(found)).mappings().all()
