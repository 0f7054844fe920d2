"""Files people hand each other: uploaded as a stream, downloaded by those entitled alone."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.idempotency import OwnOnce
from api.ids import FileId
from api.problems import Problem
from api.serving import TheAsked, served
from api.state import Engine, Files, TheSettings
from api.uploads import discard, discard_unrecorded, receive
from domain.access import HOUSE, Handover, may_read, opened_by
from domain.cases import Role
from domain.errors import ApproveFirst, NdaMissing
from domain.quota import Amount, Quota
from failpoints import here
from ledger import accesses, collecting, files, people, room
from ledger.accesses import What
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
        used = await room.used(c, caller.id)

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
    to_deliver = Amount(bytes=settings.delivery_bytes, files=settings.delivery_files)
    theirs = {"bytes": settings.person_bytes, "files": settings.person_files}
    return Quota(**theirs, to_deliver=to_deliver)


async def require_room(
    c: AsyncConnection, settings: Settings, owner: str, named: Collection[str]
) -> None:
    """Raise QuotaFull when somebody hands these over, and not as a delivery, beyond their quota.

    Of two that do so at once the later look sees the files of both.
    """
    if named:
        quota_of(settings).require_to_keep(await room.used(c, owner, named))


@router.get("/{file_id}", response_class=StreamingResponse)
async def download(
    file_id: FileId, caller: TheCaller, engine: Engine, store: Files, asked: TheAsked
) -> Response:
    """The file, or the range of it that is asked for."""
    async with engine.begin() as c:
        file = await opened(c, caller, file_id, "file")
    async with in_store(engine, file):
        return await served(store, file, asked)


@router.delete("/{file_id}", status_code=204)
async def take_back(file_id: FileId, caller: TheCaller, engine: Engine, store: Files) -> Response:
    """Delete a file of one's own that was handed over nowhere; 409 says what refers to it."""
    async with engine.begin() as c:
        key = await collecting.take_back(c, caller.id, file_id)
    if key is None:
        raise Problem("not_found")
    await discard(store, [key])
    return Response(status_code=204)


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
    file, cases = await _found(c, caller, file_id, rule, preview=what == "preview")
    looks = [accesses.Look(case_id, role, what, file_id) for case_id, role in cases.items()]
    await accesses.record(c, caller.id, looks)
    return file


@asynccontextmanager
async def in_store(engine: AsyncEngine, file: RowMapping) -> AsyncIterator[None]:
    """Bytes that are not there are a lost store, unless the file was deleted since it was found."""
    try:
        yield
    except FileNotFoundError:
        async with to_read(engine) as c:
            if await files.find(c, file["id"]) is None:
                raise Problem("not_found") from None
        raise


async def look_at_all(c: AsyncConnection, caller: Caller, seen: Iterable[RowMapping]) -> None:
    """Write down that the caller looks at these files, in every case that opens them to them."""
    theirs = [one["id"] for one in seen if one["owner_id"] != caller.id]
    standing = await people.standing(c, caller.id)
    staff = not caller.roles.isdisjoint(HOUSE)
    looks = [
        accesses.Look(case_id, role, "file", file_id)
        for file_id, handovers in (await files.handovers_of(c, theirs)).items()
        for case_id, role in opened_by(handovers, caller.id, standing, staff=staff).items()
    ]
    await accesses.record(c, caller.id, looks)


async def require_readable(c: AsyncConnection, caller: Caller, file_id: str) -> None:
    """Raise what `opened` would, without a look at the file."""
    await _found(c, caller, file_id, may_read, preview=False)


async def _found(
    c: AsyncConnection, caller: Caller, file_id: str, rule: Callable[..., bool], *, preview: bool
) -> tuple[RowMapping, Mapping[str, Role]]:
    """The file, and the cases that open it to the caller; none of them when it is their own."""
    file = await files.find(c, file_id)
    if file is None:
        raise Problem("not_found")
    if file["owner_id"] == caller.id:
        return file, {}
    handovers = await files.handovers(c, file_id)
    standing = await people.standing(c, caller.id)
    staff = not caller.roles.isdisjoint(HOUSE)
    if not rule(handovers, caller.id, standing, staff=staff):
        raise Problem("not_found")
    return file, opened_by(handovers, caller.id, standing, staff=staff, preview=preview)
