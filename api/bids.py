"""Bids on a project: rows beside it, one for each freelancer, the client's to compare."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import published
from api.bodies import Amount, Asked, Balance, Prose, Shown
from api.callers import TheCaller
from api.idempotency import OwnOnce
from api.ids import BidId, ProjectId
from api.pages import Limit, Page, Place, page
from api.problems import Problem
from api.state import Engine
from domain.decide import Notice
from domain.errors import NotOpen, SeenIsStale
from domain.ids import UserId
from domain.project import PROJECT, require_bid, require_editable
from domain.project_case import BidState, Project
from ledger import bids, mails, people
from ledger.database import to_read

locked = partial(published.locked, PROJECT, Project)
on_projects = APIRouter(prefix="/projects", tags=["projects"])
router = APIRouter(prefix="/bids", tags=["projects"])
mine = APIRouter(prefix="/me", tags=["projects"])


class Offered(Asked):
    """For how much, in how many days, and why them."""

    amount: Amount
    days: Annotated[int, Field(ge=1, le=365)]
    message: Prose


class Edited(Offered):
    """The bid as it is from now on, and the version that was edited."""

    version: Annotated[int, Field(ge=1, lt=2**31)]


class BidShown(Shown):
    """A bid; its message is its freelancer's and the client's alone."""

    id: str
    project_id: str
    freelancer_id: str
    freelancer_name: str | None = None
    version: int
    state: str
    amount: Balance
    days: int
    message: str | None
    job_id: str | None
    placed_at: datetime
    changed_at: datetime


class OwnBid(BidShown):
    """A bid in its freelancer's list."""

    title: str
    project_state: str


@on_projects.post("/{project_id}/bids", status_code=201, response_model=BidShown)
async def place(
    project_id: ProjectId, asked: Offered, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Bid on an open project; once withdrawn, a bid may be placed again."""

    async def keep(c: AsyncConnection) -> BidShown:
        project, title = await locked(c, project_id, "bid")
        standing = await people.standing(c, caller.id)
        require_bid(project, UserId(caller.id), standing, asked.amount.amount_minor)
        there = await bids.own(c, project.id, caller.id)
        if there is not None and there["state"] != "withdrawn":
            raise NotOpen("you have a bid on this project", bid=there["id"], state=there["state"])
        row = await bids.place(c, project.id, caller.id, **_said(asked))
        told = Notice(project.client, "bid_placed", "Bids were placed", of_many=f"Bids on {title}")
        await mails.send(c, project.id, title, told)
        return shown(row)

    return await once(asked, keep)


@on_projects.get("/{case_id}/bids")
async def listed(
    case_id: ProjectId,
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    order: Literal["newest", "amount", "days"] = "newest",
) -> Page[BidShown]:
    """Bids to compare, newest first, or from the smallest sum or the fewest days.

    Other freelancers see no messages, and of a sealed project nothing but their own.
    """
    async with to_read(engine) as c:
        pair, role = await published.visited(c, caller, case_id)
        project, whole = pair.of(Project), role is not None
        if whole or not project.sealed:
            rows = await bids.listed(c, project.id, order, place, limit + 1)
        else:
            own = await bids.own(c, project.id, caller.id)
            rows = [own] if own and own["state"] != "withdrawn" and place is None else []
    return page(rows, limit, lambda row: shown(row, for_all=not _may_read(row, caller.id, whole)))


@router.put("/{bid_id}")
async def edit(bid_id: BidId, asked: Edited, caller: TheCaller, engine: Engine) -> BidShown:
    """Change my bid, until it is awarded; who saw the version before cannot award it."""

    async def change(c: AsyncConnection, project: Project, row: RowMapping) -> RowMapping:
        said = _said(asked)
        if _same(row, asked):
            return row
        if row["version"] != asked.version:
            raise SeenIsStale("the bid has changed", version=row["version"])
        standing = await people.standing(c, caller.id)
        require_bid(project, UserId(caller.id), standing, asked.amount.amount_minor)
        return await bids.change(c, bid_id, **said)

    async with engine.begin() as c:
        row = await bids.find(c, bid_id)
        same = row is not None and row["version"] == asked.version + 1 and _same(row, asked)
        if row is not None and row["freelancer_id"] == caller.id and same:
            # Sent again after its answer was lost, whatever became of the project since.
            return shown(row)
        return shown(await _own_open(c, bid_id, caller.id, "edit_bid", change))


@router.delete("/{bid_id}", status_code=204)
async def withdraw(bid_id: BidId, caller: TheCaller, engine: Engine) -> None:
    """Take my bid back, until it is awarded."""

    async def change(c: AsyncConnection, project: Project, row: RowMapping) -> RowMapping:
        return await bids.change(c, bid_id, state="withdrawn")

    async with engine.begin() as c:
        row = await bids.find(c, bid_id)
        if row is None or row["freelancer_id"] != caller.id:
            raise Problem("not_found")
        if row["state"] != "withdrawn":
            try:
                await _own_open(c, bid_id, caller.id, "withdraw_bid", change)
            except NotOpen as late:
                # Somebody's other request has taken it back in this moment.
                if late.facts.get("state") != BidState.WITHDRAWN:
                    raise


@mine.get("/bids")
async def my_bids(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[OwnBid]:
    """My bids and what became of them, newest first."""
    async with to_read(engine) as c:
        rows = await bids.of_freelancer(c, caller.id, place, limit + 1)

    def own(row: RowMapping) -> OwnBid:
        more = {"title": row["title"], "project_state": row["project_state"]}
        return OwnBid(**shown(row).model_dump(), **more)

    return page(rows, limit, own)


def shown(row: RowMapping, *, for_all: bool = False) -> BidShown:
    """The bid of a row; for everybody without what was written in confidence."""
    amount = Balance(amount_minor=row["amount_minor"])
    bid = BidShown(**{"freelancer_name": None, **row, "amount": amount})
    return bid.model_copy(update={"message": None, "job_id": None}) if for_all else bid


async def _own_open(
    c: AsyncConnection,
    bid_id: str,
    freelancer: str,
    act: str,
    change: Callable[[AsyncConnection, Project, RowMapping], Awaitable[RowMapping]],
) -> RowMapping:
    """Change this freelancer's bid under its project's lock; another's is not found."""
    row = await bids.find(c, bid_id)
    if row is None or row["freelancer_id"] != freelancer:
        raise Problem("not_found")
    project, _ = await locked(c, row["project_id"], act)
    row = await bids.find(c, bid_id)
    assert row is not None, "bids are never deleted"
    require_editable(bids.as_bid(row))
    return await change(c, project, row)


def _same(row: RowMapping, asked: Offered) -> bool:
    return all(row[name] == value for name, value in _said(asked).items())


def _said(asked: Offered) -> dict[str, object]:
    amount = asked.amount.amount_minor
    return {"amount_minor": amount, "days": asked.days, "message": asked.message}


def _may_read(row: RowMapping, reader: str, whole: bool) -> bool:
    return whole or row["freelancer_id"] == reader
