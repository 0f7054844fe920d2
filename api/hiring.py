"""A direct hire: a client offers a job to a freelancer, whose acceptance makes it a contract."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import job_views
from api.bodies import Amount, Asked, FileIds, Line, Prose
from api.decisions import LATER, begun
from api.files import require_room
from api.jobs import NOUN
from api.problems import field
from api.send import Decider, TheDecider
from domain.cases import Job
from domain.commands import OfferJob
from domain.confidentiality import fingerprint
from domain.job import require_offerable
from domain.policy import Policy, Terms
from failpoints import here
from ledger import files, ids, journal, people

router = APIRouter(prefix="/jobs", tags=["jobs"])


class Offered(Asked):
    """A direct hire; `freelancer` is an id or an email."""

    freelancer: Line
    title: Line
    brief: Prose
    price: Amount
    days: Annotated[int, Field(ge=1, le=365)]
    files: FileIds = Field(default_factory=list)
    start_when_funded: bool | None = None
    confidentiality: Prose | None = None
    """What the client asks of the freelancer besides the agreement in force."""


@router.post("", status_code=201, response_model=job_views.JobShown, responses=LATER)
async def offer(asked: Offered, decider: TheDecider) -> JSONResponse:
    """Offer a job to a freelancer; their acceptance makes it a contract."""
    content = asked.model_dump(mode="json")

    async def write(c: AsyncConnection) -> RowMapping:
        job = await _draft(c, asked, decider)
        title, brief, own = asked.title, asked.brief, asked.confidentiality
        row = await decider.begin(
            c, job, OfferJob(), content, title=title, text=brief, confidentiality=own
        )
        if row["case_id"] == job.id:
            await require_room(c, decider.settings, job.client, asked.files)
            await _keep(c, job, asked)
        here("offer.written")
        return row

    return await begun(decider, NOUN, content, write)


async def _draft(c: AsyncConnection, asked: Offered, decider: Decider) -> Job:
    """The job as it will be offered; a refusal when it could not be."""
    client = decider.caller.id
    freelancer = await people.find(c, asked.freelancer)
    if freelancer is None:
        raise field("#/freelancer", "nobody has this email or id", code="unknown_reference")
    terms = Terms(
        policy=Policy.model_validate(decider.settings.policy, extra="forbid"),
        price_minor=asked.price.amount_minor,
        currency=asked.price.currency,
        work_period=timedelta(days=asked.days),
        start_when_funded=await people.starts(c, client, asked.start_when_funded),
        confidentiality=fingerprint(asked.confidentiality) if asked.confidentiality else None,
    )
    parties = {"client": client, "freelancer": freelancer}
    now: dict[str, Any] = dict.fromkeys(("opened_at", "last_event_at", "since"), datetime.now(UTC))
    job = Job.model_validate({"id": ids.fresh("job"), "terms": terms, **parties, **now})
    require_offerable(job)
    return job


async def _keep(c: AsyncConnection, job: Job, asked: Offered) -> None:
    """The offer's files and its empty escrow."""
    await journal.open_escrow(c, job.id, job.terms.currency)
    await files.hand_over(c, list(dict.fromkeys(asked.files)), job.client, job.id, job.id)
