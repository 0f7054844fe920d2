"""Remittances in the books: their money's way, the bank's references, and the queue of staff."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, exists, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Kind
from domain.cases import Remittance
from domain.commands import Receive, RecordUnmatched
from domain.tracing import Written, traced
from ledger.tables import brief, cases, person, receipt

WAY = text("select reference, kind, changes from provisional_way(:person, :currency)").columns(
    changes=JSONB
)


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
    currency = remittance.terms.currency
    rows = await c.execute(WAY, {"person": remittance.client, "currency": currency})
    way = [Written(row.kind, row.reference, dict(_changes(row.changes, currency))) for row in rows]
    return traced(way).get(remittance.id, {})


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
