"""Bytes on their way into the object store: counted, hashed, and refused rather than cut."""

import hashlib
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.kinds import HEAD, kind_of
from api.problems import Problem

_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:?([A-Za-z0-9+/]{43}=)", re.ASCII | re.IGNORECASE)


class Counted:
    """What is known of bytes when they have passed."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._head = b""
        self.size = 0

    def take(self, chunk: bytes) -> None:
        """The next of them."""
        self.size += len(chunk)
        self._hash.update(chunk)
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._hash.hexdigest()

    @property
    def kind(self) -> str:
        """The media type of what begins as they do."""
        return kind_of(self._head)


class Incoming(Counted):
    """The body of an upload; it raises instead of ending wrongly."""

    def __init__(
        self, request: Request, largest: int, fits: Callable[[int], None] = lambda _: None
    ) -> None:
        """`fits` raises when there is no room for so many bytes, for another reason than size."""
        super().__init__()
        self._request, self._largest, self._fits = request, largest, fits
        self.promised = promised_digest(request)
        self.length = _length(request)
        self._require(self.length or 0)

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, or an exception at its end."""
        try:
            async for chunk in self._request.stream():
                self.take(chunk)
                self._require(self.size)
                if chunk:
                    yield chunk
        except ClientDisconnect:
            raise Problem("upload_cut_off") from None
        self._check()

    def _require(self, size: int) -> None:
        if size > self._largest:
            raise Problem("too_large", f"This may have at most {self._largest} bytes")
        self._fits(size)

    def _check(self) -> None:
        if self.length is not None and self.size != self.length:
            raise Problem("upload_cut_off")
        if not self.size:
            raise Problem("invalid", errors=[{"pointer": "#", "detail": "the file is empty"}])
        if self.promised not in (None, self.sha256):
            raise bad_header("digest", "the content does not have this SHA-256")


def promised_digest(request: Request) -> str | None:
    """The SHA-256 the sender promises, in hexadecimal, by whichever header says it."""
    plain = header(request, "x-content-sha256")
    if plain:
        if not re.fullmatch("[0-9a-f]{64}", plain.lower()):
            raise bad_header("x-content-sha256", "a SHA-256 is 64 hexadecimal digits")
        return plain.lower()
    digests = header(request, "content-digest") or header(request, "digest")
    if "sha-256" not in digests.lower():
        return None
    match = _DIGEST.search(digests)
    if match is None:
        raise bad_header("digest", "a SHA-256 is 32 bytes in base64")
    return b64decode(match[1]).hex()


def _length(request: Request) -> int | None:
    given = header(request, "content-length")
    return int(given) if given.isascii() and given.isdecimal() else None


def header(request: Request, name: str) -> str:
    """A header's text; senders who do not escape mean UTF-8."""
    raw = request.headers.get(name, "").encode("latin-1")
    return raw.decode("utf-8", errors="replace")


def bad_header(name: str, detail: str) -> Problem:
    """A refusal of what a header says, or does not say."""
    return Problem("invalid", errors=[{"header": name, "detail": detail}])
