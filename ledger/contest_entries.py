"""Contest entries: rows beside a contest, written under the lock of its row."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Job
from domain.contest_case import Contest, ContestEntry, Entrant, EntryState
from domain.ids import CaseId, UserId
from ledger import cases, ids
from ledger.contest_tables import contest_entry
from ledger.linked import among, linked
from ledger.market_tables import publication
from ledger.tables import attachment, file, person
from ledger.tables import cases as rows

SHOWN = contest_entry.c.state.in_((EntryState.ENTERED.value, EntryState.AWARDED.value))

# One row a person, with the best of what they entered; who may not work does not share.
ENTRANTS = text("""
    select e.freelancer_id as person, bool_or(e.finalist) as finalist,
           coalesce(max(e.rating), 0) as rating, min(e.number) as number
      from contest_entry e
      join work_permission w on w.person_id = e.freelancer_id and w.result in ('w9', 'w8ben')
     where e.contest_id = :contest and e.state = 'entered'
     group by e.freelancer_id
     limit :most
""")
FIRST_FEW = 20


def hash_of(files: Iterable[str]) -> str:
    """What stands for an entry's files: the hash of their hashes, whatever their order."""
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()


async def enter(
    c: AsyncConnection, contest_id: str, freelancer: str, note: str, files: Collection[str]
) -> RowMapping:
    """A new entry with these files, which are the freelancer's, and their hash."""
    number = select(func.coalesce(func.max(contest_entry.c.number), 0) + 1).where(
        contest_entry.c.contest_id == contest_id
    )
    contents = await c.scalars(select(file.c.sha256).where(file.c.id.in_(files)))
    row = {
        "id": ids.fresh("contestentry"),
        "contest_id": contest_id,
        "freelancer_id": freelancer,
        "note": note,
        "hash": hash_of(contents),
    }
    query = insert(contest_entry).values(**row, number=number.scalar_subquery())
    made: RowMapping = (await c.execute(query.returning(contest_entry))).mappings().one()
    return made


async def change(c: AsyncConnection, entry_id: str, **now: Any) -> RowMapping:
    """The entry as it is now."""
    query = update(contest_entry).where(contest_entry.c.id == entry_id)
    query = query.values({**now, "changed_at": func.now()})
    made: RowMapping = (await c.execute(query.returning(contest_entry))).mappings().one()
    return made


async def find(c: AsyncConnection, entry_id: str) -> RowMapping | None:
    """The entry's row."""
    query = select(contest_entry).where(contest_entry.c.id == entry_id)
    return (await c.execute(query)).mappings().one_or_none()


async def chosen(
    c: AsyncConnection, contest: Contest, entry_ids: Collection[str]
) -> tuple[ContestEntry, ...]:
    """These entries, locked until the step is written; they stand behind their contest's lock."""
    query = select(contest_entry).where(contest_entry.c.id.in_(entry_ids))
    query = query.order_by(contest_entry.c.id).with_for_update(key_share=True)
    found = (await c.execute(query)).mappings().all()
    theirs = await linked(c, contest.client, [row["freelancer_id"] for row in found])
    return tuple(
        ContestEntry.model_validate({
            **row,
            "contest": row["contest_id"],
            "freelancer": row["freelancer_id"],
            "linked": row["freelancer_id"] in theirs,
        })
        for row in found
    )  # fmt: skip


async def entrants(
    c: AsyncConnection, contest: Contest, most: int | None = None
) -> tuple[Entrant, ...]:
    """Who may share the prizes, each person once; nobody linked with the client.

    Of so many at most, whoever they are: some of those who may.
    """
    found = (await c.execute(ENTRANTS, {"contest": contest.id, "most": most})).mappings().all()
    people = [row["person"] for row in found]
    theirs, known = await linked(c, contest.client, people), await among(c, people)
    return tuple(
        Entrant.model_validate({**row, **vars(known[row["person"]])})
        for row in found
        if row["person"] not in theirs
    )


