"""What staff have to look at when somebody's answers close work to them."""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Kind
from domain.standing import Permission
from ledger import journal, staff_tasks
from ledger.tables import cases

NOT_ALLOWED, UNCLEAR = "not_allowed_to_work", "permission_unclear"
"""The kinds of the staff tasks."""


async def follow(c: AsyncConnection, person: str, answer: Permission, due_at: datetime) -> None:
    """Open the task that this answer calls for, and settle those it does not.

    Whoever may not work and has neither open work nor earnings leaves nothing to look at.
    """
    wanted = {
        NOT_ALLOWED: answer is Permission.NOT_ALLOWED and await _has_something(c, person),
        UNCLEAR: answer is Permission.UNCLEAR,
    }
    for kind, is_wanted in wanted.items():
        if is_wanted:
            await staff_tasks.open_task(c, kind, says(kind, person), due_at)
        else:
            await staff_tasks.settle(c, kind, says(kind, person), person, "Answered anew")


def says(kind: str, person: str) -> str:
    """What the task says."""
    if kind == UNCLEAR:
        return f"{person} is not sure whether they may work in the United States"
    return f"{person} may not work in the United States, and has open work or earnings"


async def _has_something(c: AsyncConnection, person: str) -> bool:
    works = or_(cases.c.freelancer_id == person, cases.c.mediator_id == person)
    if await c.scalar(select(exists().where(works, ~cases.c.over))):
        return True
    wallet = await journal.balances(c, person)
    return bool(wallet.get(Kind.EARNINGS) or wallet.get(Kind.EARNINGS_PROVISIONAL))
