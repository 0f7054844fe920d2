"""What each person was paid in a calendar year, from the ledger, as the tax office asks for it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.tax import TIMEZONE
from ledger.reconciling import PATIENT

BATCH = 1_000
FORMS = ("1099-K", "1099-NEC")
"""For clients' money that was released; for what tasks of the platform itself paid."""
COLUMNS = (
    *("person_id", "name", "answered", "form", "currency", "payments"),
    *("gross_minor", "fee_minor", "net_minor"),
)
MONTHS = tuple(f"gross_{month:02}_minor" for month in range(1, 13))
"""How the columns of a table are called, those of the months from January."""
CALCULATES = ("=", "+", "-", "@", "\t", "\r")
# A freelancer's gross is what they got and the commission that was taken of it; what a client gets
# back from an escrow is no income. A mediator's fee and a reward are paid whole.
TOTALS = text("""
    with entry as (
        select e.id, e.kind, e.case_id,
               extract(month from e.effective_at at time zone cast(:zone as text)) as month
          from journal_entry e
         where e.kind in ('release', 'split', 'mediation_fee_pay', 'reward_pay')
           and e.effective_at
               >= make_timestamptz(cast(:year as integer), 1, 1, 0, 0, 0, cast(:zone as text))
           and e.effective_at
               < make_timestamptz(cast(:year as integer) + 1, 1, 1, 0, 0, 0, cast(:zone as text))
    ), got as (
        select e.id, e.kind, e.case_id, e.month, a.owner, a.currency, sum(l.amount_minor) as net
          from entry e
          join leg l on l.entry_id = e.id
          join account a on a.id = l.account_id
         where a.kind in ('earnings', 'earnings_provisional')
           and (cast(:person as text) is null or a.owner >= :person)
         group by e.id, e.kind, e.case_id, e.month, a.owner, a.currency
    ), paid as (
        select '1099-K' as form, g.owner, g.currency, g.month, g.net, (
                   select coalesce(sum(l.amount_minor), 0)
                     from leg l join account a on a.id = l.account_id
                    where l.entry_id = g.id and a.kind = 'platform_fees'
               ) as fee
          from got g join cases c on c.id = g.case_id and c.freelancer_id = g.owner
         where g.kind in ('release', 'split')
        union all
        select '1099-NEC', owner, currency, month, net, 0
          from got where kind in ('mediation_fee_pay', 'reward_pay')
    ), monthly as (
        select owner, form, currency, month, count(*) as payments, sum(net + fee) as gross,
               sum(fee) as fee, sum(net) as net
          from paid
         group by owner, form, currency, month
    )
    select m.owner as person_id, person.name, w.result as answered, m.form, m.currency,
           cast(sum(payments) as bigint) as payments, cast(sum(gross) as bigint) as gross_minor,
           cast(sum(fee) as bigint) as fee_minor, cast(sum(net) as bigint) as net_minor,
           jsonb_object_agg(month, gross) as by_month
      from monthly m
      join person on person.id = m.owner
      left join work_permission w on w.person_id = m.owner
     where cast(:person as text) is null
        or (m.owner, m.form, m.currency) > (:person, cast(:form as text), cast(:currency as text))
     group by m.owner, person.name, w.result, m.form, m.currency
     order by m.owner, m.form, m.currency
     limit :most
""").columns(by_month=JSONB)
Place = tuple[str, str, str]
"""Person, form and currency of a line."""


async def page(
    c: AsyncConnection, year: int, after: Place | None, limit: int
) -> Sequence[RowMapping]:
    """At most `limit` lines in the order of people and forms, after the one named."""
    return (await c.execute(TOTALS, _asked(year, after, limit))).mappings().all()


async def every(engine: AsyncEngine, year: int) -> AsyncIterator[RowMapping]:
    """All lines, in one picture of the book and in the memory of one batch."""
    async with engine.connect() as c:
        await c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        await c.execute(PATIENT)
        patient = {"yield_per": BATCH}
        async with c.stream(TOTALS, _asked(year, None, None), execution_options=patient) as rows:
            async for row in rows.mappings():
                yield row


def months(row: RowMapping) -> list[int]:
    """The gross of each month, from January, in minor units."""
    found: dict[str, int] = row["by_month"]
    return [int(found.get(str(month), 0)) for month in range(1, 13)]


def cells(row: RowMapping) -> list[object]:
    """The line as a table shows it; a name that a spreadsheet would calculate is marked as text."""
    name = str(row["name"])
    shown = dict(row) | {"name": f"'{name}" if name.startswith(CALCULATES) else name}
    return [*(shown[column] for column in COLUMNS), *months(row)]


def _asked(year: int, after: Place | None, limit: int | None) -> dict[str, Any]:
    person, form, currency = after or (None, None, None)
    place = {"person": person, "form": form, "currency": currency}
    return place | {"year": year, "zone": TIMEZONE, "most": limit}
