"""The key this process signs with, and the public halves of all there ever were."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

from api.bodies import Shown
from api.problems import Problem
from api.state import Engine
from ledger import signing_keys
from ledger.database import to_read
from papers.signing import ALGORITHM, PublicKey, SigningKey
from settings import Settings

Signer = Callable[[], Awaitable[SigningKey]]

log = get_logger()
router = APIRouter(prefix="/signing-keys", tags=["signing keys"])


class PublishedKey(Shown):
    """A key that documents are, or were, signed with; a withdrawn one proves nothing any more."""

    id: str
    algorithm: str
    public_key: str
    first_used_at: datetime
    withdrawn_at: datetime | None


class PublishedKeys(Shown):
    """Every key, the newest first."""

    keys: list[PublishedKey]


@router.get("")
async def published(engine: Engine) -> PublishedKeys:
    """With which keys documents of ours are signed, for whoever wants to check one."""
    async with engine.connect() as c:
        rows = await signing_keys.published(c)
    keys = [(PublicKey(row["public_key"].hex()), row) for row in rows]
    shown = [
        PublishedKey(
            id=key.id,
            algorithm=ALGORITHM,
            public_key=key.hex,
            first_used_at=row["first_used_at"],
            withdrawn_at=row["withdrawn_at"],
        )
        for key, row in keys
    ]
    return PublishedKeys(keys=shown)


def key_of(settings: Settings) -> SigningKey | None:
    """The key of the settings; ValueError when it is none, so that the process does not start."""
    secret = settings.signing_key
    return SigningKey(secret.get_secret_value()) if secret else None


async def announce(engine: AsyncEngine, key: SigningKey) -> None:
    """Publish the key before anything is signed with it; one that was withdrawn is complained of.

    The process runs on, as without a key: nothing is signed, and money does not wait.
    """
    public = bytes.fromhex(key.public.hex)
    async with engine.begin() as c:
        await signing_keys.publish(c, public)
        if await signing_keys.is_withdrawn(c, public):
            log.error("the signing key was withdrawn; nothing is signed", key=key.public.id)


async def _key(request: Request, engine: Engine) -> SigningKey:
    key = request.app.state.signing_key
    if not isinstance(key, SigningKey):
        raise Problem("signing_key_missing")
    async with to_read(engine) as c:
        # It may have been withdrawn since this process started, so that is asked each time.
        if await signing_keys.is_withdrawn(c, bytes.fromhex(key.public.hex)):
            raise Problem("signing_key_missing", "The key of this process was withdrawn")
    return key


async def _signer(request: Request, engine: Engine) -> Signer:
    return partial(_key, request, engine)


TheSigner = Annotated[Signer, Depends(_signer)]
"""Gives that key once something has to be signed; what was signed before needs none."""
TheKey = Annotated[SigningKey, Depends(_key)]
"""What documents are signed with; 503 while this process has none, or a withdrawn one."""
