"""Uploads in parts: sent in any order, again after a cut, and put together into one file, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Shown
from api.callers import TheCaller
from api.files import File, quota_of, raw_body
from api.idempotency import OwnOnce
from api.ids import UploadId
from api.problems import Problem, field
from api.state import Engine, Files, TheSettings
from api.turns import Turns
from api.uploads import assemble, discard, discard_unrecorded, plain_name, receive_part
from failpoints import here
from ledger import files, uploads
from ledger.database import to_read
from ledger.files import Stored
from ledger.uploads import Part

router = APIRouter(prefix="/uploads", tags=["files"])
ASSEMBLED = Turns(4, timedelta(seconds=30))
"""Files that are put together at once; one person's one after the other."""
MOST_PARTS = 10_000
PART = raw_body({"X-Content-SHA256": "64 hexadecimal digits; or Content-Digest"})
Number = Annotated[int, Path(ge=1, le=MOST_PARTS)]


def _named(given: str) -> str:
    name = plain_name(given)
    if not name:
        raise ValueError("give the file a name")
    return name


class Announced(Asked):
    """A file that will come in parts."""

    name: Annotated[str, Field(max_length=1000), AfterValidator(_named)]
    size: Annotated[int, Field(ge=1, le=2**53 - 1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """Of the whole; what does not have it becomes no file."""


class PartShown(Shown):
    """A part that is there."""

    number: int
    size: int
    sha256: str


class UploadShown(Shown):
    """An upload, the parts that are there, and the file it became."""

    id: str
    name: str
    size: int
    sha256: str | None
    parts: list[PartShown]
    file_id: str | None
    created_at: datetime
    expires_at: datetime


@router.post("", status_code=201, response_model=UploadShown)
async def begin(
    asked: Announced, caller: TheCaller, once: OwnOnce, settings: TheSettings
) -> JSONResponse:
    """Announce a file; its size counts as stored until it is a file, deleted or expired."""
    if asked.size > settings.max_file_bytes:
        raise field("#/size", f"A file has at most {settings.max_file_bytes} bytes", "too_large")

    async def effect(c: AsyncConnection) -> UploadShown:
        kept, quota = settings.upload_period, quota_of(settings)
        made = await uploads.begin(c, caller.id, **asked.model_dump(), kept=kept, quota=quota)
        return _shown(made, [])

    return await once(asked, effect)


@router.get("/{upload_id}", response_model=UploadShown)
async def look(upload_id: UploadId, caller: TheCaller, engine: Engine) -> UploadShown:
    """Which parts are there, so that only the others are sent."""
    async with to_read(engine) as c:
        found = await uploads.find(c, caller.id, upload_id)
        return _shown(_there(found), await uploads.parts(c, upload_id))


@router.put("/{upload_id}/parts/{number}", response_model=PartShown, openapi_extra=PART)
async def put_part(
    request: Request,
    upload_id: UploadId,
    number: Number,
    caller: TheCaller,
    engine: Engine,
    store: Files,
    settings: TheSettings,
) -> PartShown:
    """Send a part, in any order; the same number again replaces what was there."""
    here("part.arriving")
    async with to_read(engine) as c:
        upload = _open(await uploads.find(c, caller.id, upload_id))
        there = await uploads.parts(c, upload_id)
    largest = min(_left(upload, there, number), settings.max_upload_bytes)

    def fits(size: int, beside: Sequence[Part] = there) -> None:
        _require_long(beside, number, size, settings.least_part_bytes)

    part = await receive_part(request, store, number, largest, fits)
    here("part.stored")
    try:
        async with engine.begin() as c:
            upload = _open(await uploads.lock(c, caller.id, upload_id))
            others = await uploads.parts(c, upload_id)
            if part.size > _left(upload, others, number):
                raise Problem("too_large", "The parts are longer than the file together")
            fits(part.size, others)
            await uploads.put(c, upload_id, part)
            here("part.written")
    except BaseException:
        await discard_unrecorded(engine, store, part.key)
        raise
    await discard(store, [one.key for one in others if one.number == number])
    return PartShown.model_validate(part)


@router.post("/{upload_id}/complete", status_code=201, response_model=File)
async def complete(
    upload_id: UploadId,
    caller: TheCaller,
    once: OwnOnce,
    engine: Engine,
    store: Files,
    settings: TheSettings,
) -> JSONResponse:
    """Put the parts together: one file, however often and under whichever keys it is asked."""
    async with to_read(engine) as c:
        found = await uploads.find(c, caller.id, upload_id)
        parts = await uploads.parts(c, upload_id)
    waits = found is not None and found["file_id"] is None
    async with ASSEMBLED.of(caller.id):
        whole = await assemble(store, found, parts) if found is not None and waits else None
    here("upload.assembled")

    async def effect(c: AsyncConnection) -> File:
        upload = _there(await uploads.lock(c, caller.id, upload_id))
        return await _become(c, upload, parts, whole, settings)

    try:
        answer = await once(None, effect)
    finally:
        if whole is not None:
            await discard_unrecorded(engine, store, whole.key)
    await discard(store, (part.key for part in parts))
    return answer


@router.delete("/{upload_id}", status_code=204)
async def give_up(upload_id: UploadId, caller: TheCaller, engine: Engine, store: Files) -> Response:
    """Forget it and its parts; the file it became stays."""
    async with engine.begin() as c:
        _there(await uploads.lock(c, caller.id, upload_id))
        left = await uploads.forget(c, upload_id)
    await discard(store, left)
    return Response(status_code=204)


async def _become(
    c: AsyncConnection,
    upload: RowMapping,
    parts: Sequence[Part],
    whole: Stored | None,
    settings: TheSettings,
) -> File:
    """The file of an upload that is locked; made now if these are still its parts."""
    if upload["file_id"] is not None:
        made = await files.find(c, upload["file_id"])
        return File.model_validate(made)
    if whole is None or await uploads.parts(c, upload["id"]) != parts:
        raise Problem("upload_changed", "Parts were sent while they were put together; ask again")
    return File.model_validate(await uploads.become(c, upload, whole, quota_of(settings)))


def _there(upload: RowMapping | None) -> RowMapping:
    """What is unknown, expired or another's is not found."""
    if upload is None:
        raise Problem("not_found")
    return upload


def _open(upload: RowMapping | None) -> RowMapping:
    """An upload that is no file yet."""
    if _there(upload)["file_id"] is not None:
        raise Problem("upload_over")
    return _there(upload)


def _left(upload: RowMapping, parts: Sequence[Part], number: int) -> int:
    """How long the part with this number may be beside the others."""
    return int(upload["size"]) - sum(part.size for part in parts if part.number != number)


def _require_long(parts: Sequence[Part], number: int, size: int, least: int) -> None:
    """Only the last part of a file is short, so that a file is never of a great many."""
    sizes = {part.number: part.size for part in parts} | {number: size}
    last = max(sizes)
    short = sorted(one for one in sizes if one != last and sizes[one] < least)
    if short:
        detail = f"A part has at least {least} bytes, unless it is the last"
        raise Problem("part_too_small", detail, facts={"least_bytes": least, "parts": short})


def _shown(upload: RowMapping, parts: Sequence[Part]) -> UploadShown:
    there = [PartShown.model_validate(part) for part in parts]
    return UploadShown(**{**upload, "parts": there})
