"""Whose a file is, by its hash: what was sold, won or is offered, is not offered a second time.

Whoever had a file first keeps it theirs: what somebody else was paid for, with the same content,
stands against nobody who had it before them.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Exists,
    Text,
    any_,
    exists,
    func,
    literal,
    select,
    text,
    tuple_,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import OVER, Case, Ip, Job, JobState
from domain.errors import NotOriginal
from ledger.contest_tables import contest_entry
from ledger.database import plan_anew
from ledger.listing_tables import listing, listing_file
from ledger.tables import attachment, cases, delivery, file

# Two who offer the same at once: the second waits here, and then sees the first. However many
# hashes there are, nobody takes more of the server's locks than there are buckets.
CLAIM = text("""
    select pg_advisory_xact_lock(50, bucket)
      from (select distinct hashtext(sha256) & 1023 as bucket
              from file where id = any(:files) order by bucket) as wanted
""")
same = file.alias("same")
"""Whatever has the content of a file that is looked at."""
OWN = same.c.owner_id == file.c.owner_id


async def claim(c: AsyncConnection, file_ids: Collection[str], *, but: str) -> None:
    """Raise NotOriginal when one of these is offered elsewhere, was sold, won, or paid for.

    `but` is what claims them. Until the transaction ends nobody else can claim the same: taken
    behind the case, and before any listing or wallet.
    """
    await _in_turn(c, file_ids)
    whose = _came_first(file_ids)
    taken = await _such(c, file_ids, _offered(but, whose), _delivered(whose), _won(whose))
    if taken:
        raise NotOriginal(field="files", files=taken)


async def require_free(c: AsyncConnection, file_ids: Collection[str], *, but: str) -> None:
    """Raise NotOriginal when one of these is a client's work already, or has won elsewhere.

    Until the transaction ends nobody else can have it win.
    """
    await _in_turn(c, file_ids)
    whose = _came_first(file_ids)
    taken = await _such(c, file_ids, _delivered(whose), _won(whose, but))
    if taken:
        raise NotOriginal(field="entries", files=taken)


async def rivals(c: AsyncConnection, involved: Iterable[Case | None]) -> tuple[str, ...]:
    """Listings in which their freelancers offer what they delivered in these jobs, if not over.

    Until the transaction ends nobody else can claim the same.
    """
    jobs = [one for one in involved if isinstance(one, Job) and one.state not in OVER]
    handed_over = [delivery_id for job in jobs for delivery_id in job.deliveries]
    if not handed_over:
        return ()
    query = select(attachment.c.file_id).where(attachment.c.subject_id == _any(handed_over))
    return await offering(c, list(await c.scalars(query)))


async def offering(c: AsyncConnection, file_ids: Collection[str]) -> tuple[str, ...]:
    """Listings for sale in which their owners offer the same, which nobody else can claim now."""
    await _in_turn(c, file_ids)
    query = (
        select(listing.c.id)
        .join(listing_file, listing_file.c.listing_id == listing.c.id)
        .join(same, same.c.id == listing_file.c.file_id)
        .join(file, (file.c.sha256 == same.c.sha256) & OWN)
        .where(file.c.id == _any(file_ids), listing.c.state == "listed")
    )
    return tuple(await c.scalars(query.distinct()))


async def delivered(c: AsyncConnection, listing_ids: Collection[str]) -> set[str]:
    """Those of these listings of whose files one has become a client's, or won, by their seller."""
    query = (
        select(listing_file.c.listing_id)
        .join(file, file.c.id == listing_file.c.file_id)
        .where(listing_file.c.listing_id == _any(listing_ids))
    )
    return set(await c.scalars(union(query.where(_delivered(OWN)), query.where(_won(OWN)))))


async def _in_turn(c: AsyncConnection, file_ids: Collection[str]) -> None:
    await plan_anew(c)
    await c.execute(CLAIM, {"files": list(file_ids)})


async def _such(c: AsyncConnection, file_ids: Collection[str], *reasons: Exists) -> list[str]:
    """Those for which there is a reason; each is a join of its own, quick for common files too."""
    named = select(file.c.id).where(file.c.id == _any(file_ids))
    return sorted(await c.scalars(union(*(named.where(reason) for reason in reasons))))


def _any(ids: Collection[str]) -> ColumnElement[bool]:
    """One parameter, however many they are."""
    return any_(literal(list(ids), ARRAY(Text)))


def _came_first(file_ids: Collection[str]) -> ColumnElement[bool]:
    """Whether `same` is of the claimer's own, or of somebody who had it before them.

    It hangs on no row of the query around it, so it is looked up once, however common a file is.
    """
    claimed, own, theirs = (file.alias(name) for name in ("claimed", "own", "theirs"))
    mine = (
        select(claimed.c.owner_id, claimed.c.sha256, func.min(own.c.created_at).label("since"))
        .join(own, (own.c.sha256 == claimed.c.sha256) & (own.c.owner_id == claimed.c.owner_id))
        .where(claimed.c.id == _any(file_ids))
        .group_by(claimed.c.owner_id, claimed.c.sha256)
        .subquery("mine")
    )
    first = (theirs.c.owner_id == mine.c.owner_id) | (theirs.c.created_at < mine.c.since)
    before = select(mine.c.owner_id, theirs.c.sha256, theirs.c.owner_id)
    before = before.join(theirs, (theirs.c.sha256 == mine.c.sha256) & first)
    return tuple_(file.c.owner_id, same.c.sha256, same.c.owner_id).in_(before)


def _offered(but: str, whose: ColumnElement[bool]) -> Exists:
    """In another listing that is for sale, or was sold; what was never sold a draft does not claim.

    Whoever bought it and was refunded had the files, and does not offer them as theirs.
    """
    was_sold = (listing.c.state == "sold") | listing.c.resold
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, listing_file.c.file_id == same.c.id)
        .where(listing.c.id == listing_file.c.listing_id, listing.c.id != but)
        .where((listing.c.state == "listed") | (was_sold & whose))
        .correlate(file)
    )


def _delivered(whose: ColumnElement[bool]) -> Exists:
    """In a delivery whose job has ended in the client's favour: it is the client's work."""
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, attachment.c.file_id == same.c.id, whose)
        .where(delivery.c.id == attachment.c.subject_id, cases.c.id == delivery.c.case_id)
        .where(cases.c.data["ip"].astext == Ip.CLIENT.value)
        .correlate(file)
    )


def _won(whose: ColumnElement[bool], but: str = "") -> Exists:
    """In an entry that won in another contest, unless its handover failed: it is promised."""
    return (
        exists()
        .where(same.c.sha256 == file.c.sha256, attachment.c.file_id == same.c.id, whose)
        .where(contest_entry.c.id == attachment.c.subject_id, contest_entry.c.state == "awarded")
        .where(contest_entry.c.contest_id != but)
        .where(cases.c.id == contest_entry.c.job_id, cases.c.state != JobState.CANCELLED.value)
        .correlate(file)
    )
