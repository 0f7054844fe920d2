"""Tasks of staff that are of no case, such as an invariant of the books that does not hold."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Prose, Shown
from api.idempotency import OwnOnce
from api.ids import TaskId
from api.pages import Limit, Page, Place, moment_of, page, place_at
from api.problems import Problem
from api.staff import Staff, sworn
from api.state import Engine
from ledger import staff_tasks

router = APIRouter(prefix="/staff/tasks", tags=["staff"], dependencies=[Depends(sworn)])


class StaffTask(Shown):
    """Something staff have to look at that is of no case."""

    id: str
    kind: str
    what: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None
    due_at: datetime | None
    """Later than that it is told to a head every day."""
    escalated_at: datetime | None


class Closing(Asked):
    """Why nothing is left to do."""

    reason: Prose


@router.get("")
async def listed(
    caller: Staff,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    closed: Annotated[bool, Query(description="those that were closed instead")] = False,
    due: Annotated[bool, Query(description="open ones with a time, least left first")] = False,
) -> Page[StaffTask]:
    """Open tasks, newest first; `due=true`: those that have a time, by the time left."""
    async with engine.connect() as c:
        if due:
            late = await staff_tasks.by_due(c, moment_of(place), limit + 1)
            return page(late, limit, StaffTask.model_validate, _place)
        rows = await staff_tasks.page(c, place, limit + 1, closed=closed)
    return page(rows, limit, StaffTask.model_validate)


@router.post("/{task_id}/close", response_model=StaffTask)
async def close(task_id: TaskId, asked: Closing, caller: Staff, once: OwnOnce) -> JSONResponse:
    """Close a task; what is still wrong opens another one at the next check."""

    async def closing(c: AsyncConnection) -> StaffTask:
        row = await staff_tasks.close(c, task_id, caller.id, asked.reason)
        if row is None:
            known = await staff_tasks.of(c, task_id)
            raise Problem("already_over" if known else "not_found")
        return StaffTask.model_validate(row)

    return await once(asked, closing, status=200)


def _place(row: RowMapping) -> str:
    return place_at(row["due_at"], row["id"])
