"""Jobs: every decision on them, and what their people see."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import access, files
from api.callers import TheCaller
from api.cases import HandedFile
from api.decisions import Noun, add_route, add_routes
from api.ids import JobId
from api.job_views import JobLine, JobShown, line, show
from api.pages import Limit, Page, Place, page
from api.state import Engine, TheSettings
from domain.cases import JobState
from domain.commands import WithdrawRejection
from domain.dispute import DISPUTE
from domain.job import JOB
from ledger import reading
from ledger.database import at_once, to_read

NOUN = Noun(JOB, JobId, JobShown, show, passes_on=(DISPUTE,))
OF_THE_DISPUTE = (WithdrawRejection,)
"""Decisions of the open dispute alone that are also routes of its job."""

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("")
async def listed(
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    state: Annotated[JobState | None, Query()] = None,
) -> Page[JobLine]:
    """The caller's jobs, newest first."""
    async with to_read(engine) as c:
        rows = await reading.of_person(c, ["job"], caller.id, state, place, limit + 1)
    return page(rows, limit, line)


@router.get("/{case_id}")
async def one(case_id: JobId, caller: TheCaller, engine: Engine, our: TheSettings) -> JobShown:
    """The job as it stands."""
    async with at_once(engine) as c:
        pair, _ = await access.entitled(c, caller, case_id)
        return await show(c, pair, caller, our)


@router.get("/{case_id}/files")
async def handed_files(case_id: JobId, caller: TheCaller, engine: Engine) -> list[HandedFile]:
    """Whatever was handed over in the job and its disputes that the caller may download."""
    async with to_read(engine) as c:
        await access.entitled(c, caller, case_id)
        family = await reading.family(c, case_id)
        readable = await files.readable(c, caller, family)
        rows = await reading.files(c, family)
    seen = {row["id"]: row for row in rows if row["id"] in readable}
    return [HandedFile.model_validate(dict(row)) for row in seen.values()]


add_routes(router, NOUN)
for _command in OF_THE_DISPUTE:
    add_route(router, NOUN, _command)
