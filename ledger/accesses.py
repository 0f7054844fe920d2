"""Who looked at what in a case; written before it is opened, and never changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import RowMapping, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Role
from ledger.proof_tables import case_access
from ledger.tables import attachment, file, person

What = Literal["brief", "entries", "file", "preview"]


@dataclass(frozen=True)
class Look:
    """At what somebody looks, in which case, and as whom."""

    case_id: str
    role: Role
    what: What
    file_id: str | None = None


async def record(c: AsyncConnection, person_id: str, looks: Iterable[Look]) -> None:
    """Write down what is about to be opened; who looks again within a minute is one row.

    Whoever opens something waits for this: what cannot be written down is not opened.
    """
    rows = [{**vars(one), "person_id": person_id} for one in looks]
    if rows:
        # In one order, so that two who open the same things do not wait for each other for ever.
        rows.sort(key=lambda row: (row["case_id"], row["what"], row["file_id"] or ""))
        await c.execute(insert(case_access).values(rows).on_conflict_do_nothing())


async def looked_at_entries(c: AsyncConnection, person_id: str, contest_id: str) -> bool:
    """Whether somebody of the house read what was entered in a contest, or looked at its files."""
    handed_in = select(attachment.c.file_id).where(
        attachment.c.case_id == contest_id, attachment.c.subject_id != contest_id
    )
    looked = exists().where(
        case_access.c.case_id == contest_id,
        case_access.c.person_id == person_id,
        case_access.c.role == Role.STAFF.value,
        or_(case_access.c.what == "entries", case_access.c.file_id.in_(handed_in)),
    )
    return bool(await c.scalar(select(looked)))


async def looks(
    c: AsyncConnection, case_ids: Collection[str], before: int | None, limit: int
) -> Sequence[RowMapping]:
    """Who looked at what in these cases, newest first, with the names of people and files."""
    query = (
        select(case_access, person.c.name, file.c.name.label("file_name"))
        .join(person, person.c.id == case_access.c.person_id)
        .join(file, file.c.id == case_access.c.file_id, isouter=True)
        .where(case_access.c.case_id.in_(case_ids))
        .order_by(case_access.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(case_access.c.seq < before)
    return (await c.execute(query)).mappings().all()
