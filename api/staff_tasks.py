"""Tasks of staff that are of no case, such as an invariant of the books that does not hold."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Prose, Shown
from api.idempotency import OwnOnce
from api.ids import TaskId
from api.pages import Limit, Page, Place, page
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
) -> Page[StaffTask]:
    """Open tasks, newest first."""
    async with engine.connect() as c:
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
