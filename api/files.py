"""Files people hand each other: uploaded as a stream, downloaded by those entitled alone."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import obstore
from fastapi import APIRouter, Header, Request, Response
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
from api.ranges import asked_range
from api.state import Engine, Files, TheSettings
from api.uploads import discard, receive
from domain.access import Handover, may_read, opened_by
from domain.errors import ApproveFirst, NdaMissing
from failpoints import here
from ledger import accesses, files, people
from ledger.accesses import What
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

    asked = {"name": stored.name, "type": stored.content_type, "sha256": stored.sha256}
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
    file_id: FileId,
    caller: TheCaller,
    engine: Engine,
    store: Files,
    range_: Annotated[str | None, Header(alias="range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The file, or the range of it that is asked for."""
    async with engine.begin() as c:
        file = await opened(c, caller, file_id, "file")
    headers = _headers(file)
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    unchanged = if_range in (None, headers["ETag"])
    part = asked_range(range_ if unchanged else None, file["size"])
    start, end = part or (0, file["size"])
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file['size']}"
    return StreamingResponse(
        await _bytes(store, file["key"], start, end),
        status_code=206 if part else 200,
        media_type=file["content_type"],
        headers=headers,
    )


async def streamed(store: ObjectStore, file: RowMapping) -> StreamingResponse:
    """The whole file, for whoever was found entitled to it."""
    content = await _bytes(store, file["key"], 0, file["size"])
    headers = _headers(file) | {"Content-Length": str(file["size"])}
    return StreamingResponse(content, media_type=file["content_type"], headers=headers)


async def readable(c: AsyncConnection, caller: Caller, case_ids: Collection[str]) -> set[str]:
    """Which of the files that were handed over in these cases the caller may download."""
    standing = await people.standing(c, caller.id)
    staff = not caller.roles.isdisjoint(HOUSE)

    def opens(handovers: Iterable[Handover]) -> bool:
        try:
            return may_read(handovers, caller.id, standing, staff=staff)
        except (NdaMissing, ApproveFirst):
            return False

    found = await files.handovers_in(c, case_ids)
    return {file_id for file_id, handovers in found.items() if opens(handovers)}


async def opened(
    c: AsyncConnection,
    caller: Caller,
    file_id: str,
    what: What,
    rule: Callable[..., bool] = may_read,
) -> RowMapping:
    """The file that the rule opens to the caller, once its cases know that they look at it.

    Nothing of it may be sent before the transaction is committed. Its owner looks unseen.
    """
    file = await files.find(c, file_id)
    if file is None:
        raise Problem("not_found")
    if file["owner_id"] == caller.id:
        return file
    handovers = await files.handovers(c, file_id)
    standing = await people.standing(c, caller.id)
    staff = not caller.roles.isdisjoint(HOUSE)
    if not rule(handovers, caller.id, standing, staff=staff):
        raise Problem("not_found")
    preview = what == "preview"
    cases = opened_by(handovers, caller.id, standing, staff=staff, preview=preview)
    looks = [accesses.Look(case_id, role, what, file_id) for case_id, role in cases.items()]
    await accesses.record(c, caller.id, looks)
    return file


def _headers(file: RowMapping) -> dict[str, str]:
    return {
        "ETag": f'"{file["sha256"]}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'], safe='')}",
    }


async def _bytes(store: ObjectStore, key: str, start: int, end: int) -> AsyncIterator[bytes]:
    """The stream is opened before the answer starts, so that a lost store is a 503."""
    found = await obstore.get_async(store, key, options={"range": (start, end)})

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in found.stream(min_chunk_size=64 * 1024):
            yield bytes(chunk)

    return chunks()
