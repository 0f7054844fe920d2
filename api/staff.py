"""Staff: the cases that need somebody, rulings, paused clocks, and another try after a failure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import RowMapping
from temporalio.service import RPCError

from api import disputes, jobs, send
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.cases import Task
from api.decisions import add_routes
from api.idempotency import Key
from api.ids import CaseId
from api.pages import Limit, Page, Place, moment_of, page, place_at
from api.problems import Problem
from api.state import Engine, Temporal, TheSettings
from domain.outcome import TOLD, CaseBrief
from ledger import cases, instructions, people, radar, reading
from workflows.doors import Doors


async def _staff(caller: TheCaller) -> Caller:
    caller.require("staff")
    return caller


async def sworn(caller: TheCaller, engine: Engine) -> Caller:
    """Staff who promised to keep what they see to themselves."""
    caller.require("staff")
    async with engine.connect() as c:
        (await people.standing(c, caller.id)).require_undertaking()
    return caller


Staff = Annotated[Caller, Depends(_staff)]
router = APIRouter(prefix="/staff", tags=["staff"], dependencies=[Depends(sworn)])
on_jobs = APIRouter(prefix="/jobs")
on_disputes = APIRouter(prefix="/disputes")


class Reason(Shown):
    """Why a case is on the radar: overdue, waits_for_staff, task_open, failing or undecided."""

    why: str
    since: datetime


class CaseLine(Shown):
    """A case in the staff's list."""

    id: str
    kind: str
    title: str
    state: str
    turn: str | None
    due_at: datetime | None
    overdue: bool
    stuck: list[Reason]
    staff_tasks: list[Task]
    client_id: str | None
    freelancer_id: str | None
    mediator_id: str | None
    last_event_at: datetime


class Retried(Shown):
    """`told`: a workflow of the case has heard it; false when the case is over and none runs."""

    case_id: str
    told: bool


WHOSE = "^(client|freelancer|mediator|staff|processor)$"


@router.get("/cases")
async def listed(
    caller: Staff,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    stuck: Annotated[bool, Query(description="Those alone that somebody must look at")] = False,
    turn: Annotated[
        str | None, Query(pattern="^(client|freelancer|mediator|staff|accounting|processor)$")
    ] = None,
) -> Page[CaseLine]:
    """Open cases, newest first; `stuck=true`: all that somebody must look at, longest first."""
    async with engine.connect() as c:
        if stuck:
            rows = await reading.stuck(c, moment_of(place), limit + 1, turn=turn)
        else:
            rows = await reading.for_staff(c, place, limit + 1, turn=turn)
        found = await radar.blips(c, [row["id"] for row in rows])
    show = partial(_shown, found)
    return page(rows, limit, show, _place) if stuck else page(rows, limit, show)


@router.post("/cases/{case_id}/retry", response_model=Retried)
async def retry(
    case_id: CaseId,
    caller: Staff,
    engine: Engine,
    temporal: Temporal,
    settings: TheSettings,
    key: Key,
) -> Retried:
    """Do now, for one case, all that would be done for it in time.

    A failing step is tried again. What was decided and has no outcome is signalled again. An open
    case looks whether its moment has come; when no workflow of it runs, one is started.
    It changes nothing that is kept, so that a repeated request may have its effect again.
    """
    async with engine.connect() as c:
        pair = await cases.read(c, case_id)
        waiting = await instructions.undecided(c, case_id)
    if pair is None:
        raise Problem("not_found")
    doors = Doors(temporal, settings.task_queue_prefix)
    try:
        told = await _hurried(doors, send.brief_of(pair, case_id), waiting)
    except RPCError as error:
        raise Problem("unavailable", headers={"Retry-After": "5"}) from error
    return Retried(case_id=case_id, told=told)


async def _hurried(doors: Doors, case: CaseBrief, waiting: Sequence[RowMapping]) -> bool:
    """What the sweeper does for all cases, for this one; whether a workflow heard of it."""
    signals = [(one["command"], one["id"]) for one in waiting]
    if case.version and not case.over:
        signals.append((TOLD, ""))
    for signal, instruction_id in signals:
        await doors.start(case, signal=signal, instruction_id=instruction_id, again=True)
    return await doors.retry(case.workflow_id) or bool(signals)


def _shown(found: Mapping[str, Sequence[radar.Blip]], row: RowMapping) -> CaseLine:
    blips = found[row["id"]]
    tasks = [Task.model_validate(task) for task in row["data"].get("tasks", ())]
    reasons = [Reason(why=blip.why, since=blip.since) for blip in blips]
    overdue = any(blip.why == "overdue" for blip in blips)
    more = {"turn": row["owner"], "overdue": overdue, "stuck": reasons, "staff_tasks": tasks}
    return CaseLine(**{**row, **more})


def _place(row: RowMapping) -> str:
    return place_at(row["stuck_since"], row["id"])


add_routes(on_jobs, jobs.NOUN, staff=True)
add_routes(on_disputes, disputes.NOUN, staff=True)
router.include_router(on_jobs)
router.include_router(on_disputes)
