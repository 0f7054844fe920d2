"""Files go to the object store while they arrive, in constant memory, whole or not at all."""

import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from email.message import Message
from urllib.parse import unquote

import obstore
from fastapi import Request
from obstore.exceptions import BaseError as StoreError
from obstore.store import ObjectStore
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.arriving import Counted, Incoming, bad_header, header
from api.problems import Problem
from api.serving import pieces
from ledger import collecting
from ledger.files import Stored
from ledger.uploads import Part

LONGEST_NAME = 200
UNSHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Kinds of characters that are no part of a name: controls, formats, breaks of lines."""


async def receive(
    request: Request, store: ObjectStore, largest: int, fits: Callable[[int], None]
) -> Stored:
    """Store the body as a file; what is too long, cut off or not as promised leaves nothing."""
    incoming = Incoming(request, largest, fits)
    name = _name(request)
    key = await _stored(store, incoming.chunks())
    return Stored(key, name, incoming.kind, incoming.size, incoming.sha256)


async def receive_part(
    request: Request, store: ObjectStore, number: int, largest: int, fits: Callable[[int], None]
) -> Part:
    """Store the body as a part; its length and its hash are said before it comes.

    `fits` raises when a part of that length is not taken.
    """
    incoming = Incoming(request, largest)
    if incoming.length is None:
        raise bad_header("content-length", "say how long the part is")
    if incoming.promised is None:
        raise bad_header("x-content-sha256", "say the SHA-256 of the part")
    fits(incoming.length)
    key = await _stored(store, incoming.chunks())
    return Part(number, incoming.size, incoming.sha256, key)


async def assemble(
    store: ObjectStore, announced: RowMapping, parts: Sequence[Part]
) -> Stored | None:
    """The parts in their order as one file; None when somebody took one of them away meanwhile.

    Raises Problem when some are missing, or when they are not together what was announced.
    """
    _require_all(announced, parts)
    whole = Counted()

    async def chunks() -> AsyncIterator[bytes]:
        for part in parts:
            async for chunk in await pieces(store, part.key, 0, part.size):
                whole.take(chunk)
                yield chunk
        if announced["sha256"] not in (None, whole.sha256):
            raise Problem("upload_changed", facts={"sha256": whole.sha256})

    try:
        key = await _stored(store, chunks())
    except FileNotFoundError:
        return None
    return Stored(key, announced["name"], whole.kind, whole.size, whole.sha256)


def _require_all(announced: RowMapping, parts: Sequence[Part]) -> None:
    there = sum(part.size for part in parts)
    in_a_row = [part.number for part in parts] == list(range(1, len(parts) + 1))
    if there != announced["size"] or not in_a_row:
        numbers = [part.number for part in parts]
        facts = {"size": announced["size"], "there": there, "parts": numbers}
        raise Problem("upload_incomplete", facts=facts)


async def _stored(store: ObjectStore, chunks: AsyncIterator[bytes]) -> str:
    """Under a random key that nobody else knows."""
    key = secrets.token_hex(16)
    await obstore.put_async(store, key, chunks, max_concurrency=2)
    return key


async def discard(store: ObjectStore, keys: Iterable[str]) -> None:
    """Forget what was stored but is not needed; what stays is collected later."""
    for key in keys:
        with suppress(OSError, StoreError):
            await obstore.delete_async(store, key)


async def discard_unrecorded(engine: AsyncEngine, store: ObjectStore, key: str) -> None:
    """Discard the bytes, unless they are recorded and only the answer was lost.

    When that cannot be known, bytes that nobody needs are better than a file without any.
    """
    with suppress(SQLAlchemyError, OSError, StoreError):
        async with engine.connect() as c:
            recorded = await collecting.known(c, [key])
        if not recorded:
            await discard(store, [key])


def _name(request: Request) -> str:
    given = header(request, "x-file-name")
    given = unquote(given) if given else _disposed_name(header(request, "content-disposition"))
    name = plain_name(given)
    if not name:
        raise bad_header("x-file-name", "give the file a name")
    return name


def plain_name(given: str) -> str:
    """The name without folders, control and formatting characters; empty when none is left."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(one for one in last if unicodedata.category(one) not in UNSHOWN)
    return plain.strip(" .")[-LONGEST_NAME:]


def _disposed_name(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    try:
        return message.get_filename("")
    except (LookupError, ValueError):
        detail = "its name is written in no alphabet we know"
        raise bad_header("content-disposition", detail) from None
