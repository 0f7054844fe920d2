"""The preview of a file: a picture, or a piece to listen to, with the viewer's name all over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO

import obstore
from fastapi import APIRouter, Query, Response
from obstore.store import ObjectStore
from sqlalchemy import RowMapping

from api.callers import TheCaller
from api.files import in_store, opened
from api.ids import FileId
from api.problems import Problem
from api.state import Engine, Files, TheRates, TheSettings
from api.turns import Turns
from domain.access import may_preview
from ledger import people
from previews import jail, making
from previews.makers import MP3, WEBP
from previews.wanted import IN_WORDS, NoPreview, Part, Preview, Reason, Wanted

router = APIRouter(prefix="/files", tags=["files"])
LONGEST_NAME = 24
PATIENCE = timedelta(seconds=30)
FETCHING = timedelta(seconds=60)
_TURNS = Turns(2, PATIENCE)
"""How many one process makes at once."""
SAFE = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}


@router.get(
    "/{file_id}/preview",
    response_class=Response,
    responses={200: {"content": {WEBP: {}, MP3: {}}}},
)
async def preview(
    file_id: FileId,
    caller: TheCaller,
    engine: Engine,
    store: Files,
    rates: TheRates,
    settings: TheSettings,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    part: Part = Part.PICTURE,
) -> Response:
    """What the file shows, marked with who sees it and when; of sound also the first seconds."""
    await rates.take(settings.preview_limit, "preview", caller.id)
    async with engine.begin() as c:
        file = await opened(c, caller, file_id, "preview", may_preview)
        name = (await people.of(c, caller.id))["name"]
    async with _TURNS.of(caller.id), in_store(engine, file):
        wanted = Wanted(_mark(name, caller.id), part, page)
        made = await _made(store, file, wanted, settings.preview_bytes)
    headers = SAFE | {"Preview-Pages": str(made.pages)}
    return Response(made.content, media_type=made.media_type, headers=headers)


async def _made(store: ObjectStore, file: RowMapping, wanted: Wanted, most: int) -> Preview:
    try:
        if file["size"] > most:
            raise NoPreview(Reason.TOO_LARGE)
        async with _at_hand(store, file["key"]) as content:
            return await making.made(content, wanted)
    except NoPreview as none:
        facts = {"reason": none.reason}
        raise Problem("no_preview", IN_WORDS[none.reason], facts=facts) from None
    except jail.NotClosed:
        raise Problem("previews_missing") from None


@asynccontextmanager
async def _at_hand(store: ObjectStore, key: str) -> AsyncIterator[BinaryIO]:
    """The file's bytes in one without a name, which is gone when it is closed."""
    with TemporaryFile() as copy:
        async with asyncio.timeout(FETCHING.total_seconds()):
            found = await obstore.get_async(store, key)
            async for chunk in found.stream():
                await asyncio.to_thread(copy.write, chunk)
        copy.seek(0)
        yield copy


def _mark(name: str, person: str) -> str:
    """Who sees it and when; a name may be another's too, or in letters no font has, an id not."""
    return f"{name[:LONGEST_NAME]} · {person[-6:]} · {datetime.now(UTC):%Y-%m-%d}"
