"""A person's inbox; what they open here proves that they were told."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Shown
from api.callers import TheCaller
from api.idempotency import OwnOnce
from api.ids import NoticeId
from api.pages import Limit, Page, Place, page
from api.problems import Problem
from api.state import Engine
from failpoints import here
from ledger import notices

router = APIRouter(prefix="/me/notices", tags=["notices"])


class Notice(Shown):
    """What somebody was told, and when they opened it."""

    id: str
    case_id: str | None
    kind: str
    subject: str
    body: str
    at: datetime
    opened_at: datetime | None


@router.get("")
async def inbox(caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50) -> Page[Notice]:
    """What I was told, newest first; a list opens nothing."""
    async with engine.connect() as c:
        rows = await notices.page(c, caller.id, place, limit + 1)
    return page(rows, limit, Notice.model_validate)


@router.get("/{notice_id}")
async def read(notice_id: NoticeId, caller: TheCaller, engine: Engine) -> Notice:
    """One notice; reading it proves that it reached me."""
    async with engine.begin() as c:
        opened = await _opened(c, caller.id, notice_id)
        here("notice.written")
    here("notice.committed")
    return opened


@router.post("/{notice_id}/open", response_model=Notice)
async def open_(notice_id: NoticeId, caller: TheCaller, once: OwnOnce) -> JSONResponse:
    """The same, for a program that shows notices from the list."""

    async def mark(c: AsyncConnection) -> Notice:
        return await _opened(c, caller.id, notice_id)

    return await once(None, mark, status=200)


@router.delete("/{notice_id}", status_code=204)
async def remove(notice_id: NoticeId, caller: TheCaller, engine: Engine) -> None:
    """Take it out of my inbox; what it proved stays proven."""
    async with engine.begin() as c:
        if not await notices.remove(c, caller.id, notice_id):
            raise Problem("not_found")


@router.delete("", status_code=204)
async def clear(caller: TheCaller, engine: Engine) -> None:
    """Empty my inbox."""
    async with engine.begin() as c:
        await notices.remove(c, caller.id)


async def _opened(c: AsyncConnection, person_id: str, notice_id: str) -> Notice:
    row = await notices.opened(c, person_id, notice_id)
    if row is None:
        raise Problem("not_found")
    return Notice.model_validate(row)
