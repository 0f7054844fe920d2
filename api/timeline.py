"""The timeline of a job: everything that happened in it and its disputes, newest first."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import RowMapping

from api import access
from api.bodies import Shown
from api.callers import TheCaller
from api.ids import JobId
from api.pages import Limit, Page, Place, bad_cursor, page
from api.state import Engine
from domain.cases import Role
from ledger import reading

SAID = ("instructions", "reason", "reasons", "note", "text")
"""Where a command keeps the words of whoever decided."""

router = APIRouter(prefix="/jobs", tags=["jobs"])


class Event(Shown):
    """Something that happened; `said` are the words that came with the decision."""

    case_id: str
    version: int
    kind: str
    state: str
    actor: str
    at: datetime
    said: str | None
    facts: dict[str, Any]


@router.get("/{case_id}/timeline")
async def timeline(
    case_id: JobId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[Event]:
    """What happened, newest first."""
    async with engine.connect() as c:
        pair = await access.entitled(c, caller, case_id)
        ids = await reading.family(c, case_id)
        if access.role(caller, pair) is Role.MEDIATOR:
            ids = pair.ids
        rows = await reading.events(c, ids, _before(place), limit + 1)
    return page(rows, limit, _shown, lambda row: f"{row['seq']}")


def _before(place: str | None) -> int | None:
    if place is None:
        return None
    if not place.isdigit():
        raise bad_cursor()
    return int(place)


def _shown(row: RowMapping) -> Event:
    body = row["body"] or {}
    said = next((body[name] for name in SAID if body.get(name)), None)
    return Event(**{**row, "said": said})
