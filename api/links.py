"""Addresses that open one file for one reader for a while, without a login."""

import hmac
import re
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.bodies import Shown
from api.callers import Caller, TheCaller
from api.files import in_store, opened, require_readable
from api.ids import FileId
from api.problems import Problem
from api.serving import TheAsked, served
from api.state import Engine, Files, TheSettings
from ledger import people
from ledger.database import to_read
from settings import Settings

PATH = "/content"
router = APIRouter(prefix="/files", tags=["files"])
outside = APIRouter(prefix=PATH, tags=["files"])
_TOKEN = re.compile(r"(file_[0-9a-z]{26})\.(user_[0-9a-z]{26})\.([0-9]{1,12})", re.ASCII)


class LinkShown(Shown):
    """An address for a browser, a player or a program that cannot sign in."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class LinkKey:
    """Signs what a link opens, for whom and until when."""

    secret: bytes

    def token(self, file_id: str, reader: str, expires: int) -> str:
        """What the address ends with."""
        said = f"{file_id}.{reader}.{expires}"
        return f"{said}.{self._seal(said)}"

    def opened(self, token: str) -> tuple[str, str, int]:
        """The file, its reader and the second it expires; 404 for what we did not write."""
        said, _, seal = token.rpartition(".")
        match = _TOKEN.fullmatch(said)
        if match is None or not hmac.compare_digest(seal.encode(), self._seal(said).encode()):
            raise Problem("not_found")
        return match[1], match[2], int(match[3])

    def _seal(self, said: str) -> str:
        sealed = hmac.digest(self.secret, said.encode(), "sha256")
        return urlsafe_b64encode(sealed).decode().rstrip("=")


def key_of(settings: Settings) -> LinkKey | None:
    """The key of the settings; ValueError when it is none, so that the process does not start."""
    given = settings.link_key.get_secret_value() if settings.link_key else ""
    if not given:
        return None
    if not re.fullmatch("[0-9a-f]{64}", given):
        raise ValueError("PEEROK_LINK_KEY is 64 hexadecimal digits")
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"peerok/content-link/1")
    return LinkKey(derive.derive(bytes.fromhex(given)))


@router.post("/{file_id}/link", status_code=201)
async def link(
    file_id: FileId, request: Request, caller: TheCaller, engine: Engine, settings: TheSettings
) -> LinkShown:
    """An address that opens the file for a while; it changes nothing, so it takes no key."""
    key = _key(request)
    async with to_read(engine) as c:
        await require_readable(c, caller, file_id)
    expires = int(time.time() + settings.link_period.total_seconds())
    token = key.token(file_id, caller.id, expires)
    url = f"{settings.public_url.rstrip('/')}{PATH}/{token}"
    return LinkShown(url=url, expires_at=datetime.fromtimestamp(expires, UTC))


@outside.get("/{token}", response_class=StreamingResponse)
async def content(
    token: str, request: Request, engine: Engine, store: Files, asked: TheAsked
) -> Response:
    """The file of a link; whether its reader may still read it is asked again."""
    file_id, reader, expires = _key(request).opened(token)
    if time.time() >= expires:
        raise Problem("link_expired")
    async with engine.begin() as c:
        roles = await people.roles(c, reader)
        file = await opened(c, Caller(reader, roles, ""), file_id, "file")
    async with in_store(engine, file):
        return await served(store, file, asked, **{"Cache-Control": "private, no-store"})


def _key(request: Request) -> LinkKey:
    key = request.app.state.link_key
    if not isinstance(key, LinkKey):
        raise Problem("link_key_missing")
    return key
