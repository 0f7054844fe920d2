"""Chargebacks in the books: which disputes have none yet, whose they are, and what was paid."""

from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Kind
from domain.cases import Chargeback, ChargebackState, Deposit
from domain.chargeback import dispute_of
from domain.tracing import Written, filled, traced
from ledger import cases as rows
from ledger.tables import brief, cases

UNKNOWN = text("""
    select distinct about
      from processor_event e
     where kind like 'charge.dispute.%'
       and about <> all (:but)
       and not exists (select from cases c
                        where c.kind = 'chargeback' and c.data ->> 'dispute' = e.about)
     limit :limit
""")
OF_DISPUTE = text("""
    select id from cases where kind = 'chargeback' and data ->> 'dispute' = :dispute
""")
LOST = text("""
    select -sum(l.amount_minor)
      from journal_entry e
      join leg l on l.entry_id = e.id
      join account a on a.id = l.account_id and a.kind = 'losses'
     where e.case_id = :case
""")
WAY = text("""
    select w.reference, w.kind, w.changes, coalesce(c.data ->> 'deposit', '') as of
      from credits_way(:person, :currency) w
      left join cases c on c.kind in ('refund', 'chargeback')
           and c.id = split_part(w.reference, '/', 2)
     order by w.entry_id
""")
TAKEN = ("opened", "answering", "answered", "unbooked", "refilling")
"""States in which new work waits."""


async def unknown(c: AsyncConnection, limit: int, *, but: Sequence[str]) -> list[str]:
    """Disputes, but not these, that were announced and have no chargeback."""
    return list(await c.scalars(UNKNOWN, {"limit": limit, "but": list(but)}))


async def deposit_of(c: AsyncConnection, payment: str) -> RowMapping | None:
    """The deposit that was credited for this payment; None when it is none of ours."""
    query = select(cases).where(
        cases.c.kind == "deposit",
        cases.c.data["payment"].astext == payment,
        cases.c.state == "credited",
    )
    return (await c.execute(query)).mappings().one_or_none()


async def of_line(c: AsyncConnection, key: str, currency: str) -> Chargeback | None:
    """The chargeback that this line of the processor's is of, locked; None: of none of ours."""
    found = await c.scalar(OF_DISPUTE, {"dispute": dispute_of(key) or ""})
    if found is None:
        return None
    one = (await rows.lock(c, found)).pair.first
    assert isinstance(one, Chargeback), "its row says that it is one"
    begun = one.state is not ChargebackState.REFUSED
    return one if begun and one.terms.currency == currency else None


async def lost(c: AsyncConnection, case_id: str) -> int:
    """How much of a chargeback is the platform's loss by now."""
    return max(int(await c.scalar(LOST, {"case": case_id}) or 0), 0)


async def undecided(c: AsyncConnection, people: Collection[str]) -> set[str]:
    """Who of these has a payment that was taken back, and escrows or evidence still wait."""
    query = select(cases.c.client_id).where(
        cases.c.kind == "chargeback",
        ~cases.c.over,
        cases.c.client_id.in_(people),
        cases.c.state.in_(TAKEN),
    )
    return set(await c.scalars(query))


async def jobs_paid(c: AsyncConnection, deposit: Deposit) -> list[str]:
    """Jobs in whose escrow money of this deposit was, the newest first."""
    way = await _way(c, deposit.client, deposit.terms.currency)
    # A contest has no case file; what its winners hand over has one.
    return [one for one in filled(way, deposit.id)[::-1] if one.startswith("job_")]


async def in_escrows(c: AsyncConnection, one: Chargeback) -> dict[str, int]:
    """How much of the disputed deposit is in which job's escrow now, in minor units."""
    way = await _way(c, one.client, one.terms.currency)
    places = traced(way).get(one.deposit, {})
    return {at.owner: minor for at, minor in places.items() if at.kind is Kind.ESCROW}


async def _way(c: AsyncConnection, client: str, currency: str) -> list[Written]:
    rows = await c.execute(WAY, {"person": client, "currency": currency})
    return [
        Written(row.kind, row.reference, {
            Account(Kind(kind), owner, currency): minor for kind, owner, minor in row.changes
        }, row.of)
        for row in rows
    ]  # fmt: skip


async def listed(
    c: AsyncConnection, state: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Chargebacks, newest first, in this state if one is named; older than the one named."""
    query = (
        select(cases, brief.c.title)
        .join(brief, brief.c.case_id == cases.c.id)
        .where(cases.c.kind == "chargeback")
        .order_by(cases.c.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(cases.c.state == state)
    if after is not None:
        query = query.where(cases.c.id < after)
    return (await c.execute(query)).mappings().all()
