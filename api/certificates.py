"""The certificate of a job: that its work is the client's, or was; as JSON or PDF, for anybody."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import access, certificate_items
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.case_files import JSON, PDF, download
from api.case_words import moment
from api.certificate_items import items, revoked
from api.ids import CertificateId, JobId
from api.problems import Problem
from api.signing_keys import Signer, TheSigner
from api.state import Engine, TheRates, TheSettings
from api.turns import Turns
from domain.cases import Ip, Job
from domain.certificate import owner, require_owned
from ledger import cases, certificates, ids, reading, seals, stories
from ledger.database import SNAPSHOT, to_read
from papers import document, rendering, sealed_pdf
from papers.certificate import CERTIFICATE, REVOCATION, VERSION
from papers.chain import Item
from papers.signing import PublicKey, SigningKey

of_jobs = APIRouter(prefix="/jobs", tags=["jobs"])
router = APIRouter(prefix="/certificates", tags=["certificates"])
ISSUED = Turns(2, timedelta(seconds=30))
SEALED_AT_ONCE = 1_000


class CertificateStatus(Shown):
    """Whether a certificate holds; of whom and of what it speaks, its holder knows."""

    id: str
    status: Literal["valid", "revoked"]
    issued_at: datetime
    revoked_at: datetime | None
    sha256: str
    """Of the signed JSON, which a PDF has attached."""
    key_id: str


@dataclass(frozen=True)
class _Draft:
    """What is going to be signed, and its row as far as it is known."""

    row: dict[str, object]
    about: dict[str, object]
    items: list[Item]


@dataclass(frozen=True)
class _Asked:
    """Who asks for which job's, and what it takes to make one."""

    engine: AsyncEngine
    caller: Caller
    job_id: str
    signer: Signer
    platform: str


@of_jobs.get(
    "/{case_id}/certificate",
    response_class=Response,
    responses={200: {"content": {JSON: {}, PDF: {}}}},
)
async def certificate(
    case_id: JobId,
    caller: TheCaller,
    engine: Engine,
    signer: TheSigner,
    rates: TheRates,
    settings: TheSettings,
    format_: Annotated[Literal["json", "pdf"] | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """That the work became the client's, signed once; or that this was taken back, and why."""
    await rates.take(settings.case_file_limit, "certificate", caller.id)
    row = await _stored(_Asked(engine, caller, case_id, signer, settings.public_url))
    name = f"{row['revokes']}-revoked" if row["revokes"] else row["id"]
    if not (format_ == "pdf" or (format_ is None and accept.lower().startswith(PDF))):
        return download(row["document"], JSON, f"{name}.json")
    async with to_read(engine) as c:
        paper = await certificates.paper(c, row["id"])
    if paper is None:
        raise Problem("unavailable", "This is too long to be made into paper; as JSON it is whole")
    return download(paper, PDF, f"{name}.pdf")


@router.get("/{certificate_id}")
async def status(certificate_id: CertificateId, engine: Engine) -> CertificateStatus:
    """Whether the certificate still holds, for whoever was shown it; needs no login."""
    async with to_read(engine) as c:
        row = await certificates.named(c, certificate_id)
        if row is None:
            raise Problem("not_found")
        job, event = await _job(c, row["case_id"]), await _event(c, row["case_id"])
    since = row["withdrawn_at"]
    if owner(job) is not Ip.CLIENT or event["version"] != row["version"]:
        since = event["at"]
    return CertificateStatus(
        id=row["id"],
        status="revoked" if since else "valid",
        issued_at=row["issued_at"],
        revoked_at=since,
        sha256=_sha256(row),
        key_id=PublicKey(row["public_key"].hex()).id,
    )


async def _stored(asked: _Asked) -> RowMapping:
    """The certificate, or what revokes the last one; made now if it is wanted for the first time.

    Problem or NotCertified when there is none to be made.
    """
    async with to_read(asked.engine) as c:
        pair, _ = await access.entitled(c, asked.caller, asked.job_id)
        found = await _kept(c, pair.job)
    if found is not None:
        return found
    async with ISSUED.of(asked.caller.id):
        row = await _signed(asked, await asked.signer())
    async with asked.engine.begin() as c:
        await certificates.take_turn(c, asked.job_id)
        return await _kept(c, await _job(c, asked.job_id)) or await certificates.keep(c, row)


async def _kept(c: AsyncConnection, job: Job) -> RowMapping | None:
    """What was signed for the job as it stands; NotCertified when nothing ever can be."""
    if owner(job) is Ip.CLIENT:
        event = await _event(c, job.id)
        return await certificates.in_force(c, job.id, event["version"])
    last = await certificates.newest(c, job.id)
    if last is None:
        require_owned(job)
    return await certificates.revocation(c, last["id"]) if last else None


async def _signed(asked: _Asked, key: SigningKey) -> dict[str, object]:
    """The row of a new certificate or revocation, with its paper."""
    async with asked.engine.begin() as c:
        # What paid for the work has its place in the ledger's chain before it is certified.
        await seals.add(c, SEALED_AT_ONCE)
    async with asked.engine.connect() as c:
        await c.execution_options(**SNAPSHOT)
        draft = await _draft(c, await _job(c, asked.job_id), asked.platform)
    signed = document.signed(draft.about, draft.items, key)
    return {
        **draft.row,
        "public_key": bytes.fromhex(key.public.hex),
        "document": signed,
        "paper": await _on_paper(signed, key),
    }


async def _draft(c: AsyncConnection, job: Job, platform: str) -> _Draft:
    """The certificate, or what takes the last one back, before it is signed."""
    fresh, event, at = ids.fresh("certificate"), await _event(c, job.id), await stories.now(c)
    row = {"id": fresh, "case_id": job.id, "version": event["version"], "issued_at": at}
    if owner(job) is Ip.CLIENT:
        found = await certificate_items.read(c, job, event)
        about = _about(CERTIFICATE, fresh, found.texts["title"], at, platform)
        return _Draft(row, about, items(found))
    last = await certificates.newest(c, job.id)
    assert last is not None, "nothing is revoked that was not issued"
    title = (await reading.texts(c, job.id))["title"]
    about = _about(REVOCATION, last["id"], title, at, platform)
    told = revoked(job, event, last, _sha256(last))
    return _Draft(row | {"revokes": last["id"]}, about, [told])


def _about(
    kind: str, certificate_id: str, subject: str, at: datetime, platform: str
) -> dict[str, object]:
    return {
        "title": f"{kind.capitalize()} {certificate_id}",
        "kind": kind,
        "version": VERSION,
        "certificate": certificate_id,
        "subject": subject,
        "check_at": f"{platform}/v1/certificates/{certificate_id}",
        "issued_at": moment(at),
        "made_by": platform,
    }


async def _on_paper(signed: bytes, key: SigningKey) -> bytes | None:
    """The PDF, sealed with the key of its document; None when there is too much of it."""
    try:
        pdf = await rendering.rendered(signed)
    except rendering.TooLong:
        return None
    return await asyncio.to_thread(sealed_pdf.sealed, pdf, signed, key)


async def _job(c: AsyncConnection, job_id: str) -> Job:
    pair = await cases.read(c, job_id)
    assert pair is not None, "cases are never deleted"
    return pair.job


async def _event(c: AsyncConnection, job_id: str) -> RowMapping:
    """With which the work became whose it is."""
    event = await certificates.passing(c, job_id)
    assert event is not None, "work changes hands by an event"
    return event


def _sha256(row: RowMapping) -> str:
    return hashlib.sha256(row["document"]).hexdigest()
