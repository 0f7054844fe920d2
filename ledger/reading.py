"""Reading what the parties handed each other: briefs, deliveries, files, events; never a lock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import radar
from ledger.tables import attachment, brief, cases, delivery, event, file, instruction, person

NEVER_BEGUN = ("draft", "refused")
"""States of cases that only whoever wanted them sees."""
_opened = func.split_part(cases.c.id, "_", 2)
"""When a case was opened: its id without its kind."""


# One round trip for a job's page; its parts are those of `texts`, `names`, `deliveries`, `files`
# and `family`, as JSON.
JOB_PAGE = text("""
    select b.title, b.body, b.confidentiality,
           (select jsonb_build_object(
                       'version', s.version, 'full_name', s.full_name, 'signed_at', s.signed_at,
                       'in_force', s.version = (select max(a.version) from agreement a
                                                 where a.kind = 'nda' and a.in_force_at <= now()))
              from signature s
             where s.person_id = c.freelancer_id and s.kind = 'nda'
             order by s.version desc
             limit 1) as promise,
           (select jsonb_object_agg(p.id, p.name)
              from person p
             where p.id in (c.client_id, c.freelancer_id)) as names,
           (select jsonb_agg(to_jsonb(d) order by d.number)
              from delivery d
             where d.case_id = c.id) as deliveries,
           (select jsonb_agg(to_jsonb(f) || jsonb_build_object('subject_id', a.subject_id)
                             order by f.created_at, f.id)
              from attachment a
              join file f on f.id = a.file_id
             where a.case_id = c.id) as files,
           (select jsonb_agg(d.id order by d.opened_at desc)
              from cases d
             where d.parent_id = c.id) as disputes
      from cases c
      join brief b on b.case_id = c.id
     where c.id = :job
""").columns(promise=JSONB, names=JSONB, deliveries=JSONB, files=JSONB, disputes=JSONB)


@dataclass(frozen=True)
class JobPage:
    """What stands beside a job: its texts, its parties' names, what was handed over, its disputes.

    The newest dispute comes first; deliveries and files are in their order.
    """

    title: str
    body: str
    confidentiality: str | None
    promise: Mapping[str, Any] | None
    """The newest NDA the freelancer signed."""
    names: Mapping[str, str]
    deliveries: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    disputes: Sequence[str]


async def job_page(c: AsyncConnection, job_id: str) -> JobPage:
    """All that the page of a job shows besides the job."""
    row = (await c.execute(JOB_PAGE, {"job": job_id})).one()
    lists = row.deliveries or (), row.files or (), row.disputes or ()
    texts = row.title, row.body, row.confidentiality
    return JobPage(*texts, row.promise, row.names, *lists)


async def texts(c: AsyncConnection, job_id: str) -> RowMapping:
    """The job's title and brief, and its client's own terms of confidentiality."""
    query = select(brief.c.title, brief.c.body, brief.c.confidentiality).where(
        brief.c.case_id == job_id
    )
    return (await c.execute(query)).mappings().one()


async def names(c: AsyncConnection, people: Collection[str]) -> dict[str, str]:
    """Each person's name by id."""
    query = select(person.c.id, person.c.name).where(person.c.id.in_(people))
    return {row.id: row.name for row in await c.execute(query)}


async def deliveries(c: AsyncConnection, job_id: str) -> Sequence[RowMapping]:
    """The job's deliveries in their order."""
    query = select(delivery).where(delivery.c.case_id == job_id).order_by(delivery.c.number)
    return (await c.execute(query)).mappings().all()


async def files(c: AsyncConnection, case_ids: Collection[str]) -> Sequence[RowMapping]:
    """What was handed over in these cases, with the brief, delivery or instruction it came with."""
    query = (
        select(attachment.c.subject_id, attachment.c.case_id, file)
        .join(file, file.c.id == attachment.c.file_id)
        .where(attachment.c.case_id.in_(case_ids))
        .order_by(file.c.created_at, file.c.id)
    )
    return (await c.execute(query)).mappings().all()


async def family(c: AsyncConnection, job_id: str) -> list[str]:
    """The job and all its disputes, the newest first."""
    query = select(cases.c.id).where(cases.c.parent_id == job_id).order_by(cases.c.opened_at.desc())
    return [*await c.scalars(query), job_id]


