"""Bids: one row for each freelancer on a project, written under the lock of the project's row."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Job
from domain.ids import UserId
from domain.project_case import Bid, BidState, Project
from ledger import ids
from ledger.linked import linked
from ledger.market_tables import bid, invitation, message, publication
from ledger.tables import person


def as_bid(row: RowMapping, *, linked: bool = False) -> Bid:
    """The bid of a row."""
    known = {"project": row["project_id"], "freelancer": row["freelancer_id"], "linked": linked}
    return Bid.model_validate({**row, **known})


async def place(c: AsyncConnection, project_id: str, freelancer: str, **said: Any) -> RowMapping:
    """A new bid, or the one this freelancer withdrew, placed again."""
    new = {"id": ids.fresh("bid"), "project_id": project_id, "freelancer_id": freelancer, **said}
    again = {**said, "state": "placed", "version": bid.c.version + 1, "changed_at": func.now()}
    query = (
        insert(bid)
        .values(new)
        .on_conflict_do_update(constraint="uq_bid_project_id_freelancer_id", set_=again)
        .returning(bid)
    )
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def change(c: AsyncConnection, bid_id: str, **said: Any) -> RowMapping:
    """The bid as it is offered now; who saw the version before cannot award it."""
    now = {**said, "version": bid.c.version + 1, "changed_at": func.now()}
    query = update(bid).where(bid.c.id == bid_id).values(now).returning(bid)
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def find(c: AsyncConnection, bid_id: str) -> RowMapping | None:
    """The bid's row."""
    return (await c.execute(select(bid).where(bid.c.id == bid_id))).mappings().one_or_none()


async def own(c: AsyncConnection, project_id: str, freelancer: str) -> RowMapping | None:
    """This freelancer's bid on the project, whatever its state."""
    query = select(bid).where(bid.c.project_id == project_id, bid.c.freelancer_id == freelancer)
    return (await c.execute(query)).mappings().one_or_none()


async def chosen(c: AsyncConnection, project: Project, bid_ids: Collection[str]) -> tuple[Bid, ...]:
    """These bids, locked until the step is written; they stand behind their project's lock."""
    query = select(bid).where(bid.c.id.in_(bid_ids)).order_by(bid.c.id)
    rows = (await c.execute(query.with_for_update(key_share=True))).mappings().all()
    theirs = await linked(c, project.client, [row["freelancer_id"] for row in rows])
    return tuple(as_bid(row, linked=row["freelancer_id"] in theirs) for row in rows)


async def promised(c: AsyncConnection, job: Job) -> str:
    """What the freelancer of this job wrote when bidding."""
    said: str = (await c.execute(select(bid.c.message).where(*_of(job)))).scalar_one()
    return said


async def awarded(c: AsyncConnection, job: Job) -> None:
    """The bid has become this job."""
    now = {"state": BidState.AWARDED.value, "job_id": job.id}
    await c.execute(update(bid).where(*_of(job)).values(now))


def _of(job: Job) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return bid.c.project_id == job.origin, bid.c.freelancer_id == job.freelancer


async def bidders(c: AsyncConnection, project_id: str) -> tuple[UserId, ...]:
    """Everybody whose bid stands, in the order they came."""
    query = (
        select(bid.c.freelancer_id)
        .where(bid.c.project_id == project_id, bid.c.state == "placed")
        .order_by(bid.c.id)
    )
    return tuple(await c.scalars(query))


async def many(c: AsyncConnection, project_id: str) -> int:
    """How many bids stand, or have become jobs."""
    query = select(func.count()).where(bid.c.project_id == project_id, bid.c.state != "withdrawn")
    return int(await c.scalar(query) or 0)


async def listed(
    c: AsyncConnection, project_id: str, order: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Bids that stand or became jobs, with their freelancers' names; newest first, or cheapest."""
    query = (
        select(bid, person.c.name.label("freelancer_name"))
        .join(person, person.c.id == bid.c.freelancer_id)
        .where(bid.c.project_id == project_id, bid.c.state != "withdrawn")
        .limit(limit)
    )
    keys = {"amount": bid.c.amount_minor, "days": bid.c.days}
    if (key := keys.get(order)) is not None:
        query = query.order_by(key, bid.c.id)
        if after is not None:
            there = select(key).where(bid.c.id == after).scalar_subquery()
            query = query.where((key > there) | ((key == there) & (bid.c.id > after)))
        return (await c.execute(query)).mappings().all()
    query = query.order_by(bid.c.id.desc())
    if after is not None:
        query = query.where(bid.c.id < after)
    return (await c.execute(query)).mappings().all()


async def of_freelancer(
    c: AsyncConnection, freelancer: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """A freelancer's bids with their projects' titles, newest first."""
    query = (
        select(bid, publication.c.title, publication.c.state.label("project_state"))
        .join(publication, publication.c.subject_id == bid.c.project_id)
        .where(bid.c.freelancer_id == freelancer)
        .order_by(bid.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(bid.c.id < after)
    return (await c.execute(query)).mappings().all()


async def invite(c: AsyncConnection, project_id: str, freelancer: str) -> bool:
    """Keep the invitation; False when there was one before."""
    row = {"project_id": project_id, "freelancer_id": freelancer}
    made = insert(invitation).values(row).on_conflict_do_nothing().returning(invitation)
    return (await c.execute(made)).one_or_none() is not None


async def invited(c: AsyncConnection, project_id: str) -> Sequence[RowMapping]:
    """Who was invited, with their names, in their order."""
    query = (
        select(invitation, person.c.name)
        .join(person, person.c.id == invitation.c.freelancer_id)
        .where(invitation.c.project_id == project_id)
        .order_by(invitation.c.invited_at, person.c.id)
    )
    return (await c.execute(query)).mappings().all()


async def knows(c: AsyncConnection, project_id: str, freelancer: str) -> bool:
    """Whether this freelancer bid on the project, asked, or was invited."""
    there = [
        select(one.c.freelancer_id).where(column == project_id, one.c.freelancer_id == freelancer)
        for one, column in (
            (bid, bid.c.project_id),
            (message, message.c.case_id),
            (invitation, invitation.c.project_id),
        )
    ]
    return await c.scalar(union_all(*there).limit(1)) is not None


async def say(
    c: AsyncConnection, project_id: str, freelancer: str, author: str, body: str
) -> RowMapping:
    """A message between the client and one freelancer."""
    row = {"id": ids.fresh("message"), "case_id": project_id, "author_id": author, "body": body}
    query = insert(message).values(**row, freelancer_id=freelancer).returning(message)
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def said(
    c: AsyncConnection, project_id: str, freelancer: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """What was said, newest first; with one freelancer, or everybody."""
    query = select(message).where(message.c.case_id == project_id)
    query = query.order_by(message.c.id.desc()).limit(limit)
    if freelancer is not None:
        query = query.where(message.c.freelancer_id == freelancer)
    if after is not None:
        query = query.where(message.c.id < after)
    return (await c.execute(query)).mappings().all()
