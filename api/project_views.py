"""A project as its client, those who may bid, and lists see it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bids import BidShown, shown
from api.bodies import Balance, Shown
from api.callers import Caller
from api.cases import Action, CaseShown, HandedFile, Nobody, common, handed, nobody
from api.job_views import Confidentiality, asked_besides
from api.pointed_out import PointedOut, pointed_out
from domain.cases import OVER, Role
from domain.project import PROJECT
from domain.project_case import Project
from ledger import bids, people, publications, reading
from ledger.cases import Pair
from settings import Settings


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
    bids: int | None
    """How many; of a sealed project only its client knows."""
    awards: int
    confidentiality: Confidentiality | None
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
    confidentiality: Confidentiality | None
    pointed_out: list[PointedOut]
    """What in the public texts looks like contact data: agreements belong on the platform."""


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> ProjectShown:
    """The project as its client, or staff, see it."""
    project, role = pair.of(Project), access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    await access.brief_opened(c, caller, project.id, role)
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
        confidentiality=asked_besides(project.confidentiality, written["confidentiality"]),
        pointed_out=pointed_out(**{one: public[one] for one in ("title", "summary", "tags")}),
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


async def seen(c: AsyncConnection, pair: Pair, caller: Caller) -> ProjectSeen:
    """What a visitor may know; the brief while the project is open, under the NDA."""
    project = pair.of(Project)
    public, own = await publications.of(c, project.id), await bids.own(c, project.id, caller.id)
    assert public is not None, "a project is announced with its draft"
    open_now = project.state not in OVER
    opens = open_now and (await people.standing(c, caller.id)).nda_signed
    if opens:
        await access.brief_opened(c, caller, project.id, Role.FREELANCER)
    written = await reading.texts(c, project.id)
    return ProjectSeen(
        **line(public).model_dump(),
        client_id=project.client,
        client_name=(await reading.names(c, [project.client]))[project.client],
        brief=written["body"] if opens else None,
        sealed=project.sealed,
        bids=None if project.sealed else await bids.many(c, project.id),
        awards=project.awards,
        confidentiality=asked_besides(
            project.confidentiality, written["confidentiality"] if opens else None
        ),
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


def _public(row: RowMapping) -> dict[str, Any]:
    ends = {
        end: Balance(amount_minor=row[f"{end}_minor"], currency=row["currency"])
        for end in ("low", "high")
    }
    names = ("title", "summary", "tags", "deadline")
    return {**{name: row[name] for name in names}, "budget": Range(**ends)}
