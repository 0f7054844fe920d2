"""An upload goes to the object store while it arrives, in constant memory, whole or not at all."""

import hashlib
import re
import secrets
import unicodedata
from base64 import b64decode
from collections.abc import AsyncIterator
from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from fastapi import Request
from obstore.store import LocalStore, ObjectStore, from_url
from starlette.requests import ClientDisconnect

from api.kinds import HEAD, kind_of
from api.problems import Problem
from ledger.files import Stored

LONGEST_NAME = 200
UNSHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Kinds of characters that are no part of a name: controls, formats, breaks of lines."""
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:?([A-Za-z0-9+/]{43}=)", re.ASCII | re.IGNORECASE)


def open_store(url: str) -> ObjectStore:
    """The store of a URL: `file:///folder` (made if it is missing) or `s3://bucket/prefix`."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return from_url(url)
    folder = Path(unquote(parts.path))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


async def receive(request: Request, store: ObjectStore, largest: int) -> Stored:
    """Store the body; what is too long, cut off or not what was promised leaves nothing."""
    incoming = _Incoming(request, largest)
    key = secrets.token_hex(16)
    name = _name(request)
    await obstore.put_async(store, key, incoming.chunks(), max_concurrency=2)
    return Stored(key, name, kind_of(incoming.head), incoming.size, incoming.sha256)


async def discard(store: ObjectStore, stored: Stored) -> None:
    """Forget what was stored but is not needed."""
    await obstore.delete_async(store, stored.key)


class _Incoming:
    """The body of an upload, counted and hashed on its way; raises instead of ending wrongly."""

    def __init__(self, request: Request, largest: int) -> None:
        self._request, self._largest = request, largest
        self._promised = _digest(request)
        self._length = _length(request)
        self._hash = hashlib.sha256()
        self.size, self.head = 0, b""
        if self._length is not None and self._length > largest:
            raise self._too_large()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._request.stream():
                self.size += len(chunk)
                if self.size > self._largest:
                    raise self._too_large()
                self._hash.update(chunk)
                self.head += chunk[: HEAD - len(self.head)]
                if chunk:
                    yield chunk
        except ClientDisconnect:
            raise Problem("upload_cut_off") from None
        self._check()

    def _check(self) -> None:
        if self._length is not None and self.size != self._length:
            raise Problem("upload_cut_off")
        if not self.size:
            raise Problem("invalid", errors=[{"pointer": "#", "detail": "the file is empty"}])
        if self._promised not in (None, self.sha256):
            raise _bad_header("digest", "the content does not have this SHA-256")

    def _too_large(self) -> Problem:
        return Problem("too_large", f"A file has at most {self._largest} bytes")


def _name(request: Request) -> str:
    """The name without folders, control and formatting characters."""
    given = _header(request, "x-file-name")
    given = unquote(given) if given else _disposed_name(_header(request, "content-disposition"))
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(one for one in last if unicodedata.category(one) not in UNSHOWN)
    name = plain.strip(" .")[-LONGEST_NAME:]
    if not name:
        raise _bad_header("x-file-name", "give the file a name")
    return name


def _disposed_name(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename("")


def _length(request: Request) -> int | None:
    given = _header(request, "content-length")
    return int(given) if given.isascii() and given.isdecimal() else None


def _digest(request: Request) -> str | None:
    """The SHA-256 the sender promises, in hexadecimal, by whichever header says it."""
    plain = _header(request, "x-content-sha256")
    if plain:
        if not re.fullmatch("[0-9a-f]{64}", plain.lower()):
            raise _bad_header("x-content-sha256", "a SHA-256 is 64 hexadecimal digits")
        return plain.lower()
    digests = _header(request, "content-digest") or _header(request, "digest")
    if "sha-256" not in digests.lower():
        return None
    match = _DIGEST.search(digests)
    if match is None:
        raise _bad_header("digest", "a SHA-256 is 32 bytes in base64")
    return b64decode(match[1]).hex()


def _header(request: Request, name: str) -> str:
    """A header's text; senders who do not escape mean UTF-8."""
    raw = request.headers.get(name, "").encode("latin-1")
    return raw.decode("utf-8", errors="replace")


def _bad_header(name: str, detail: str) -> Problem:
    return Problem("invalid", errors=[{"header": name, "detail": detail}])
