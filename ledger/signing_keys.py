"""The public keys we ever signed with: whoever holds an old document must find its key."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import signing_key


async def publish(c: AsyncConnection, public_key: bytes) -> None:
    """Keep the key that this process signs with; nothing happens when it is known."""
    await c.execute(insert(signing_key).values(public_key=public_key).on_conflict_do_nothing())


async def is_withdrawn(c: AsyncConnection, public_key: bytes) -> bool:
    """Whether others may have this key too, so that it proves nothing any more."""
    withdrawn = signing_key.c.withdrawn_at.is_not(None)
    query = select(signing_key.c.public_key).where(
        signing_key.c.public_key == public_key, withdrawn
    )
    return await c.scalar(query) is not None


async def published(c: AsyncConnection) -> Sequence[RowMapping]:
    """Every key there was, the newest first."""
    order = signing_key.c.first_used_at.desc(), signing_key.c.public_key
    return (await c.execute(select(signing_key).order_by(*order))).mappings().all()
