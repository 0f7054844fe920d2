"""Who looked at which brief and file of a job, for the client whose they are."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from api import access
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.ids import ContestId, JobId, ProjectId
from api.pages import Limit, Page, Place, number_of, page
from api.sight import Sight, sight
from api.state import Engine
from domain.cases import Job, Role
from domain.contest_case import Contest
from domain.errors import NotYours
from ledger import accesses, contest_entries
from ledger.accesses import What

router = APIRouter(prefix="/jobs", tags=["jobs"])
on_projects = APIRouter(prefix="/projects", tags=["projects"])
on_contests = APIRouter(prefix="/contests", tags=["contests"])


class Looked(Shown):
    """Somebody looked at something; within a minute, once."""

    at: datetime
    case_id: str
    """The job, or its dispute."""
    role: str
    person_id: str | None
    name: str | None
    """Staff, and mediators who left, show by their role alone; staff know who it was."""
    what: What
    file_id: str | None
    file_name: str | None


@router.get("/{case_id}/access-log")
async def access_log(
    case_id: JobId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[Looked]:
    """Who looked at the brief and the files of the job and its disputes, newest first.

    For its client and staff: what one looks at oneself, as its author, is not written down.
    """
    async with engine.connect() as c:
        pair, role = await access.entitled(c, caller, case_id)
        if role not in (Role.CLIENT, Role.STAFF):
            raise NotYours("Who looked at what is for the client to know")
        seen = await sight(c, pair, role)
        rows = await accesses.looks(c, seen.case_ids, number_of(place), limit + 1)
    return page(rows, limit, lambda row: _shown(row, pair.job, seen), lambda row: f"{row['seq']}")


@on_projects.get("/{case_id}/access-log")
async def of_project(
    case_id: ProjectId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[Looked]:
    """Who read the brief of the project, newest first, for its client and staff."""
    return await _of_lone(engine, caller, case_id, place, limit)


@on_contests.get("/{case_id}/access-log")
async def of_contest(
    case_id: ContestId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[Looked]:
    """Who looked at the brief and the entries of the contest, for its client and staff.

    Whoever of staff has entered it does not read what others' files are called.
    """
    return await _of_lone(engine, caller, case_id, place, limit)


async def _of_lone(
    engine: AsyncEngine, caller: Caller, case_id: str, place: str | None, limit: int
) -> Page[Looked]:
    """To its client staff show by their role alone."""
    async with engine.begin() as c:
        pair, role = await access.entitled(c, caller, case_id)
        if role is Role.STAFF and await contest_entries.many(c, case_id, caller.id):
            raise NotYours("You have entered this contest, and look at it as an entrant")
        rows = await accesses.looks(c, [case_id], number_of(place), limit + 1)
        entered = isinstance(pair.first, Contest) and any(row["file_id"] for row in rows)
        if role is Role.STAFF and entered:
            # What others' files are called is a look at what they entered.
            await accesses.record(c, caller.id, [accesses.Look(case_id, role, "entries")])

    def show(row: RowMapping) -> Looked:
        named = role is Role.STAFF or row["role"] != Role.STAFF
        return _in_full(row) if named else _by_role(row)

    return page(rows, limit, show, lambda row: f"{row['seq']}")


def _in_full(row: RowMapping) -> Looked:
    return Looked.model_validate(dict(row))


def _by_role(row: RowMapping) -> Looked:
    return Looked.model_validate({**row, "person_id": None, "name": None})


def _shown(row: RowMapping, job: Job, seen: Sight) -> Looked:
    named = {job.client, job.freelancer, *seen.mediators}
    if seen.role is Role.STAFF or row["person_id"] in named:
        return _in_full(row)
    return _by_role(row)
