"""Projects: posted, found and read; what their clients decide on them."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bids import BidShown, shown
from api.bodies import Amount, Asked, Balance, Line, Prose, Shown
from api.callers import Caller, TheCaller
from api.cases import Action, CaseShown, HandedFile, Nobody, common, handed, nobody
from api.decisions import LATER, Noun, add_routes, begun
from api.ids import ProjectId
from api.pages import Limit, Page, Place, page
from api.payout_methods import policy_of
from api.problems import Problem, field
from api.send import Decider, TheDecider
from api.state import Engine, TheSettings
from domain.cases import OVER
from domain.lone_states import ProjectState
from domain.policy import CaseTerms
from domain.project import PROJECT, require_price
from domain.project_case import Project
from domain.project_commands import PostProject
from domain.texts import written_day
from failpoints import here
from ledger import bids, files, ids, people, publications, reading
from ledger import cases as rows
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/projects", tags=["projects"])
mine = APIRouter(prefix="/me", tags=["projects"])
UNSEEN = (ProjectState.DRAFT, ProjectState.REFUSED)
Day = Annotated[date, Field(strict=False), BeforeValidator(written_day)]
Tag = Annotated[Line, Field(max_length=40)]


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


class Range(Shown):
    """A budget."""

    low: Balance
    high: Balance


class ProjectLine(Shown):
    """A project in a list."""

    id: str
    title: str
    summary: str
    tags: list[str]
    budget: Range
    deadline: date | None
    state: str
    posted_at: datetime
    ends_at: datetime | None


class ProjectSeen(ProjectLine):
    """A project as somebody sees it who may bid; the brief under the NDA alone."""

    client_id: str
    client_name: str
    brief: str | None
    sealed: bool
    bids: int
    awards: int
    your_bid: BidShown | None
    if_nobody_acts: Nobody | None
    actions: list[Action]


class ProjectShown(CaseShown):
    """A project as its client sees it."""

    title: str
    summary: str
    tags: list[str]
    budget: Range
    deadline: date | None
    brief: str
    files: list[HandedFile]
    sealed: bool
    bids: int
    awards: int
    extensions: int
    start_when_funded: bool


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
    engine: Engine,
    caller: TheCaller,
    place: Place,
    limit: Limit = 50,
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[list[str] | None, Query(max_length=10)] = None,
    at_least: Annotated[int | None, Query(ge=0, le=2**40, description="minor units")] = None,
    at_most: Annotated[int | None, Query(ge=0, le=2**40, description="minor units")] = None,
) -> Page[ProjectLine]:
    """Open projects, newest first; `q` looks into title, tags and summary."""
    if "\x00" in q or any("\x00" in one for one in tag or ()):
        raise Problem("invalid", errors=[{"parameter": "q", "detail": "this is no text"}])
    async with to_read(engine) as c:
        found = await publications.search(
            c, "project", words=q, tags=tag or (), low_minor=at_least, high_minor=at_most,
            after=place, limit=limit + 1,
        )  # fmt: skip
    return page(found, limit, line, lambda row: str(row["subject_id"]))


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
    async with to_read(engine) as c:
        pair = await rows.read(c, case_id)
        if pair is None:
            raise Problem("not_found")
        if access.role(caller, pair) is not None:
            await access.entitled(c, caller, case_id)
            return await show(c, pair, caller, our)
        return await _seen(c, pair, caller)


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> ProjectShown:
    """The project as its client, or staff, see it."""
    project, role = _of(pair), access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    public, written = await publications.of(c, project.id), await reading.texts(c, project.id)
    assert public is not None, "a project is announced with its draft"
    return ProjectShown(
        **common(pair, project, role, caller, our),
        **_public(public),
        brief=written["body"],
        files=handed(await reading.files(c, [project.id]), project.id),
        sealed=project.sealed,
        bids=await bids.many(c, project.id),
        awards=project.awards,
        extensions=project.extensions,
        start_when_funded=project.start_when_funded,
    )


def line(row: RowMapping) -> ProjectLine:
    """The project of a row, for a list."""
    return ProjectLine(
        **_public(row),
        id=row["subject_id"],
        state=row["state"],
        posted_at=row["posted_at"],
        ends_at=row["ends_at"],
    )


async def _seen(c: AsyncConnection, pair: Pair, caller: Caller) -> ProjectSeen:
    """What a visitor may know; the brief while the project is open, under the NDA."""
    project = _of(pair)
    if project.state in UNSEEN:
        raise Problem("not_found")
    public, own = await publications.of(c, project.id), await bids.own(c, project.id, caller.id)
    assert public is not None, "a project is announced with its draft"
    open_now = project.state not in OVER
    opens = open_now and (await people.standing(c, caller.id)).nda_signed
    return ProjectSeen(
        **line(public).model_dump(),
        client_id=project.client,
        client_name=(await reading.names(c, [project.client]))[project.client],
        brief=(await reading.texts(c, project.id))["body"] if opens else None,
        sealed=project.sealed,
        bids=await bids.many(c, project.id),
        awards=project.awards,
        your_bid=shown(own) if own else None,
        if_nobody_acts=nobody(pair) if open_now else None,
        actions=_actions(project, own) if open_now else [],
    )


def _actions(project: Project, own: RowMapping | None) -> list[Action]:
    """What a freelancer may do beside the project, from the law's own table."""
    stands = own is not None and own["state"] == "placed"
    awarded = own is not None and own["state"] == "awarded"
    there = {"bid": not stands and not awarded, "edit_bid": stands, "withdraw_bid": stands}
    at = f"/v1/bids/{own['id']}" if own else ""
    paths = {"bid": f"/v1/projects/{project.id}/bids", "edit_bid": at, "withdraw_bid": at}
    return [
        Action(command=row.name, path=paths[row.name], says=row.says, money="")
        for row in PROJECT.beside
        if there[row.name]
    ]


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


def _public(row: RowMapping) -> dict[str, Any]:
    ends = {
        end: Balance(amount_minor=row[f"{end}_minor"], currency=row["currency"])
        for end in ("low", "high")
    }
    names = ("title", "summary", "tags", "deadline")
    return {**{name: row[name] for name in names}, "budget": Range(**ends)}


def _of(pair: Pair) -> Project:
    assert isinstance(pair.first, Project), "the id is a project's"
    return pair.first


NOUN = Noun(PROJECT, ProjectId, ProjectShown, show)
add_routes(router, NOUN)
