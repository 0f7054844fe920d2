"""Projects: posted, found and read; what their clients decide on them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access, timeline
from api.bodies import Amount, Asked, Line, Prose, Tag
from api.callers import TheCaller
from api.decisions import LATER, Noun, add_routes, begun
from api.finding import Sought
from api.ids import ProjectId
from api.pages import Limit, Page, Place, page
from api.payout_methods import policy_of
from api.problems import Problem, field
from api.project_views import ProjectLine, ProjectSeen, ProjectShown, line, seen, show
from api.remittances import Day
from api.send import Decider, TheDecider
from api.state import Engine, TheSettings
from domain.policy import CaseTerms
from domain.project import PROJECT, require_price
from domain.project_case import Project
from domain.project_commands import PostProject
from failpoints import here
from ledger import cases as rows
from ledger import files, finding, ids, people, publications
from ledger.database import at_once, to_read

router = APIRouter(prefix="/projects", tags=["projects"])
mine = APIRouter(prefix="/me", tags=["projects"])


class Budget(Asked):
    """From how much to how much a client thinks of paying."""

    low: Amount
    high: Amount

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low.amount_minor > self.high.amount_minor:
            raise ValueError("a budget goes from the lower sum to the higher")
        return self


class Posted(Asked):
    """What a client wants done: `summary` is public, `brief` for freelancers under the NDA.

    `files` are for those alone whose bids are awarded.
    """

    title: Line
    summary: Prose
    brief: Prose
    budget: Budget
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default_factory=list)
    deadline: Day | None = None
    files: Annotated[list[Line], Field(max_length=200)] = Field(default_factory=list)
    sealed: bool = False
    start_when_funded: bool | None = None


@router.post("", status_code=201, response_model=ProjectShown, responses=LATER)
async def post(asked: Posted, decider: TheDecider) -> JSONResponse:
    """Ask freelancers for bids."""
    content = asked.model_dump(mode="json")

    async def write(c: AsyncConnection) -> RowMapping:
        project = await _draft(c, asked, decider)
        title, brief = asked.title, asked.brief
        row = await decider.begin(c, project, PostProject(), content, title=title, text=brief)
        if row["case_id"] == project.id:
            await _keep(c, project, asked)
        here("project.written")
        return row

    return await begun(decider, NOUN, content, write)


@router.get("")
async def found(
    caller: TheCaller, engine: Engine, sought: Sought, limit: Limit = 50
) -> Page[ProjectLine]:
    """Open projects; `q` looks into title, tags and summary."""
    wanted = replace(sought, kind="project")
    async with engine.connect() as c:
        rows = await finding.found(c, wanted, limit + 1)
    return page(rows, limit, line, lambda row: finding.place(row, wanted.order))


@mine.get("/projects")
async def my_projects(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[ProjectLine]:
    """The caller's own projects, whatever became of them, newest first."""
    async with to_read(engine) as c:
        found = await publications.of_owner(c, "project", caller.id, place, limit + 1)
    return page(found, limit, line, lambda row: str(row["subject_id"]))


@router.get("/{case_id}")
async def one(
    case_id: ProjectId, caller: TheCaller, engine: Engine, our: TheSettings
) -> ProjectShown | ProjectSeen:
    """The project: whole for its client and staff, for others what they may know of it."""
    async with at_once(engine) as c:
        pair = await rows.read(c, case_id)
        if pair is None:
            raise Problem("not_found")
        if access.role(caller, pair) is not None:
            await access.entitled(c, caller, case_id)
            return await show(c, pair, caller, our)
        return await seen(c, pair, caller)


@router.get("/{case_id}/timeline")
async def happened(
    case_id: ProjectId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[timeline.Event]:
    """Everything that happened in the project, newest first, for its client and staff."""
    return await timeline.of_lone(engine, caller, case_id, place, limit)


async def _draft(c: AsyncConnection, asked: Posted, decider: Decider) -> Project:
    """The project as it will be posted; a refusal when it could not be."""
    client, now = decider.caller.id, datetime.now(UTC)
    policy = policy_of(decider.settings)
    for end in (asked.budget.low, asked.budget.high):
        require_price(policy, end.amount_minor)
    if asked.deadline is not None and asked.deadline < now.date():
        raise field("#/deadline", "this day is over")
    starts = asked.start_when_funded
    if starts is None:
        starts = (await people.of(c, client))["start_when_funded"]
    terms = CaseTerms(policy=policy, currency=asked.budget.low.currency)
    times = dict.fromkeys(("opened_at", "last_event_at", "since", "open_since"), now)
    made: dict[str, Any] = {"id": ids.fresh("project"), "terms": terms, "client": client, **times}
    return Project.model_validate(made | {"sealed": asked.sealed, "start_when_funded": starts})


async def _keep(c: AsyncConnection, project: Project, asked: Posted) -> None:
    """What will be public, and the files that are not."""
    await publications.announce(
        c,
        project.id,
        "project",
        project.client,
        title=asked.title,
        summary=asked.summary,
        tags=list(dict.fromkeys(one.lower() for one in asked.tags)),
        low_minor=asked.budget.low.amount_minor,
        high_minor=asked.budget.high.amount_minor,
        currency=project.terms.currency,
        deadline=asked.deadline,
    )
    handed_in = list(dict.fromkeys(asked.files))
    await files.hand_over(c, handed_in, project.client, project.id, project.id)


NOUN = Noun(PROJECT, ProjectId, ProjectShown, show)
add_routes(router, NOUN)
