"""Files people hand each other: uploaded as a stream, downloaded by those entitled alone."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import HOUSE
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.idempotency import OwnOnce
from api.ids import FileId
from api.problems import Problem
from api.serving import TheAsked, served
from api.state import Engine, Files, TheSettings
from api.uploads import discard, discard_unrecorded, receive
from domain.access import Handover, may_read
from domain.errors import NdaMissing
from domain.quota import Quota
from failpoints import here
from ledger import files, people
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/files", tags=["files"])


def raw_body(headers: Mapping[str, str]) -> dict[str, Any]:
    """How a route is documented that takes bytes, with the headers that say what they are."""
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    said = [
        {"in": "header", "name": name, "schema": {"type": "string"}, "description": text}
        for name, text in headers.items()
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": said}


class File(Shown):
    """A stored file."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    created_at: datetime


FILE = raw_body(
    {
        "X-File-Name": "percent-encoded; or a Content-Disposition with a file name",
        "X-Content-SHA256": "64 hexadecimal digits; or Content-Digest",
    }
)


@router.post("", status_code=201, response_model=File, openapi_extra=FILE)
async def upload(
    request: Request,
    caller: TheCaller,
    once: OwnOnce,
    engine: Engine,
    store: Files,
    settings: TheSettings,
) -> JSONResponse:
    """Store the body as a file; nobody else may read it until it is handed over in a case."""
    here("upload.arriving")
    quota, again = quota_of(settings), await once.is_answered()
    async with to_read(engine) as c:
        used = await files.used(c, caller.id)

    def fits(size: int) -> None:
        if not again:
            quota.require(used, size, 1)

    stored = await receive(request, store, settings.max_upload_bytes, fits)
    here("upload.stored")

    async def keep(c: AsyncConnection) -> File:
        return File.model_validate(await files.record(c, caller.id, stored, quota))

    asked = {"name": stored.name, "sha256": stored.sha256}
    try:
        answer = await once(asked, keep)
    except BaseException:
        await discard_unrecorded(engine, store, stored.key)
        raise
    if once.repeated:
        here("upload.discarding")
        await discard(store, [stored.key])
        here("upload.discarded")
    return answer


def quota_of(settings: Settings) -> Quota:
    """How much one person may store."""
    return Quota(bytes=settings.person_bytes, files=settings.person_files)


@router.get("/{file_id}", response_class=StreamingResponse)
async def download(
    file_id: FileId, caller: TheCaller, engine: Engine, store: Files, asked: TheAsked
) -> Response:
    """The file, or the range of it that is asked for."""
    async with engine.connect() as c:
        file = await entitled_to(c, caller, file_id)
    return await served(store, file, asked)


async def readable(c: AsyncConnection, caller: Caller, case_ids: Collection[str]) -> set[str]:
    """Which of the files that were handed over in these cases the caller may download."""
    standing = await people.standing(c, caller.id)
    staff = not caller.roles.isdisjoint(HOUSE)

    def opens(handovers: Iterable[Handover]) -> bool:
        try:
            return may_read(handovers, caller.id, standing, staff=staff)
        except NdaMissing:
            return False

    found = await files.handovers_in(c, case_ids)
    return {file_id for file_id, handovers in found.items() if opens(handovers)}


async def entitled_to(c: AsyncConnection, caller: Caller, file_id: str) -> RowMapping:
    """The file, for whoever may download it; for anybody else, 404."""
    file = await files.find(c, file_id)
    if file is None:
        raise Problem("not_found")
    if file["owner_id"] == caller.id:
        return file
    handovers = await files.handovers(c, file_id)
    standing = await people.standing(c, caller.id)
    if not may_read(handovers, caller.id, standing, staff=not caller.roles.isdisjoint(HOUSE)):
        raise Problem("not_found")
    return file
