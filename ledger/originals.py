"""Whose a file is, by its hash: what was sold, won or is offered, is not offered a second time."""

from collections.abc import Collection, Iterable

from sqlalchemy import Exists, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import OVER, Case, Ip, Job, JobState
from domain.errors import NotOriginal
from ledger.contest_tables import contest_entry
from ledger.listing_tables import listing, listing_file
from ledger.tables import attachment, cases, delivery, file

# Two who offer the same at once: the second waits here, and then sees the first.
CLAIM = text("""
    select pg_advisory_xact_lock(hashtextextended(sha256, 0))
      from (select distinct sha256 from file where id = any(:files) order by sha256) as wanted
""")
same = file.alias()
"""Whatever has the content of a file that is looked at."""


async def claim(c: AsyncConnection, file_ids: Collection[str], *, but: str) -> None:
    """Raise NotOriginal when one of these is offered elsewhere, was sold, won, or paid for.

    `but` is what claims them. Until the transaction ends nobody else can claim the same.
    """
    await c.execute(CLAIM, {"files": list(file_ids)})
    query = select(file.c.id).where(file.c.id.in_(file_ids), _offered(but) | _delivered() | _won())
    taken = list(await c.scalars(query.order_by(file.c.id)))
    if taken:
        raise NotOriginal(field="files", files=taken)


async def require_free(c: AsyncConnection, file_ids: Collection[str], *, but: str) -> None:
    """Raise NotOriginal when one of these is a client's work already, or has won elsewhere.

    Until the transaction ends nobody else can have it win.
    """
    await c.execute(CLAIM, {"files": list(file_ids)})
    query = select(file.c.id).where(file.c.id.in_(file_ids), _delivered() | _won(but))
    taken = list(await c.scalars(query.order_by(file.c.id)))
    if taken:
        raise NotOriginal(field="entries", files=taken)


async def rivals(c: AsyncConnection, involved: Iterable[Case | None]) -> tuple[str, ...]:
    """Listings that offer what was delivered in those of these jobs that are not over.

    Until the transaction ends nobody else can claim the same.
    """
    jobs = [one for one in involved if isinstance(one, Job) and one.state not in OVER]
    handed_over = [delivery_id for job in jobs for delivery_id in job.deliveries]
    if not handed_over:
        return ()
    query = select(attachment.c.file_id).where(attachment.c.subject_id.in_(handed_over))
    return await offering(c, list(await c.scalars(query)))


async def offering(c: AsyncConnection, file_ids: Collection[str]) -> tuple[str, ...]:
    """Listings for sale with the content of one of these files, which nobody else can claim now."""
    await c.execute(CLAIM, {"files": list(file_ids)})
    query = (
        select(listing.c.id)
        .join(listing_file, listing_file.c.listing_id == listing.c.id)
        .join(same, same.c.id == listing_file.c.file_id)
        .join(file, file.c.sha256 == same.c.sha256)
        .where(file.c.id.in_(file_ids), listing.c.state == "listed")
    )
    return tuple(await c.scalars(query.distinct()))


async def delivered(c: AsyncConnection, listing_ids: Collection[str]) -> set[str]:
    """Those of these listings of whose files one has become a client's work, or has won."""
    query = (
        select(listing_file.c.listing_id)
        .join(file, file.c.id == listing_file.c.file_id)
        .where(listing_file.c.listing_id.in_(listing_ids), _delivered() | _won())
    )
    return set(await c.scalars(query))


def _offered(but: str) -> Exists:
    """In another listing that is for sale, or was sold; what was never sold a draft does not claim.

    Whoever bought it and was refunded had the files, and does not offer them as theirs.
    """
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, listing_file.c.file_id == same.c.id)
        .where(listing.c.id == listing_file.c.listing_id, listing.c.id != but)
        .where((listing.c.state != "draft") | listing.c.resold)
    )


def _delivered() -> Exists:
    """In a delivery whose job has ended in the client's favour: it is the client's work."""
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, attachment.c.file_id == same.c.id)
        .where(delivery.c.id == attachment.c.subject_id, cases.c.id == delivery.c.case_id)
        .where(cases.c.data["ip"].astext == Ip.CLIENT.value)
    )


def _won(but: str = "") -> Exists:
    """In an entry that won in another contest, unless its handover failed: it is promised."""
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, attachment.c.file_id == same.c.id)
        .where(contest_entry.c.id == attachment.c.subject_id, contest_entry.c.state == "awarded")
        .where(contest_entry.c.contest_id != but)
        .where(cases.c.id == contest_entry.c.job_id, cases.c.state != JobState.CANCELLED.value)
    )
