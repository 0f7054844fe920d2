"""Certificates as they were signed; whether one still holds follows from its case and its key."""

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Job, JobState
from ledger.journal_tables import journal_entry, seal
from ledger.listing_tables import listing
from ledger.proof_tables import certificate
from ledger.tables import agreement, event, signature, signing_key

ENDS = (JobState.COMPLETED, JobState.SETTLED, JobState.CANCELLED)
"""With which the work of a job is somebody's."""
_SHOWN = tuple(column for column in certificate.c if column.name != "paper")
"""All of it but what is large."""
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('certificate/' || :case, 0))")


async def passing(c: AsyncConnection, job_id: str) -> RowMapping | None:
    """The event that last made the work somebody's; of those that do not say whose, the last."""
    query = (
        select(event)
        .where(event.c.case_id == job_id, event.c.state.in_(ENDS))
        .order_by(event.c.facts.has_key("ip").desc(), event.c.version.desc())
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def entry(c: AsyncConnection, job_id: str, cause: str) -> RowMapping | None:
    """The journal entry by which that step paid for the work, with its seal if it has one yet."""
    sealed = seal.c.n.label("seal_n"), seal.c.hash.label("seal_hash")
    query = (
        select(journal_entry.c.reference, journal_entry.c.kind, *sealed)
        .join(seal, seal.c.entry_id == journal_entry.c.id, isouter=True)
        .where(journal_entry.c.case_id == job_id, journal_entry.c.cause == cause)
        .order_by(journal_entry.c.id)
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def warranty(c: AsyncConnection, job: Job) -> RowMapping | None:
    """Who warranted the ready work of this purchase as theirs, and when."""
    query = select(listing.c.warranted_by, listing.c.warranted_at)
    query = query.where(listing.c.id == job.origin, listing.c.warranted_at.is_not(None))
    return (await c.execute(query)).mappings().one_or_none()


async def promise(c: AsyncConnection, person_id: str, at: datetime) -> RowMapping | None:
    """The newest NDA the person had signed by then, and which version was `in_force`."""
    in_force = (
        select(func.max(agreement.c.version))
        .where(agreement.c.kind == "nda", agreement.c.in_force_at <= at)
        .scalar_subquery()
    )
    query = (
        select(signature, in_force.label("in_force"))
        .where(
            signature.c.person_id == person_id,
            signature.c.kind == "nda",
            signature.c.signed_at <= at,
        )
        .order_by(signature.c.version.desc())
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def take_turn(c: AsyncConnection, case_id: str) -> None:
    """Nobody else issues one for this case before the transaction ends."""
    await c.execute(ONE_AT_A_TIME, {"case": case_id})


async def in_force(c: AsyncConnection, case_id: str, version: int) -> RowMapping | None:
    """The certificate of this change of hands, by a key that still proves something."""
    certifies = certificate.c.revokes.is_(None) & (certificate.c.version == version)
    return await _newest(c, certifies & (certificate.c.case_id == case_id))


async def newest(c: AsyncConnection, case_id: str) -> RowMapping | None:
    """The last certificate of the case, whatever became of it."""
    query = (
        select(*_SHOWN)
        .where(certificate.c.case_id == case_id, certificate.c.revokes.is_(None))
        .order_by(certificate.c.id.desc())
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()


async def revocation(c: AsyncConnection, certificate_id: str) -> RowMapping | None:
    """What takes the certificate back, by a key that still proves something."""
    return await _newest(c, certificate.c.revokes == certificate_id)


async def keep(c: AsyncConnection, row: dict[str, object]) -> RowMapping:
    """The certificate or revocation, as it is from now on."""
    query = insert(certificate).values(**row).returning(*_SHOWN)
    made: RowMapping = (await c.execute(query)).mappings().one()
    return made


async def paper(c: AsyncConnection, certificate_id: str) -> bytes | None:
    """Its PDF; None: it was too long for paper."""
    query = select(certificate.c.paper).where(certificate.c.id == certificate_id)
    found: bytes | None = await c.scalar(query)
    return found


async def named(c: AsyncConnection, certificate_id: str) -> RowMapping | None:
    """The certificate with this id, and when its key was withdrawn, if it was."""
    query = (
        select(*_SHOWN, signing_key.c.withdrawn_at)
        .join(signing_key, signing_key.c.public_key == certificate.c.public_key)
        .where(certificate.c.id == certificate_id, certificate.c.revokes.is_(None))
    )
    return (await c.execute(query)).mappings().one_or_none()


async def _newest(c: AsyncConnection, condition: ColumnElement[bool]) -> RowMapping | None:
    """The last of these whose key was not withdrawn."""
    query = (
        select(*_SHOWN)
        .join(signing_key, signing_key.c.public_key == certificate.c.public_key)
        .where(condition, signing_key.c.withdrawn_at.is_(None))
        .order_by(certificate.c.id.desc())
        .limit(1)
    )
    return (await c.execute(query)).mappings().one_or_none()
