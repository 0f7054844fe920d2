"""Who may read whose calendar by a secret address; only the hash of the secret is kept."""

import hashlib
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import deadline_feed


async def renew(c: AsyncConnection, person_id: str) -> str:
    """A new secret for the person's feed, shown this once; the one before opens nothing."""
    secret = secrets.token_urlsafe(32)
    new = {"hash": _hash(secret), "created_at": func.now()}
    made = insert(deadline_feed).values(person_id=person_id, **new)
    keyed = [deadline_feed.c.person_id]
    await c.execute(made.on_conflict_do_update(index_elements=keyed, set_=new))
    return secret


async def revoke(c: AsyncConnection, person_id: str) -> None:
    """No address opens the person's feed any more."""
    await c.execute(delete(deadline_feed).where(deadline_feed.c.person_id == person_id))


async def reader(c: AsyncConnection, secret: str) -> str | None:
    """Whose feed this secret opens."""
    query = select(deadline_feed.c.person_id).where(deadline_feed.c.hash == _hash(secret))
    found: str | None = await c.scalar(query)
    return found


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
