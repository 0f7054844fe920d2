"""A stored file as an answer: whole or a range of it, as a download that no browser runs."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import obstore
from fastapi import Depends, Header, Response
from fastapi.responses import StreamingResponse
from obstore.store import ObjectStore

from api.kinds import inert
from api.ranges import asked_range

PIECE = 64 * 1024
ALONE: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
"""Whatever a file turns out to be, it reaches nothing of ours and nobody else's page shows it."""


@dataclass(frozen=True)
class Asked:
    """Which part of a file a request wants, and what it has already."""

    range: str | None = None
    if_range: str | None = None
    if_none_match: str = ""


async def _asked(
    range_: Annotated[str | None, Header(alias="range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str, Header()] = "",
) -> Asked:
    return Asked(range_, if_range, if_none_match)


TheAsked = Annotated[Asked, Depends(_asked)]
WHOLE = Asked()


async def served(
    store: ObjectStore, file: Mapping[Any, Any], asked: Asked = WHOLE, **headers: str
) -> Response:
    """The file, or what is asked for of it, for whoever was found entitled to it."""
    etag = f'"{file["sha256"]}"'
    own = {**ALONE, "ETag": etag, "Accept-Ranges": "bytes", **attached(file["name"]), **headers}
    if etag in asked.if_none_match:
        return Response(status_code=304, headers=own)
    unchanged = asked.if_range in (None, etag)
    part = asked_range(asked.range if unchanged else None, file["size"])
    start, end = part or (0, file["size"])
    own["Content-Length"] = str(end - start)
    if part:
        own["Content-Range"] = f"bytes {start}-{end - 1}/{file['size']}"
    return StreamingResponse(
        await pieces(store, file["key"], start, end),
        status_code=206 if part else 200,
        media_type=inert(file["content_type"]),
        headers=own,
    )


def attached(name: str) -> dict[str, str]:
    """The header by which an answer is saved under this name, never shown as a page."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


async def pieces(store: ObjectStore, key: str, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes; the stream is opened before the answer starts, so that a lost store is a 503."""
    found = await obstore.get_async(store, key, options={"range": (start, end)})

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in found.stream(min_chunk_size=PIECE):
            yield bytes(chunk)

    return chunks()