async def anybody_shares(c: AsyncConnection, contest: Contest) -> bool:
    """Whether there is anybody who may share the prizes: of linked people one always does."""
    some = await entrants(c, contest, FIRST_FEW)
    return bool(some or await entrants(c, contest))


async def crowd(c: AsyncConnection, contest_id: str) -> tuple[UserId, ...]:
    """Everybody who has an entry that stands, or won, in the order they first came."""
    query = (
        select(contest_entry.c.freelancer_id)
        .where(contest_entry.c.contest_id == contest_id, SHOWN)
        .group_by(contest_entry.c.freelancer_id)
        .order_by(func.min(contest_entry.c.number))
    )
    return tuple(await c.scalars(query))


async def many(c: AsyncConnection, contest_id: str, freelancer: str | None = None) -> int:
    """How many entries stand, or won; of one freelancer, if one is named."""
    query = select(func.count()).where(contest_entry.c.contest_id == contest_id, SHOWN)
    if freelancer is not None:
        query = query.where(contest_entry.c.freelancer_id == freelancer)
    return int(await c.scalar(query) or 0)


async def handovers(c: AsyncConnection, contest: Contest) -> dict[CaseId, Job]:
    """The jobs in which prizes are being handed over, as they stand; one that is over stays so."""
    wanted = [prize.job for prize in contest.prizes if prize.under_way]
    found = (await c.execute(select(rows).where(rows.c.id.in_(wanted)))).mappings()
    jobs = (cases.as_job(row) for row in found)
    return {job.id: job for job in jobs}


async def awarded(c: AsyncConnection, job: Job, facts: Mapping[str, Any]) -> None:
    """The entry has won, and is handed over in this job."""
    await change(c, facts["entry"], state=EntryState.AWARDED.value, job_id=job.id)


async def won(c: AsyncConnection, entry_id: str) -> str:
    """What the winner's job says of the entry: which it is, its note, and its files."""
    row = await find(c, entry_id)
    assert row is not None, "entries are never deleted"
    named = "".join(f"\n{one['name']} (SHA-256 {one['sha256']})" for one in
                    (await files(c, [entry_id])).get(entry_id, []))  # fmt: skip
    return f"Contest entry {row['number']}:\n{row['note']}\n\nIts files:{named}"


async def files(c: AsyncConnection, entry_ids: Collection[str]) -> dict[str, list[RowMapping]]:
    """The files of these entries, by entry, as they were uploaded."""
    query = (
        select(attachment.c.subject_id, file)
        .join(file, file.c.id == attachment.c.file_id)
        .where(attachment.c.subject_id.in_(entry_ids))
        .order_by(file.c.created_at, file.c.id)
    )
    found: dict[str, list[RowMapping]] = {}
    for row in (await c.execute(query)).mappings():
        found.setdefault(row["subject_id"], []).append(row)
    return found


async def listed(
    c: AsyncConnection,
    contest_id: str,
    *conditions: ColumnElement[bool],
    after: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The contest's entries, with their freelancers' names, newest first."""
    query = (
        select(contest_entry, person.c.name.label("freelancer_name"))
        .join(person, person.c.id == contest_entry.c.freelancer_id)
        .where(contest_entry.c.contest_id == contest_id, *conditions)
        .order_by(contest_entry.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(contest_entry.c.id < after)
    return (await c.execute(query)).mappings().all()


async def of_freelancer(
    c: AsyncConnection, freelancer: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """A freelancer's entries with their contests' titles, newest first."""
    query = (
        select(contest_entry, publication.c.title, publication.c.state.label("contest_state"))
        .join(publication, publication.c.subject_id == contest_entry.c.contest_id)
        .where(contest_entry.c.freelancer_id == freelancer)
        .order_by(contest_entry.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(contest_entry.c.id < after)
    return (await c.execute(query)).mappings().all()


async def contests(c: AsyncConnection, contest_ids: Collection[str]) -> dict[str, Contest]:
    """These contests, by their ids."""
    found = (await c.execute(select(rows).where(rows.c.id.in_(contest_ids)))).mappings()
    return {row["id"]: one for row in found if isinstance(one := cases.as_case(row), Contest)}
