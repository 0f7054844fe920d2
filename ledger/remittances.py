"""Remittances in the books: their money's way, the bank's references, and the queue of staff."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, RowMapping, exists, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import flows, tracing
from domain.accounts import Account, Kind, Parts
from domain.cases import Remittance
from domain.commands import Receive, RecordUnmatched
from domain.contest_case import Contest
from domain.tracing import Written, traced
from ledger.tables import brief, cases, person, receipt

# What was taken back as a debt alone is on the way too: what lies in contests lies there for it.
WAY = text("""
    with way as (select * from provisional_way(:person, :currency))
    select entry_id, reference, kind, changes from way
    union all
    select e.id, e.reference, e.kind, '[]'
      from (select distinct at ->> 1 as owner from way, jsonb_array_elements(changes) at) people
      join account a on a.owner = people.owner and a.kind = 'receivable'
           and a.currency = :currency
      join leg l on l.account_id = a.id
      join journal_entry e on e.id = l.entry_id and e.kind = 'deposit_reversed'
     where e.id not in (select entry_id from way)
     order by entry_id
""").columns(changes=JSONB)
REPAID = text("""
    select exists (
        select from journal_entry e
          join leg owed on owed.entry_id = e.id
          join account a on a.id = owed.account_id and a.owner = :person
               and a.kind = 'receivable' and a.currency = :currency
          join leg later on later.account_id = a.id and later.account_seq > owed.account_seq
         where e.reference = :reversed and later.balance_after = 0
    )
""")


# What is credited for one job alone, less what goes back to its source or was taken back, while
# that job waits; later it is money like any other.
MEANT_FOR = text("""
    select j.id,
           cast(sum(cast(coalesce(r.data->>'arrived_minor', r.data->>'paid_minor') as bigint)
                    - coalesce((
                        select sum(cast(b.data->>'amount_minor' as bigint))
                          from cases b
                         where b.data->>'deposit' = r.id
                           and case b.kind
                               when 'refund' then b.state in
                                    ('requested', 'sending', 'to_send', 'paid', 'closed')
                               when 'chargeback' then b.state not in ('draft', 'refused', 'won')
                               end
                    ), 0)) as bigint) as minor
      from cases r
      join cases j on j.id = r.data->>'for_case'
     where r.data ? 'for_case' and r.client_id = :client
       and r.state in ('credited', 'booked', 'provisional', 'correcting', 'clearing', 'cleared')
       and j.state in ('offered', 'awaiting_funds')
     group by j.id
""")


async def meant_for(c: AsyncConnection, client: str) -> dict[str, int]:
    """What this client has paid in for one job alone, in minor units, by the job."""
    rows = await c.execute(MEANT_FOR, {"client": client})
    return {row.id: row.minor for row in rows}


async def lots(c: AsyncConnection, remittance: Remittance) -> dict[Account, int]:
    """Where this deposit's provisional money is now, in minor units."""
    way = await _way(c, remittance.client, remittance.terms.currency)
    return traced(way).get(remittance.id, {})


async def bounced(c: AsyncConnection, contest: Contest) -> int:
    """How much of a contest's escrow is money of its client's that has bounced, in minor units."""
    currency = contest.terms.currency
    way = await _way(c, contest.client, currency)
    return tracing.bounced(way, contest.client).get(Account(Kind.ESCROW, contest.id, currency), 0)


async def lent(c: AsyncConnection, person: str, currency: str) -> int:
    """What a person owes for mediators who are not paid yet, in minor units."""
    advanced = cases.c.data["fee"]["advanced"].astext.cast(BigInteger)
    query = select(func.coalesce(func.sum(advanced), 0)).where(
        cases.c.freelancer_id == person,
        cases.c.kind == "dispute",
        ~cases.c.over,
        cases.c.terms["currency"].astext == currency,
    )
    return int(await c.scalar(query) or 0)


async def _way(c: AsyncConnection, person: str | None, currency: str) -> list[Written]:
    rows = await c.execute(WAY, {"person": person, "currency": currency})
    return [Written(row.kind, row.reference, dict(_changes(row.changes, currency))) for row in rows]


async def repaid(c: AsyncConnection, remittance: Remittance) -> bool:
    """Whether its client has owed nothing at some time since it was taken back."""
    person, currency = remittance.client, remittance.terms.currency
    of = flows.deposit_reversed(remittance.id, str(person), Parts(), Kind.BANK_CLEARING, currency)
    known = {"person": person, "currency": currency, "reversed": of.reference}
    return bool(await c.scalar(REPAID, known))


def holders(places: Iterable[Account]) -> list[str]:
    """Who has it in their wallet."""
    return [one.owner for one in places if one.kind is not Kind.ESCROW]


async def reference_known(
    c: AsyncConnection, remittance: Remittance, command: Receive | RecordUnmatched
) -> bool:
    """Whether the bank's name for what came is that of another receipt already."""
    name = command.bank_reference
    return await is_known(c, remittance.method.value, name, but=remittance.id)


async def is_known(c: AsyncConnection, method: str, name: str, *, but: str = "") -> bool:
    """Whether a receipt of this kind has this name, but not this one."""
    elsewhere = exists().where(
        cases.c.kind == "remittance",
        cases.c.data.has_key("bank_reference"),
        cases.c.data["method"].astext == method,
        cases.c.data["bank_reference"].astext == name,
        cases.c.id != but,
    )
    typed = exists().where(receipt.c.method == method, receipt.c.bank_reference == name)
    return bool(await c.scalar(select(elsewhere | typed)))


async def client_of(c: AsyncConnection, reference: str | None) -> str | None:
    """Whose notice, open or over, has this reference."""
    query = select(cases.c.client_id).where(
        cases.c.kind == "remittance",
        cases.c.data.has_key("reference"),
        cases.c.data["reference"].astext == reference,
    )
    found: str | None = await c.scalar(query)
    return found


async def is_somebody(c: AsyncConnection, person_id: str) -> bool:
    """Whether anybody has this id."""
    return await c.scalar(select(person.c.id).where(person.c.id == person_id)) is not None


async def queue(
    c: AsyncConnection,
    *,
    state: str | None,
    reference: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Open remittances, those first that have the least time left; from after this one."""
    due = cases.c.due_at
    query = (
        select(cases, brief.c.title)
        .join(brief, brief.c.case_id == cases.c.id)
        .where(cases.c.kind == "remittance", ~cases.c.over, cases.c.state != "draft")
        .order_by(due, cases.c.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(cases.c.state == state)
    if reference is not None:
        query = query.where(cases.c.data["reference"].astext == reference)
    if after is not None:
        moment, case_id = after
        query = query.where(tuple_(due, cases.c.id) > tuple_(literal(moment), case_id))
    return (await c.execute(query)).mappings().all()


def _changes(
    changes: Iterable[tuple[str, str, int]], currency: str
) -> Iterable[tuple[Account, int]]:
    return ((Account(Kind(kind), owner, currency), minor) for kind, owner, minor in changes)
