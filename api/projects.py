"""Projects: posted, found and read; what their clients decide on them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import published, timeline
from api.bodies import Amount, Asked, Prose
from api.callers import TheCaller
from api.decisions import LATER, Noun, add_routes, begun
from api.finding import Sought
from api.ids import ProjectId
from api.pages import Limit, Page, Place
from api.payout_methods import policy_of
from api.problems import field
from api.project_views import ProjectLine, ProjectSeen, ProjectShown, line, seen, show
from api.published import OfRow, Posting
from api.remittances import Day
from api.send import Decider, TheDecider
from api.state import Engine, TheSettings
from domain.confidentiality import fingerprint
from domain.policy import CaseTerms
from domain.project import PROJECT, require_price
from domain.project_case import Project
from domain.project_commands import PostProject
from failpoints import here
from ledger import ids, people
from ledger.database import at_once

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


class Posted(Posting):
    """What a client wants done: `summary` is public, `brief` for freelancers under the NDA.

    `files` are for those alone whose bids are awarded.
    """

    budget: Budget
    deadline: Day | None = None
    sealed: bool = False
    confidentiality: Prose | None = None
    """What the client asks of whoever is awarded besides the agreement in force."""


@router.post("", status_code=201, response_model=ProjectShown, responses=LATER)
async def post(asked: Posted, decider: TheDecider) -> JSONResponse:
    """Ask freelancers for bids."""

    async def write(c: AsyncConnection) -> RowMapping:
        project = await _draft(c, asked, decider)
        own, public = asked.confidentiality, _public(asked)
        row = await published.begin(c, decider, project, PostProject(), asked, public, own)
        here("project.written")
        return row

    return await begun(decider, NOUN, asked.model_dump(mode="json"), write)


@router.get("")
async def found(
    caller: TheCaller, engine: Engine, sought: Sought, limit: Limit = 50
) -> Page[ProjectLine]:
    """Open projects; `q` looks into title, tags and summary."""
    return await published.found(engine, replace(sought, kind="project"), limit, _lines)


@mine.get("/projects")
async def my_projects(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[ProjectLine]:
    """The caller's own projects, whatever became of them, newest first."""
    return await published.of_owner(engine, "project", caller, place, limit, _lines)


@router.get("/{case_id}")
async def one(
    case_id: ProjectId, caller: TheCaller, engine: Engine, our: TheSettings
) -> ProjectShown | ProjectSeen:
    """The project: whole for its client and staff, for others what they may know of it."""
    async with at_once(engine) as c:
        pair, role = await published.visited(c, caller, case_id)
        if role is None:
            return await seen(c, pair, caller)
        return await show(c, pair, caller, our)


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
    starts = await people.starts(c, client, asked.start_when_funded)
    terms = CaseTerms(policy=policy, currency=asked.budget.low.currency)
    times = dict.fromkeys(("opened_at", "last_event_at", "since", "open_since"), now)
    made: dict[str, Any] = {"id": ids.fresh("project"), "terms": terms, "client": client, **times}
    own = fingerprint(asked.confidentiality) if asked.confidentiality else None
    made |= {"sealed": asked.sealed, "start_when_funded": starts, "confidentiality": own}
    return Project.model_validate(made)


def _public(asked: Posted) -> dict[str, Any]:
    """What everybody may read of it besides its texts."""
    low, high = asked.budget.low.amount_minor, asked.budget.high.amount_minor
    return {"low_minor": low, "high_minor": high, "deadline": asked.deadline}


async def _lines(c: AsyncConnection, rows: Sequence[RowMapping]) -> OfRow[ProjectLine]:
    return line


NOUN = Noun(PROJECT, ProjectId, ProjectShown, show)
add_routes(router, NOUN)
