"""Everything that happened to a job and its disputes, whole and in order, for its case file."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Dispute
from ledger import cases as rows
from ledger.journal_tables import seal
from ledger.reading import said_in
from ledger.statement import posting_line
from ledger.tables import cases, event, instruction, mail, notice


async def now(c: AsyncConnection) -> datetime:
    """The moment at which the books are read: the beginning of the transaction."""
    found = await c.scalar(select(func.now()))
    assert isinstance(found, datetime)
    return found


SIZE = text("""
    select sum(bytes) from (
        select 600 + coalesce(octet_length(cast(i.body as text)), 0)
          from event e left join instruction i on i.id = e.instruction_id
         where e.case_id = any(:cases)
        union all
        select 800 + octet_length(n.subject) + octet_length(n.body)
               + coalesce(octet_length(m.answer), 0)
          from notice n left join mail m on m.notice_id = n.id
         where n.case_id = any(:cases)
        union all
        select 200 + octet_length(note) from delivery where case_id = any(:cases)
        union all
        select 300 from attachment where case_id = any(:cases)
        union all
        select 300 from posting_line where case_id = :job
        union all
        select 500 from instruction
         where case_id = any(:cases) and (outcome ->> 'status') = 'refused'
    ) told (bytes)
""")


async def size(c: AsyncConnection, case_ids: Collection[str], job_id: str) -> int:
    """About how many bytes it takes to tell all that happened; nothing of it is read for that."""
    found = await c.scalar(SIZE, {"cases": list(case_ids), "job": job_id})
    return int(found or 0)


async def disputes(c: AsyncConnection, job_id: str) -> list[Dispute]:
    """All disputes of a job, the first one first."""
    query = select(cases).where(cases.c.parent_id == job_id).order_by(cases.c.opened_at)
    return [rows.as_dispute(row) for row in (await c.execute(query)).mappings()]


async def events(c: AsyncConnection, case_ids: Collection[str]) -> Sequence[RowMapping]:
    """What happened in these cases, the first first, with the decision behind it."""
    decided = (instruction.c.command, said_in(case_ids), instruction.c.received_at)
    query = (
        select(event, *decided)
        .join(instruction, instruction.c.id == event.c.instruction_id, isouter=True)
        .where(event.c.case_id.in_(case_ids))
        .order_by(event.c.seq)
    )
    return (await c.execute(query)).mappings().all()


async def refused(c: AsyncConnection, case_ids: Collection[str]) -> Sequence[RowMapping]:
    """Decisions that came to nothing in these cases, the first first, with why."""
    named = (instruction.c[name] for name in ("id", "case_id", "caller_id", "role", "command"))
    why = (instruction.c.outcome[name].astext.label(name) for name in ("code", "detail"))
    query = (
        select(*named, instruction.c.received_at, instruction.c.decided_at, *why)
        .where(
            instruction.c.case_id.in_(case_ids),
            # As the index has it: a parameter in its place would not find it.
            text("(instruction.outcome ->> 'status') = 'refused'"),
        )
        .order_by(instruction.c.decided_at, instruction.c.id)
    )
    return (await c.execute(query)).mappings().all()


async def notices(c: AsyncConnection, case_ids: Collection[str]) -> Sequence[RowMapping]:
    """Who was told what in these cases, and what became of each mail."""
    sent = (mail.c[name] for name in ("address", "status", "attempts", "answer", "settled_at"))
    query = (
        select(notice, mail.c.id.label("mail_id"), *sent)
        .join(mail, mail.c.notice_id == notice.c.id, isouter=True)
        .where(notice.c.case_id.in_(case_ids))
        .order_by(notice.c.at, notice.c.id)
    )
    return (await c.execute(query)).mappings().all()


async def legs(c: AsyncConnection, job_id: str) -> Sequence[RowMapping]:
    """Every change of an account by the job or its disputes, entry by entry, debits first.

    With the seal of each entry that has one.
    """
    sealed = seal.c.n.label("seal_n"), seal.c.hash.label("seal_hash")
    query = (
        select(posting_line, *sealed)
        .join(seal, seal.c.entry_id == posting_line.c.entry_id, isouter=True)
        .where(posting_line.c.case_id == job_id)
        .order_by(*(posting_line.c[name] for name in ("entry_id", "amount_minor", "owner", "kind")))
    )
    return (await c.execute(query)).mappings().all()
