"""Refunds to the source, for the house: approved or declined, sent by hand, and come back."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import RowMapping

from api import refunds as shown
from api.callers import OF_THE_HOUSE
from api.decisions import add_routes
from api.pages import Limit, Page, Place, moment_of, page, place_at
from api.refunds import RefundLine
from api.state import Engine
from domain.lone_states import RefundState
from ledger import refunds
from ledger.database import to_read

router = APIRouter(prefix="/staff/refunds", tags=["staff"], dependencies=[OF_THE_HOUSE])


class InQueue(RefundLine):
    """A refund in the queue, by the time that is left."""

    title: str
    client_id: str
    turn: str | None
    approved_by: str | None
    due_at: datetime | None


@router.get("")
async def queue(
    engine: Engine, place: Place, limit: Limit = 50, state: RefundState | None = None
) -> Page[InQueue]:
    """Refunds that wait for somebody, those first that have the least time left."""
    async with to_read(engine) as c:
        rows = await refunds.queue(c, state=state, after=moment_of(place), limit=limit + 1)
    return page(rows, limit, _line, lambda row: place_at(row["due_at"], row["id"]))


def _line(row: RowMapping) -> InQueue:
    return InQueue(
        **vars(shown.line(row)),
        title=row["title"],
        client_id=row["client_id"],
        turn=row["owner"],
        approved_by=row["data"].get("approved_by"),
        due_at=row["due_at"],
    )


add_routes(router, shown.NOUN, staff=True)
