"""The processor's payouts to our own bank account: each of their lines is booked once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import own_payout as law
from ledger import journal
from ledger.outside_tables import processor_payout

NAMED_WITHIN = timedelta(days=14)
"""So long after it arrived the processor may still say what the bank calls it."""

# What people have cleared as a difference is booked already; what came back of such a payout, or
# what the processor takes from our bank, is theirs to clear too.
UNBOOKED = text("""
    with line as (
        select id, key, split_part(key, '/', 1) as payout_id, amount_minor, fee_minor, currency,
               booked_at, kind = 'payout' as goes
          from outside_line
         where source = 'stripe' and (cast(:key as text) is null or key = :key)
           and case kind when 'payout' then amount_minor < 0
                    else kind in ('payout_failure', 'payout_cancel') end
    )
    select * from line
     where (goes or exists (select from journal_entry e
                             where e.reference = format('processor-payout/%s', payout_id)))
       and not exists (select from journal_entry e
                        where e.reference = format('processor-payout/%s%s', payout_id,
                                                   case when goes then '' else '/back' end))
       and not exists (select from difference d join clearance p on p.difference_id = d.id
                        where d.source = 'stripe' and d.key = line.key
                          and p.confirmed_by is not null)
     order by booked_at, id
""")
LOCK = text("""
    select from difference
     where source = 'stripe' and key = :key and gone_at is null
       for no key update
""")


@dataclass(frozen=True, slots=True)
class OwnPayout:
    """What the processor says of one."""

    id: str
    arrives_on: date
    bank_reference: str | None


async def unbooked(c: AsyncConnection, key: str | None = None) -> Sequence[Row[Any]]:
    """Lines of such payouts, or this one, that the book does not have, the oldest first."""
    return (await c.execute(UNBOOKED, {"key": key})).all()


async def book(c: AsyncConnection, key: str) -> bool:
    """Book a line of a payout that is known; False when it was booked or cleared meanwhile."""
    await c.execute(LOCK, {"key": key})
    for line in await unbooked(c, key):
        entries = law.entries(line.payout_id, line.amount_minor, line.fee_minor, line.currency)
        await journal.post(c, entries, case_id=None, cause=key, effective_at=line.booked_at)
        return True
    return False


async def know(c: AsyncConnection, one: OwnPayout) -> None:
    """Keep what the processor says of it now; what the bank calls it stays as it was said first."""
    said = insert(processor_payout).values(asdict(one))
    now = {name: said.excluded[name] for name in ("arrives_on", "bank_reference")}
    still_open = processor_payout.c.bank_reference.is_(None)
    await c.execute(said.on_conflict_do_update(index_elements=["id"], set_=now, where=still_open))


async def nameless(c: AsyncConnection) -> Sequence[str]:
    """Those of which it may yet be said what the bank calls them."""
    recent = processor_payout.c.arrives_on > func.current_date() - NAMED_WITHIN
    query = select(processor_payout.c.id).where(processor_payout.c.bank_reference.is_(None), recent)
    return (await c.scalars(query.order_by(processor_payout.c.id))).all()
