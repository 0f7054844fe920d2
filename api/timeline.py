"""The timeline of a job: everything that happened in it and its disputes, newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from api import access
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.ids import JobId
from api.pages import Limit, Page, Place, number_of, page
from api.sight import sight
from api.state import Engine
from domain.cases import Role
from domain.decide import INSIDE
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
    """What happened, newest first; a mediator sees the open dispute and the job."""
    async with engine.connect() as c:
        pair, role = await access.entitled(c, caller, case_id)
        seen = await sight(c, pair, role)
        rows = await reading.events(c, seen.case_ids, number_of(place), limit + 1)

    def show(row: RowMapping) -> Event:
        said = words_of(row["body"]) if seen.whole(row) else None
        return Event(**{**row, "said": said, "facts": seen.facts(row)})

    return page(rows, limit, show, lambda row: f"{row['seq']}")


async def of_lone(
    engine: AsyncEngine, caller: Caller, case_id: str, place: str | None, limit: int
) -> Page[Event]:
    """The same of a case of one person, who may know all of it but what the house considers."""
    async with engine.connect() as c:
        _, role = await access.entitled(c, caller, case_id)
        rows = await reading.events(c, [case_id], number_of(place), limit + 1)

    def show(row: RowMapping) -> Event:
        if role is Role.CLIENT and row["kind"] in INSIDE:
            return Event(**{**row, "facts": {}, "said": None})
        return Event(**{**row, "said": words_of(row["body"])})

    return page(rows, limit, show, lambda row: f"{row['seq']}")


def words_of(body: Mapping[str, Any] | None) -> str | None:
    """What somebody said with their decision."""
    return next((body[name] for name in SAID if body.get(name)), None) if body else None
