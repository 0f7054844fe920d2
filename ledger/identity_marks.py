"""Marks: keyed hashes of what tells that two people are one, kept beside what they are made of.

Tax data are never made into one.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.bank_details import Destination, known_as
from ledger.link_tables import identity_mark
from ledger.payment_tables import payout_method
from ledger.sealed_values import SealingKeys

PAYOUT_ACCOUNT = "payout_account"


async def keep(
    c: AsyncConnection, keys: SealingKeys, method_id: str, person_id: str, paid: Destination
) -> None:
    """This account marks this person; a mark under a key of before is replaced."""
    now: dict[str, Any] = {
        "mark": keys.fingerprint(f"{PAYOUT_ACCOUNT} {known_as(paid)}".encode()),
        "key_id": keys.first,
    }
    row = {"source_id": method_id, "person_id": person_id, "kind": PAYOUT_ACCOUNT, **now}
    query = insert(identity_mark).values(row)
    await c.execute(query.on_conflict_do_update(index_elements=["source_id"], set_=now))


async def behind(
    c: AsyncConnection, keys: SealingKeys, after: str, limit: int
) -> Sequence[RowMapping]:
    """Methods with a key we have and no mark under the present one, after this id; locked."""
    present = and_(
        identity_mark.c.source_id == payout_method.c.id, identity_mark.c.key_id == keys.first
    )
    query = (
        select(payout_method)
        .where(
            payout_method.c.id > after,
            payout_method.c.key_id.in_(keys.names),
            ~select(identity_mark).where(present).exists(),
        )
        .order_by(payout_method.c.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return (await c.execute(query)).mappings().all()
