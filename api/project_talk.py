"""What clients and freelancers say before a bid is awarded: invitations, questions, answers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bids import locked
from api.bodies import Asked, Line, Prose, Shown
from api.callers import Caller, TheCaller
from api.idempotency import OwnOnce
from api.ids import ProjectId, shaped
from api.pages import Limit, Page, Place, page
from api.problems import Problem, field
from api.published import visited
from api.state import Engine
from domain.decide import Notice
from domain.errors import Linked, NdaMissing, NotYours, UnknownReference
from domain.ids import UserId
from domain.project_case import Project
from ledger import bids, mails, people
from ledger.database import to_read

router = APIRouter(prefix="/projects", tags=["projects"])


class Inviting(Asked):
    """Whom the client would like to bid: an id or an email."""

    freelancer: Line


class Invitation(Shown):
    """Somebody who was invited to bid."""

    freelancer_id: str
    invited_at: datetime
    name: str


class Saying(Asked):
    """A question or an answer; the client names the freelancer, who needs no name."""

    text: Prose
    freelancer: Line | None = None


class Message(Shown):
    """One message between the client and a freelancer."""

    id: str
    freelancer_id: str
    author_id: str
    body: str
    at: datetime


@router.post("/{project_id}/invitations", status_code=201, response_model=Invitation)
async def invite(
    project_id: ProjectId, asked: Inviting, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Ask a freelancer to bid; whoever is invited twice hears of it once."""

    async def keep(c: AsyncConnection) -> Invitation:
        project, title = await _own(c, project_id, caller)
        freelancer = await people.find(c, asked.freelancer)
        if freelancer is None:
            raise field("#/freelancer", "nobody has this email or id", code="unknown_reference")
        if freelancer == project.client:
            raise Linked("nobody bids on a project of their own")
        if await bids.invite(c, project.id, freelancer):
            says = "You are invited to bid"
            await mails.send(c, project.id, title, Notice(UserId(freelancer), "invited", says))
        found = await bids.invited(c, project.id)
        [row] = [one for one in found if one["freelancer_id"] == freelancer]
        return Invitation.model_validate(dict(row))

    return await once(asked, keep)


@router.get("/{case_id}/invitations")
async def invited(case_id: ProjectId, caller: TheCaller, engine: Engine) -> list[Invitation]:
    """Whom the client has invited, for the client."""
    async with to_read(engine) as c:
        await access.entitled(c, caller, case_id)
        rows = await bids.invited(c, case_id)
    return [Invitation.model_validate(dict(row)) for row in rows]


@router.post("/{project_id}/messages", status_code=201, response_model=Message)
async def say(
    project_id: ProjectId, asked: Saying, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Ask the client, or answer a freelancer who bid, asked or was invited."""

    async def keep(c: AsyncConnection) -> Message:
        project, title = await locked(c, project_id, "bid")
        mine = caller.id == project.client
        to = await _with_whom(c, project, asked, caller)
        row = await bids.say(c, project.id, to, caller.id, asked.text)
        told = UserId(to) if mine else project.client
        says = "The client wrote to you" if mine else "A freelancer wrote to you"
        await mails.send(c, project.id, title, Notice(told, "message", says))
        return Message.model_validate(dict(row))

    return await once(asked, keep)


@router.get("/{case_id}/messages")
async def said(
    case_id: ProjectId,
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    freelancer: Annotated[str | None, Query(pattern=f"^{shaped('user')}$")] = None,
) -> Page[Message]:
    """What was said, newest first; a freelancer sees their own words with the client alone."""
    async with to_read(engine) as c:
        _, role = await visited(c, caller, case_id)
        if role is None:
            freelancer = caller.id
        rows = await bids.said(c, case_id, freelancer, place, limit + 1)
        if not rows and role is None:
            raise Problem("not_found")
    return page(rows, limit, lambda row: Message.model_validate(dict(row)))


async def _own(c: AsyncConnection, case_id: str, caller: Caller) -> tuple[Project, str]:
    """The caller's own open project, locked; of another's they know that it is not theirs."""
    project, title = await locked(c, case_id, "bid")
    if project.client != caller.id:
        raise NotYours("this is for the client")
    return project, title


async def _with_whom(c: AsyncConnection, project: Project, asked: Saying, caller: Caller) -> str:
    """The freelancer of this conversation; a client does not write to strangers."""
    if caller.id != project.client:
        if asked.freelancer not in (None, caller.id):
            raise NotYours("you speak for yourself")
        if not (await people.standing(c, caller.id)).nda_signed:
            raise NdaMissing
        return caller.id
    if asked.freelancer is None:
        raise field("#/freelancer", "say whom you write to")
    if not await bids.knows(c, project.id, asked.freelancer):
        raise UnknownReference("they neither bid, nor asked, nor were invited", field="freelancer")
    return asked.freelancer
