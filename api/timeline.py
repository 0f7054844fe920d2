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
from domain.access import work_is_closed_to
from domain.cases import Role
from ledger import reading

SAID = ("instructions", "reason", "reasons", "note", "text")
"""Where a command keeps the words of whoever decided."""
SENT_BACK = "ruling_refused"

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
    """What happened, newest first; a mediator sees the open dispute and the job."""
    async with engine.connect() as c:
        pair, role = await access.entitled(c, caller, case_id)
        ids = pair.ids if role is Role.MEDIATOR else await reading.family(c, case_id)
        rows = await reading.events(c, ids, _before(place), limit + 1)
        final = await reading.executed_rulings(c, case_id)
    closed = work_is_closed_to(role, pair.job)

    def show(row: RowMapping) -> Event:
        whole = role is Role.STAFF or (
            _is_public(row, final) and not (closed and row["kind"] == "work_delivered")
        )
        return _shown(row) if whole else Event(**{**row, "said": None, "facts": {}})

    return page(rows, limit, show, lambda row: f"{row['seq']}")


def _before(place: str | None) -> int | None:
    if place is None:
        return None
    if not place.isdecimal() or len(place) > 18:
        raise bad_cursor()
    return int(place)


def _is_public(row: RowMapping, final: set[str]) -> bool:
    """Whether the parties may read it: what staff say of a ruling is theirs once it is final."""
    ruling = row["facts"].get("ruling_id")
    return row["kind"] != SENT_BACK and (ruling is None or ruling in final)


def _shown(row: RowMapping) -> Event:
    body = row["body"] or {}
    said = next((body[name] for name in SAID if body.get(name)), None)
    return Event(**{**row, "said": said})
