"""How much of their room in the object store people use."""

from collections.abc import Collection

from sqlalchemy import exists, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.basket_case import ListingState
from domain.cases import JobState
from domain.quota import Amount, Used
from ledger.collecting import unused
from ledger.file_tables import upload
from ledger.listing_tables import listing, listing_file
from ledger.tables import attachment, cases, delivery, file, person

RUNNING = (JobState.IN_PROGRESS, JobState.IN_REVIEW, JobState.REJECTION_OPEN)
"""A job in one of these states may be delivered."""


async def used_alone(c: AsyncConnection, owner: str) -> Used:
    """The same as `used`, to which nothing is added until the transaction is over."""
    row = select(person.c.id).where(person.c.id == owner)
    await c.execute(row.with_for_update(key_share=True))
    return await used(c, owner)


async def used(c: AsyncConnection, owner: str, handing: Collection[str] = ()) -> Used:
    """What a person stores and is sending in parts, and whether a job of theirs runs.

    What was delivered is its job's, and counts while it is handed over elsewhere, as `handing` is.
    """
    delivered = exists().where(
        attachment.c.file_id == file.c.id, delivery.c.id == attachment.c.subject_id
    )
    elsewhere = exists().where(
        attachment.c.file_id == file.c.id,
        ~exists().where(delivery.c.id == attachment.c.subject_id),
    )
    offered = exists().where(
        listing_file.c.file_id == file.c.id,
        listing.c.id == listing_file.c.listing_id,
        listing.c.state != ListingState.SOLD,
    )
    there = union_all(
        select(file.c.size, unused().label("unused")).where(
            file.c.owner_id == owner,
            ~delivered | elsewhere | offered | file.c.id.in_(handing),
        ),
        select(upload.c.size, true()).where(
            upload.c.owner_id == owner,
            upload.c.file_id.is_(None),
            upload.c.expires_at > func.now(),
        ),
    ).subquery()
    job = exists().where(
        cases.c.freelancer_id == owner, cases.c.kind == "job", cases.c.state.in_(RUNNING)
    )
    sizes = func.coalesce(func.sum(there.c.size), 0)
    loose = func.coalesce(func.sum(there.c.size).filter(there.c.unused), 0)
    counts = (func.count(), func.count().filter(there.c.unused))
    query = select(sizes, loose, *counts, job).select_from(there)
    total, total_unused, files, files_unused, working = (await c.execute(query)).one()
    return Used(
        bytes=int(total),
        files=files,
        unused=Amount(bytes=int(total_unused), files=files_unused),
        working=working,
    )