async def events(
    c: AsyncConnection, case_ids: Collection[str], before: int | None, limit: int
) -> Sequence[RowMapping]:
    """What happened in these cases, newest first, with the words of whoever decided."""
    query = (
        select(event, instruction.c.command, instruction.c.body)
        .join(instruction, instruction.c.id == event.c.instruction_id, isouter=True)
        .where(event.c.case_id.in_(case_ids))
        .order_by(event.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(event.c.seq < before)
    return (await c.execute(query)).mappings().all()


async def of_person(
    c: AsyncConnection,
    kinds: Collection[str],
    person_id: str,
    state: str | None,
    after: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """A person's cases of these kinds, newest first, older than the one named."""
    theirs = (
        (cases.c.client_id == person_id)
        | and_(cases.c.freelancer_id == person_id, cases.c.state.not_in(NEVER_BEGUN))
        | (cases.c.mediator_id == person_id)
    )
    conditions: list[ColumnElement[bool]] = [cases.c.kind.in_(kinds), theirs]
    if state is not None:
        conditions.append(cases.c.state == state)
    if after is not None:
        conditions.append(cases.c.id < after)
    return await _page(c, conditions, cases.c.id.desc(), limit)


async def for_staff(
    c: AsyncConnection, after: str | None, limit: int, *, turn: str | None
) -> Sequence[RowMapping]:
    """Open cases, newest first; `turn`: whose they are."""
    conditions = [~cases.c.over]
    if turn is not None:
        conditions.append(cases.c.owner == turn)
    if after is not None:
        conditions.append(_opened < after.partition("_")[2])
    return await _page(c, conditions, _opened.desc(), limit)


async def stuck(
    c: AsyncConnection, after: tuple[datetime, str] | None, limit: int, *, turn: str | None
) -> Sequence[RowMapping]:
    """Cases on the radar, those first that are `stuck_since` the longest; from after this one."""
    found = radar.stuck()
    query = (
        select(cases, brief.c.title, found.c.since.label("stuck_since"))
        .join(brief, brief.c.case_id == func.coalesce(cases.c.parent_id, cases.c.id))
        .join(found, found.c.case_id == cases.c.id)
        .order_by(found.c.since, _opened)
        .limit(limit)
    )
    if turn is not None:
        query = query.where(cases.c.owner == turn)
    if after is not None:
        since, case_id = after
        last = tuple_(literal(since), case_id.partition("_")[2])
        query = query.where(tuple_(found.c.since, _opened) > last)
    return (await c.execute(query)).mappings().all()


async def _page(
    c: AsyncConnection,
    conditions: Sequence[ColumnElement[bool]],
    order: ColumnElement[str],
    limit: int,
) -> Sequence[RowMapping]:
    query = (
        select(cases, brief.c.title)
        .join(brief, brief.c.case_id == func.coalesce(cases.c.parent_id, cases.c.id))
        .where(*conditions)
        .order_by(order)
        .limit(limit)
    )
    return (await c.execute(query)).mappings().all()


async def statements(c: AsyncConnection, dispute_id: str) -> Sequence[RowMapping]:
    """What the parties said to the mediator, in order."""
    query = (
        select(
            instruction.c.id,
            instruction.c.role,
            event.c.at,
            instruction.c.body["text"].astext.label("text"),
        )
        .join(event, event.c.instruction_id == instruction.c.id)
        .where(event.c.case_id == dispute_id, event.c.kind == "statement_added")
        .order_by(event.c.version)
    )
    return (await c.execute(query)).mappings().all()


async def reasons(c: AsyncConnection, dispute_id: str) -> dict[str, str]:
    """Why a mediator proposed or staff ruled what they did, by the id of that verdict."""
    body = instruction.c.body
    verdict = body["id"].astext
    query = (
        select(verdict.label("id"), body["reasons"].astext.label("reasons"))
        .join(event, event.c.instruction_id == instruction.c.id)
        .where(event.c.case_id == dispute_id, body.has_key("reasons"))
    )
    return {row.id: row.reasons for row in await c.execute(query)}


async def executed_rulings(c: AsyncConnection, job_id: str) -> set[str]:
    """Rulings over this job that a second person confirmed."""
    ruling = cases.c.data["ruling"]["id"].astext
    query = select(ruling).where(cases.c.parent_id == job_id, cases.c.state == "executed")
    return {found for found in await c.scalars(query) if found}


async def reason(c: AsyncConnection, dispute_id: str) -> str | None:
    """Why the dispute was opened, in the words of whoever opened it."""
    query = (
        select(instruction.c.body["reason"].astext)
        .join(event, event.c.instruction_id == instruction.c.id)
        .where(event.c.case_id == dispute_id, event.c.version == 1)
    )
    found: str | None = await c.scalar(query)
    return found
