"""Who holds which token; only a token's hash is kept, so the table opens no door."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, func, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import token

LIFETIME = timedelta(days=30)
HOLDER = text(
    "select p.id, p.roles from token t join person p on p.id = t.person_id"
    " where t.hash = :hash and t.expires_at > now()"
)
"""What every request begins with."""


async def issue(c: AsyncConnection, person_id: str) -> tuple[str, datetime]:
    """A new token, shown this once, and when it expires; the person's expired ones go."""
    secret = secrets.token_urlsafe(32)
    await c.execute(
        delete(token).where(token.c.person_id == person_id, token.c.expires_at <= func.now())
    )
    row = {"hash": _hash(secret), "person_id": person_id, "expires_at": func.now() + LIFETIME}
    expires_at = await c.scalar(insert(token).values(**row).returning(token.c.expires_at))
    assert isinstance(expires_at, datetime)
    return secret, expires_at


async def holder(c: AsyncConnection, secret: str) -> Row[str, list[str]] | None:
    """Id and roles of the person who holds a token that has not expired."""
    found: Row[str, list[str]] | None = (
        await c.execute(HOLDER, {"hash": _hash(secret)})
    ).one_or_none()
    return found


async def revoke(c: AsyncConnection, secret: str) -> None:
    """The token opens nothing any more."""
    await c.execute(delete(token).where(token.c.hash == _hash(secret)))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
