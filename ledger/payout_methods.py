"""Where people are paid: kept sealed, shown by their last four, opened for the bank alone."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.bank_details import Destination, last_four, via
from ledger import identity_marks, ids
from ledger.payment_tables import payout_method
from ledger.sealed_values import Place, Sealed, SealingKeys, Unopenable
from ledger.tables import person

KNOWN = [column for column in payout_method.c if column.name not in ("payload", "key_id")]
"""What is known of a method without opening it."""


class Details(BaseModel):
    """Whom the bank pays, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holder: str
    destination: Destination


async def keep(
    c: AsyncConnection, keys: SealingKeys, person_id: str, details: Details
) -> tuple[RowMapping, bool]:
    """Keep it in place of the one before, and whether it is new; the same is left as it is."""
    await c.execute(select(person.c.id).where(person.c.id == person_id).with_for_update(
        key_share=True))  # fmt: skip
    before = await _whole(c, payout_method.c.person_id == person_id, in_force=True)
    if before is not None and opened(keys, before) == details:
        return before, False
    await c.execute(
        update(payout_method)
        .where(payout_method.c.person_id == person_id, payout_method.c.replaced_at.is_(None))
        .values(replaced_at=func.now())
    )
    method_id = ids.fresh("method")
    sealed = keys.seal(_place(method_id), details.model_dump_json().encode())
    row = {
        "id": method_id,
        "person_id": person_id,
        "via": via(details.destination).value,
        "payload": sealed.content,
        "key_id": sealed.key_id,
        "last_four": last_four(details.destination),
    }
    query = insert(payout_method).values(row).returning(*KNOWN)
    kept = (await c.execute(query)).mappings().one()
    await identity_marks.keep(c, keys, method_id, person_id, details.destination)
    return kept, True


async def mark_again(
    c: AsyncConnection, keys: SealingKeys, after: str, limit: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Mark whom it was not done for under the present key, in the order of their ids.

    The methods that were looked at, and those of them that do not open.
    """
    rows, closed = await identity_marks.behind(c, keys, after, limit), list[str]()
    for row in rows:
        try:
            paid = opened(keys, row).destination
        except Unopenable:
            closed.append(row["id"])
        else:
            await identity_marks.keep(c, keys, row["id"], row["person_id"], paid)
    return [row["id"] for row in rows], closed


async def of(c: AsyncConnection, person_id: str) -> RowMapping | None:
    """The method in force of this person."""
    query = select(*KNOWN).where(payout_method.c.person_id == person_id)
    found = await c.execute(query.where(payout_method.c.replaced_at.is_(None)))
    return found.mappings().one_or_none()


async def details(c: AsyncConnection, keys: SealingKeys, method_id: str) -> Details:
    """What a method says, in force or not."""
    row = await _whole(c, payout_method.c.id == method_id)
    assert row is not None, f"{method_id} is not in the books"
    return opened(keys, row)


def opened(keys: SealingKeys, row: RowMapping) -> Details:
    """What a whole row says."""
    content = keys.open(_place(row["id"]), Sealed(row["key_id"], row["payload"]))
    return Details.model_validate_json(content)


async def _whole(
    c: AsyncConnection, condition: Any, *, in_force: bool = False
) -> RowMapping | None:
    query = select(payout_method).where(condition)
    if in_force:
        query = query.where(payout_method.c.replaced_at.is_(None))
    return (await c.execute(query)).mappings().one_or_none()


def _place(method_id: str) -> Place:
    return Place("payout_method", "payload", method_id)
