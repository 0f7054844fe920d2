"""Jobs: a direct hire, every decision on it, and what its parties see."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access, send
from api.bodies import Amount, Asked, Balance, Line, Prose, Shown
from api.callers import Caller, TheCaller
from api.cases import CaseShown, Delivery, HandedFile, common, handed
from api.decisions import TheDoor, pending, route
from api.idempotency import request_hash
from api.ids import FileId, JobId
from api.pages import Limit, Page, Place, page
from api.problems import field
from api.state import Engine, TheSettings
from domain.cases import OVER, Job, JobState, Role
from domain.commands import OfferJob
from domain.job import require_offerable
from domain.opening import quoted_fee
from domain.policy import Policy, Terms
from domain.registry import DISPUTE_COMMANDS, JOB_COMMANDS
from ledger import cases, files, ids, journal, people, reading
from ledger.cases import Pair
from ledger.tables import brief
from settings import Settings

STAFF_ONLY = {"resolve", "pause_clock", "resume_clock"}
OF_THE_DISPUTE = {"withdraw_rejection"}
"""A decision of the open dispute that is also a route of its job."""

router = APIRouter(prefix="/jobs", tags=["jobs"])


class Offered(Asked):
    """A direct hire; `freelancer` is an id or an email."""

    freelancer: Line
    title: Line
    brief: Prose
    price: Amount
    days: Annotated[int, Field(ge=1, le=365)]
    files: Annotated[list[FileId], Field(max_length=200)] = Field(default_factory=list)
    start_when_funded: bool | None = None


class JobShown(CaseShown):
    """A job as one of its parties sees it; the brief only under a signed agreement."""

    title: str
    brief: str | None
    brief_files: list[HandedFile]
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
    rejections: int
    ip: str | None


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


@router.post("", status_code=201, response_model=JobShown)
async def offer(asked: Offered, door: TheDoor) -> JSONResponse:
    """Offer a job to a freelancer; their acceptance makes it a contract."""
    async with door.engine.begin() as c:
        freelancer = await people.find(c, asked.freelancer)
        if freelancer is None:
            raise field("#/freelancer", "nobody has this email or id", code="unknown_reference")
        job = await _draft(c, asked, door.caller, freelancer, door.settings)
        request = send.Request(
            caller=door.caller,
            role=Role.CLIENT,
            key=door.key,
            hash=request_hash(door.request, asked.model_dump(mode="json")),
            command=OfferJob(),
        )
        row = await send.offer(c, job, request)
        if row["case_id"] == job.id:
            await _keep(c, job, asked, door.caller)
        pair = await cases.read(c, row["case_id"])
        assert pair is not None, "the draft is there"
    outcome = await door.outcome(pair, pair.job, row["id"], row["command"], row["outcome"])
    if outcome is None:
        return pending(row["id"])
    async with door.engine.connect() as c:
        pair = await cases.read(c, row["case_id"])
        assert pair is not None, "cases are never deleted"
        shown = await show(c, pair, door.caller, door.settings)
    return JSONResponse(shown.model_dump(mode="json"), 201)


@router.get("")
async def listed(
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    state: Annotated[JobState | None, Query()] = None,
) -> Page[JobLine]:
    """The caller's jobs, newest first."""
    async with engine.connect() as c:
        rows = await reading.of_person(c, "job", caller.id, state, place, limit + 1)
    return page(rows, limit, _line)


@router.get("/{case_id}")
async def one(case_id: JobId, caller: TheCaller, engine: Engine, our: TheSettings) -> JobShown:
    """The job as it stands."""
    async with engine.connect() as c:
        pair = await access.entitled(c, caller, case_id)
        return await show(c, pair, caller, our)


@router.get("/{case_id}/files")
async def handed_files(case_id: JobId, caller: TheCaller, engine: Engine) -> list[HandedFile]:
    """Everything that was handed over in the job and its disputes, as far as it is the caller's."""
    async with engine.connect() as c:
        pair = await access.entitled(c, caller, case_id)
        role = access.role(caller, pair)
        assert role is not None, "the caller is entitled"
        rows = await reading.files(c, await reading.family(c, case_id))
        signed = await access.may_read_brief(c, caller, role)
    seen = {row["id"]: row for row in rows if signed or row["subject_id"] != case_id}
    return [HandedFile.model_validate(dict(row)) for row in seen.values()]


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> JobShown:
    """The job as this caller sees it."""
    job, role = pair.job, access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    texts = await reading.texts(c, job.id)
    rows = await reading.files(c, [job.id])
    signed = await access.may_read_brief(c, caller, role)
    currency = job.terms.currency
    held = job.held.total if job.held and job.state not in OVER else 0
    return JobShown(
        **await common(c, pair, job, role, caller.id, our),
        title=texts["title"],
        brief=texts["body"] if signed else None,
        brief_files=handed(rows, job.id) if signed else [],
        price=Balance(amount_minor=job.terms.price_minor, currency=currency),
        work_days=job.terms.work_period.days,
        offer_version=job.offer_version if job.state is JobState.OFFERED else None,
        due_at=job.due_at,
        round=job.round,
        late=job.late,
        deliveries=[
            Delivery(**{**row, "files": handed(rows, row["id"])})
            for row in await reading.deliveries(c, job.id)
        ],
        escrow=Balance(amount_minor=held, currency=currency),
        mediation_fee=_fee(job),
        dispute_id=pair.dispute.id if pair.dispute else None,
        rejections=job.rejections,
        ip=job.ip,
    )


def _fee(job: Job) -> Balance | None:
    if job.held is None:
        return None
    return Balance(amount_minor=quoted_fee(job), currency=job.terms.currency)


async def _keep(c: AsyncConnection, job: Job, asked: Offered, client: Caller) -> None:
    """The offer's texts, its files and its empty escrow."""
    await c.execute(insert(brief).values(case_id=job.id, title=asked.title, body=asked.brief))
    await journal.open_escrow(c, job.id, job.terms.currency)
    await files.hand_over(c, list(dict.fromkeys(asked.files)), client.id, job.id, job.id)


async def _draft(
    c: AsyncConnection, asked: Offered, client: Caller, freelancer: str, our: Settings
) -> Job:
    starts = asked.start_when_funded
    if starts is None:
        starts = (await people.of(c, client.id))["start_when_funded"]
    now = datetime.now(UTC)
    terms = Terms(
        policy=Policy.model_validate(our.policy),
        price_minor=asked.price.amount_minor,
        currency=asked.price.currency,
        work_period=timedelta(days=asked.days),
        start_when_funded=starts,
    )
    job = Job.model_validate(
        {
            "id": ids.fresh("job"),
            "terms": terms,
            "client": client.id,
            "freelancer": freelancer,
            **dict.fromkeys(("opened_at", "last_event_at", "since"), now),
        }
    )
    require_offerable(job)
    return job


def _line(row: RowMapping) -> JobLine:
    terms = row["terms"]
    price = Balance(amount_minor=terms["price_minor"], currency=terms.get("currency", "USD"))
    return JobLine(**{**row, "price": price, "turn": row["owner"]})


for _command in JOB_COMMANDS.values():
    if _command is not OfferJob and _command.name not in STAFF_ONLY:
        route(router, "job", _command, show)
for _name in sorted(OF_THE_DISPUTE):
    route(router, "job", DISPUTE_COMMANDS[_name], show)
