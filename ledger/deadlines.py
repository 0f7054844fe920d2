"""A person's open cases with what they take to tell when each will end by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decide import MEDIATED
from ledger.cases import Pair, as_dispute, as_job
from ledger.tables import brief, cases, event

MOST = 500
"""Cases of one person in a calendar, those that end first."""


@dataclass(frozen=True)
class OpenCase:
    """A job, or the dispute somebody mediates, and how often it has changed so far."""

    id: str
    pair: Pair
    title: str
    changes: int


async def as_party(c: AsyncConnection, person_id: str) -> list[OpenCase]:
    """The open jobs of a client or freelancer, each with its open dispute."""
    mine = or_(cases.c.client_id == person_id, cases.c.freelancer_id == person_id)
    jobs = await _soonest(c, cases.c.kind == "job", cases.c.state != "draft", mine)
    of_jobs = cases.c.parent_id.in_([job["id"] for job in jobs])
    disputes = {row["parent_id"]: row for row in await _soonest(c, of_jobs)}
    pairs = {job["id"]: (job, disputes.get(job["id"])) for job in jobs}
    return await _told(c, pairs)


async def as_mediator(c: AsyncConnection, person_id: str) -> list[OpenCase]:
    """The disputes a mediator is asked for, appointed to, or has proposed in."""
    states = [state.value for state in MEDIATED]
    disputes = await _soonest(c, cases.c.mediator_id == person_id, cases.c.state.in_(states))
    of_disputes = cases.c.id.in_([row["parent_id"] for row in disputes])
    jobs = {row["id"]: row for row in await _soonest(c, of_disputes)}
    return await _told(c, {row["id"]: (jobs[row["parent_id"]], row) for row in disputes})


async def _soonest(c: AsyncConnection, *conditions: ColumnElement[bool]) -> Sequence[RowMapping]:
    query = select(cases).where(~cases.c.over, *conditions).order_by(cases.c.due_at, cases.c.id)
    return (await c.execute(query.limit(MOST))).mappings().all()


async def _told(
    c: AsyncConnection, found: dict[str, tuple[RowMapping, RowMapping | None]]
) -> list[OpenCase]:
    jobs = [job["id"] for job, _ in found.values()]
    titles, changes = await _titles(c, jobs), await _changes(c, jobs)
    return [
        OpenCase(
            id=case_id,
            pair=Pair(as_job(job), as_dispute(dispute) if dispute else None),
            title=titles[job["id"]],
            changes=changes.get(job["id"], 0),
        )
        for case_id, (job, dispute) in found.items()
    ]


async def _titles(c: AsyncConnection, jobs: Sequence[str]) -> dict[str, str]:
    query = select(brief.c.case_id, brief.c.title).where(brief.c.case_id.in_(jobs))
    return {row.case_id: row.title for row in await c.execute(query)}


async def _changes(c: AsyncConnection, jobs: Sequence[str]) -> dict[str, int]:
    """How many events each job and its disputes have: a number that only grows."""
    job = func.coalesce(cases.c.parent_id, cases.c.id)
    query = (
        select(job.label("job"), func.count().label("events"))
        .join(event, event.c.case_id == cases.c.id)
        .where(or_(cases.c.id.in_(jobs), cases.c.parent_id.in_(jobs)))
        .group_by(job)
    )
    return {row.job: row.events for row in await c.execute(query)}
