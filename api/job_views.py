"""A job as one of its people sees it, whole or as a line of a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import Balance, Shown
from api.callers import Caller
from api.cases import ContractShown, Delivery, HandedFile, handed, of_contract
from domain.access import work_is_closed_to
from domain.cases import OVER, Ip, Job, JobState, Role
from domain.confidentiality import Fingerprint
from domain.opening import quoted_fee
from ledger import reading
from ledger.cases import Pair
from settings import Settings


class Confidentiality(Shown):
    """What the client asks besides the agreement in force; the text is open with the brief."""

    text: str | None
    sha256: str
    """By this the freelancer agrees to it."""


class Promise(Shown):
    """Which version of the agreement the freelancer signed last."""

    version: int
    full_name: str
    signed_at: datetime
    in_force: bool


class JobShown(ContractShown):
    """A job as one of its people sees it; the brief only under a signed agreement."""

    title: str
    brief: str | None
    brief_files: list[HandedFile]
    confidentiality: Confidentiality | None
    freelancer_nda: Promise | None
    """For the parties and staff."""
    price: Balance
    work_days: int
    offer_version: int | None
    due_at: datetime | None
    round: int
    late: bool
    deliveries: list[Delivery]
    escrow: Balance
    mediation_fee: Balance | None
    dispute_id: str | None
    """The dispute that is open."""
    disputes: list[str]
    """Every dispute there was, the newest first."""
    rejections: int
    ip: str | None
    view_only: bool
    """Whether its client, for now, only looks at what is delivered."""
    frozen: bool
    """Whether all clocks stand still, because a payment behind it was taken back."""


class JobLine(Shown):
    """A job in a list."""

    id: str
    title: str
    state: str
    version: int
    turn: str | None
    due_at: datetime | None
    client_id: str
    freelancer_id: str
    price: Balance
    opened_at: datetime
    last_event_at: datetime


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> JobShown:
    """The job as this caller sees it."""
    job, role = pair.job, access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    signed = await access.may_read_brief(c, caller, role, job)
    if signed:
        await access.brief_opened(c, caller, job.id, role)
    page = await reading.job_page(c, job.id)
    told = page.promise is not None and role is not Role.MEDIATOR
    currency = job.terms.currency
    held = job.held.total if job.held and job.state not in OVER else 0
    return JobShown(
        **of_contract(page.names, pair, job, role, caller, our),
        title=page.title,
        brief=page.body if signed else None,
        brief_files=handed(page.files, job.id) if signed else [],
        confidentiality=asked_besides(
            job.terms.confidentiality, page.confidentiality if signed else None
        ),
        freelancer_nda=Promise.model_validate(page.promise) if told else None,
        price=Balance(amount_minor=job.terms.price_minor, currency=currency),
        work_days=job.terms.work_period.days,
        offer_version=job.offer_version if job.state is JobState.OFFERED else None,
        due_at=job.due_at,
        round=job.round,
        late=job.late,
        deliveries=[
            _delivery(row, page.files, closed=work_is_closed_to(role, job))
            for row in page.deliveries
        ],
        escrow=Balance(amount_minor=held, currency=currency),
        mediation_fee=_fee(job),
        dispute_id=pair.dispute.id if pair.dispute else None,
        disputes=list(page.disputes),
        rejections=job.rejections,
        ip=job.ip,
        view_only=job.view_only and job.ip is not Ip.CLIENT,
        frozen=bool(job.short) and job.state not in OVER,
    )


def line(row: RowMapping) -> JobLine:
    """The job of a row, for a list."""
    terms = row["terms"]
    price = Balance(amount_minor=terms["price_minor"], currency=terms.get("currency", "USD"))
    return JobLine(**{**row, "price": price, "turn": row["owner"]})


def _delivery(
    row: Mapping[str, Any], files: Sequence[Mapping[str, Any]], *, closed: bool
) -> Delivery:
    """A delivery; where the work is closed to the reader, only that there was one."""
    if closed:
        return Delivery(**{**row, "note": "", "files": []})
    return Delivery(**{**row, "files": handed(files, row["id"])})


def asked_besides(asked: Fingerprint | None, text: str | None) -> Confidentiality | None:
    """What the client asks besides the agreement in force, if anything."""
    return Confidentiality(text=text, sha256=asked) if asked else None


def _fee(job: Job) -> Balance | None:
    if job.held is None:
        return None
    return Balance(amount_minor=quoted_fee(job), currency=job.terms.currency)
