"""The case file of a job: everything that happened, hash-chained and signed, as JSON or PDF."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from api import access, case_stories
from api.callers import Caller, TheCaller
from api.case_items import Story, items
from api.case_words import moment
from api.ids import JobId
from api.problems import Problem
from api.signing_keys import TheKey
from api.state import Engine, TheRates, TheSettings
from api.turns import Turns
from ledger.database import at_once
from papers import document, rendering, sealed_pdf
from papers.signing import SigningKey
from settings import Settings

router = APIRouter(prefix="/jobs", tags=["jobs"])
JSON, PDF = "application/json", "application/pdf"
_PATIENCE = timedelta(seconds=30)
_TURNS = {JSON: Turns(4, _PATIENCE), PDF: Turns(2, _PATIENCE)}
"""How many one process makes at once: a whole case is in memory for each, several times over."""


@router.get(
    "/{case_id}/case-file",
    response_class=Response,
    responses={200: {"content": {JSON: {}, PDF: {}}}},
)
async def case_file(
    case_id: JobId,
    caller: TheCaller,
    engine: Engine,
    key: TheKey,
    rates: TheRates,
    settings: TheSettings,
    format_: Annotated[Literal["json", "pdf"] | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Everything that happened in the job and its disputes, as the caller may know it, signed."""
    await rates.take(settings.case_file_limit, "case file", caller.id)
    wants_paper = format_ == "pdf" or (format_ is None and accept.lower().startswith(PDF))
    async with _TURNS[PDF if wants_paper else JSON].of(caller.id):
        content = await made(engine, caller, case_id, settings, key)
        if wants_paper:
            return download(await on_paper(content, key), PDF, f"case-file-{case_id}.pdf")
        return download(content, JSON, f"case-file-{case_id}.json")


async def made(
    engine: AsyncEngine, caller: Caller, job_id: str, settings: Settings, key: SigningKey
) -> bytes:
    """The signed case file as JSON, as this caller may know the job; Problem when it cannot be."""
    story, at = await case_stories.read(engine, caller, job_id, settings.case_file_bytes)
    if story.brief_is_open:
        async with at_once(engine) as c:
            await access.brief_opened(c, caller, job_id, story.seen.role)
    about = _about(story, moment(at), settings.public_url)
    # A long case takes a while to hash: other requests go on meanwhile.
    return await asyncio.to_thread(lambda: document.signed(about, items(story), key))


async def on_paper(content: bytes, key: SigningKey) -> bytes:
    """The same as a sealed PDF; Problem when that takes too long."""
    try:
        pdf = await rendering.rendered(content)
    except rendering.TooLong:
        detail = "The case is too long to be made into paper now; as JSON it is whole"
        raise Problem("unavailable", detail) from None
    return await asyncio.to_thread(sealed_pdf.sealed, pdf, content, key)


def _about(story: Story, at: str | None, platform: str) -> dict[str, object]:
    job, seen = story.job, story.seen
    return {
        "title": f"Case file of {job.id}",
        "kind": "case_file",
        "version": 1,
        "job": {"id": job.id, "state": job.state.value, "version": job.version},
        "disputes": [
            {"id": one.id, "number": one.number, "state": one.state.value, "version": one.version}
            for one in seen.disputes
        ],
        "subject": story.texts["title"],
        "made_at": at,
        "made_for": {"id": story.reader, "role": seen.role.value},
        "made_by": platform,
    }


def download(content: bytes, media_type: str, name: str) -> Response:
    """The file, to be kept under this name."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=named)
