"""The public keys we ever signed with: whoever holds an old document must find its key."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import signing_key


async def publish(c: AsyncConnection, public_key: bytes) -> None:
    """Keep the key that this process signs with; nothing happens when it is known."""
    await c.execute(insert(signing_key).values(public_key=public_key).on_conflict_do_nothing())


async def published(c: AsyncConnection) -> Sequence[RowMapping]:
    """Every key there was, the newest first."""
    order = signing_key.c.first_used_at.desc(), signing_key.c.public_key
    return (await c.execute(select(signing_key).order_by(*order))).mappings().all()
