"""A line of the bank's statement confirms the receipt it agrees with, as a second person does."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.carriers import Carried
from domain.cases import Role
from domain.commands import ConfirmReceipt
from domain.errors import DomainError
from ledger import ids, instructions, receipts

BATCH = 100
AGREES = text("""
    with typed as (
        select id, 0 as version, client_id, recorded_by, bank_reference, amount_minor, currency
          from receipt
         where confirmed_at is null
        union all
        select id, version, client_id, data ->> 'recorded_by', data ->> 'bank_reference',
               cast(data ->> 'arrived_minor' as bigint), terms ->> 'currency'
          from cases
         where kind = 'remittance' and not over and state = 'received'
    )
    select typed.id, typed.amount_minor, typed.version > 0 as is_case, line.by,
           format('statement/%s/%s', typed.id, typed.version) as key
      from typed
     cross join lateral (
           select coalesce(cast(:by as text), min(f.owner_id)) as by
             from outside_line l
             left join file f on f.id = l.file_id
            where l.source = 'bank' and l.key = typed.bank_reference
           having sum(l.amount_minor) = typed.amount_minor and sum(l.fee_minor) = 0
              and bool_and(l.currency = typed.currency and l.kind = 'booked')
     ) line
     where (cast(:keys as text[]) is null or typed.bank_reference = any(:keys))
       and line.by not in (typed.recorded_by, typed.client_id)
       and 1 = (select count(*) from receipt other
                 where other.method = any(:methods)
                   and other.bank_reference = typed.bank_reference)
             + (select count(*) from cases other
                 where other.kind = 'remittance' and other.data ? 'bank_reference'
                   and other.data ->> 'method' = any(:methods)
                   and other.data ->> 'bank_reference' = typed.bank_reference)
       and not exists (select from instruction i
                        where i.caller_id = line.by
                          and i.idempotency_key
                              = format('statement/%s/%s', typed.id, typed.version))
     order by typed.id
     limit :limit
""")
METHODS = [method.value for method in Carried]


async def confirm(
    engine: AsyncEngine, by: str | None = None, keys: Sequence[str] | None = None
) -> int:
    """Confirm what agrees with a line; how many.

    It is confirmed as by whoever imported the line (`by` has just imported those of these keys):
    never what they typed themselves, nor money for their own wallet. A reference that was typed
    twice, as a check and as a transfer, is left to people.
    """
    confirmed = 0
    while found := await _agreeing(engine, by, keys):
        some = sum([await _confirmed(engine, row) for row in found])
        confirmed += some
        if not some:
            break
    return confirmed


async def _agreeing(
    engine: AsyncEngine, by: str | None, keys: Sequence[str] | None
) -> Sequence[RowMapping]:
    asked = {"by": by, "keys": keys, "methods": METHODS, "limit": BATCH}
    async with engine.connect() as c:
        return (await c.execute(AGREES, asked)).mappings().all()


async def _confirmed(engine: AsyncEngine, row: RowMapping) -> bool:
    """In a transaction of its own; False when somebody was faster."""
    async with engine.begin() as c:
        if row["is_case"]:
            _, new = await instructions.record(c, _instruction(row))
            return new
        with suppress(DomainError):
            return await receipts.confirm(c, row["id"], row["by"]) is not None
    return False


def _instruction(row: RowMapping) -> dict[str, object]:
    """What the importer says by their line; the sweeper tells the deposit's workflow."""
    command = ConfirmReceipt(amount_minor=row["amount_minor"])
    return {
        "id": ids.fresh("instruction"),
        "caller_id": row["by"],
        "idempotency_key": row["key"],
        "request_hash": hashlib.sha256(row["key"].encode()).digest(),
        "case_id": row["id"],
        "role": Role.ACCOUNTING.value,
        "command": command.name,
        "body": command.model_dump(mode="json"),
    }
