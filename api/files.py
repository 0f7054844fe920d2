"""Files people hand each other: uploaded as a stream, downloaded by those entitled alone."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from obstore.store import ObjectStore
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.access import HOUSE
from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.idempotency import OwnOnce
from api.ids import FileId
from api.problems import Problem
from api.serving import TheAsked, served
from api.state import Engine, Files, TheSettings
from api.uploads import discard, receive
from domain.access import Handover, may_read
from domain.errors import NdaMissing
from failpoints import here
from ledger import files, people
from ledger.files import Stored

router = APIRouter(prefix="/files", tags=["files"])
RAW_BODY = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {"in": "header", "name": name, "schema": {"type": "string"}, "description": text}
        for name, text in (
            ("X-File-Name", "percent-encoded; or a Content-Disposition with a file name"),
            ("X-Content-SHA256", "64 hexadecimal digits; or Content-Digest"),
        )
    ],
}


class File(Shown):
    """A stored file."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    created_at: datetime


@router.post("", status_code=201, response_model=File, openapi_extra=RAW_BODY)
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
    stored = await receive(request, store, settings.max_upload_bytes)
    here("upload.stored")

    async def keep(c: AsyncConnection) -> File:
        return File.model_validate(await files.record(c, caller.id, stored))

    asked = {"name": stored.name, "sha256": stored.sha256}
    try:
        answer = await once(asked, keep)
    except BaseException:
        await _discard_unrecorded(engine, store, stored)
        raise
    if once.repeated:
        here("upload.discarding")
        await discard(store, stored)
        here("upload.discarded")
    return answer


async def _discard_unrecorded(engine: AsyncEngine, store: ObjectStore, stored: Stored) -> None:
    """Discard the bytes, unless they are recorded and only the answer was lost.

    When that cannot be known, bytes that nobody needs are better than a file without any.
    """
    with suppress(SQLAlchemyError, OSError):
        async with engine.connect() as c:
            recorded = await files.is_recorded(c, stored.key)
        if not recorded:
            await discard(store, stored)


@router.get("/{file_id}", response_class=StreamingResponse)
async def download(
    file_id: FileId, caller: TheCaller, engine: Engine, store: Files, asked: TheAsked
) -> Response:
    """The file, or the range of it that is asked for."""
    async with engine.connect() as c:
        file = await _readable(c, caller, file_id)
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


async def _readable(c: AsyncConnection, caller: Caller, file_id: str) -> RowMapping:
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
