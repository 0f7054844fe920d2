"""Money that reached the bank: recorded by one person, confirmed and credited by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Row, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import receipt as law
from ledger import ids, journal, remittances, tells
from ledger.tables import receipt


async def record(
    c: AsyncConnection,
    *,
    client: str,
    by: str,
    method: law.Method,
    amount_minor: int,
    currency: str,
    bank_reference: str,
    received_on: date,
) -> RowMapping | None:
    """A receipt nobody has confirmed yet; None when that reference is recorded already."""
    law.require_recorder(client=client, by=by)
    if await remittances.is_known(c, method.value, bank_reference):
        return None
    query = (
        insert_once(receipt)
        .values(
            id=ids.fresh("receipt"),
            client_id=client,
            recorded_by=by,
            method=method.value,
            amount_minor=amount_minor,
            currency=currency,
            bank_reference=bank_reference,
            received_on=received_on,
        )
        .on_conflict_do_nothing(index_elements=[receipt.c.method, receipt.c.bank_reference])
        .returning(receipt)
    )
    made: RowMapping | None = (await c.execute(query)).mappings().one_or_none()
    return made


@dataclass(frozen=True)
class Confirmed:
    """A receipt whose money is credited, and the tells of the jobs that waited for it."""

    row: RowMapping
    woken: list[Row[int, str]]


async def confirm(c: AsyncConnection, receipt_id: str, by: str) -> Confirmed | None:
    """Credit the client's wallet and wake the jobs that wait for it; None when there is none."""
    query = select(receipt).where(receipt.c.id == receipt_id)
    found = (await c.execute(query.with_for_update(key_share=True))).mappings().one_or_none()
    if found is None:
        return None
    law.require_confirmer(
        client=found["client_id"],
        recorded_by=found["recorded_by"],
        confirmed_by=found["confirmed_by"],
        by=by,
    )
    confirmed = (
        update(receipt)
        .where(receipt.c.id == receipt_id)
        .values(confirmed_by=by, confirmed_at=func.now())
        .returning(receipt)
    )
    row: RowMapping = (await c.execute(confirmed)).mappings().one()
    await _credit(c, row)
    woken = await tells.add(c, await tells.waiting_for_money(c, [row["client_id"]]))
    return Confirmed(row, woken)


async def page(
    c: AsyncConnection, *, confirmed: bool | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """At most `limit` receipts, newest first, older than the one named."""
    query = select(receipt).order_by(receipt.c.id.desc()).limit(limit)
    if confirmed is not None:
        query = query.where(receipt.c.confirmed_at.is_not(None) == confirmed)
    if after is not None:
        query = query.where(receipt.c.id < after)
    return (await c.execute(query)).mappings().all()


async def _credit(c: AsyncConnection, row: RowMapping) -> None:
    client, currency = row["client_id"], row["currency"]
    wallet = (await journal.wallets(c, [client], currency))[client]
    entries = law.credit(
        row["id"],
        client,
        law.Method(row["method"]),
        row["amount_minor"],
        wallet.receivable,
        currency,
    )
    await journal.post(c, entries, case_id=None, cause=row["id"], effective_at=datetime.now(UTC))
