"""The book compared with what Stripe and the bank booked, line by line, to the cent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.difference import Gap, Source
from domain.money import show
from ledger import outside
from ledger.reconciling import Finding, Side

BATCH = 1_000
UNDER_WAY = {Source.STRIPE: timedelta(hours=1), Source.BANK: timedelta(0)}
"""So long one side may be ahead of the other: a webhook is late, a workflow takes its step."""

# A payout has left Stripe's account of ours days before a bank has it, and we book it.
MISMATCHES = text("""
    with here as (
        select key, currency, cast(sum(amount_minor) as bigint) as minor,
               cast(sum(fee_minor) as bigint) as fee,
               min(reference) as reference, max(recorded_at) as at, min(day) as day
          from clearing_line
         where source = :source and (cast(:key as text) is null or key = :key)
         group by key, currency
    ), there as (
        select key, currency, cast(sum(amount_minor) as bigint) as minor,
               cast(sum(fee_minor) as bigint) as fee,
               max(booked_at) as at
          from outside_line
         where source = :source and (cast(:key as text) is null or key = :key)
           and not exists (select from cases
                            where kind = 'withdrawal' and not over and state = 'sent'
                              and data ->> 'transfer' = outside_line.key)
         group by key, currency
    )
    select key, currency,
           case when here.key is null then 'only there' when there.key is null then 'only here'
                else 'differs' end as side,
           here.reference, coalesce(here.minor, 0) as here_minor,
           coalesce(here.fee, 0) as here_fee_minor, coalesce(there.minor, 0) as there_minor,
           coalesce(there.fee, 0) as there_fee_minor
      from here full join there using (key, currency)
     where (coalesce(here.minor, 0), coalesce(here.fee, 0))
           <> (coalesce(there.minor, 0), coalesce(there.fee, 0))
       and (here.key is not null or there.at <= now() - cast(:under_way as interval))
       and (there.key is not null
            or here.at <= now() - cast(:under_way as interval)
               and (select here.day <= cast(complete_to at time zone 'UTC' as date)
                      from outside_reading where source = :source))
     order by key, currency
""")
COUNTED = text("select count(*) from outside_line where source = :source")


@dataclass(frozen=True)
class Mismatch:
    """What both sides say of one line, by the outside's name for it; in minor units."""

    source: Source
    key: str
    currency: str
    side: Side
    reference: str | None
    here_minor: int
    here_fee_minor: int
    there_minor: int
    there_fee_minor: int

    @property
    def gap(self) -> Gap:
        """There less here."""
        return Gap(self.there_minor - self.here_minor, self.there_fee_minor - self.here_fee_minor)


async def mismatches(
    c: AsyncConnection,
    source: Source,
    key: str | None = None,
    under_way: timedelta | None = None,
) -> AsyncIterator[Mismatch]:
    """Every line of which the sides say different things, or this one; PostgreSQL sorts them."""
    waits = UNDER_WAY[source] if under_way is None else under_way
    asked = {"source": source.value, "key": key, "under_way": waits}
    async with c.stream(MISMATCHES, asked, execution_options={"yield_per": BATCH}) as rows:
        async for row in rows:
            found = dict(row._mapping) | {"side": Side(row.side)}
            yield Mismatch(source=source, **found)


class Outside:
    """Here what entries say of an account of ours, there what those say who keep it."""

    def __init__(
        self, source: Source, under_way: timedelta | None = None, *, asked: bool = True
    ) -> None:
        self._source, self._under_way, self._asked = source, under_way, asked
        self._said = ""

    @property
    def name(self) -> str:
        return self._source.value

    async def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """Lines that are only there, only here, or differ in amount or fee."""
        if not self._asked:
            self._said = "skipped, because there is no key to ask it with"
            return
        read_to = await outside.complete_to(c, self._source)
        if read_to is None:
            self._said = "not compared, because nothing was read from there yet"
            return
        async for one in mismatches(c, self._source, under_way=self._under_way):
            yield _finding(one)
        lines = await c.scalar(COUNTED, {"source": self._source.value})
        self._said = f"{lines:,} lines with our entries; complete to {read_to:%Y-%m-%d %H:%M} UTC"

    def compared(self) -> str:
        return self._said


def _finding(one: Mismatch) -> Finding:
    """In the words of the books."""
    about = one.key if one.reference in (None, one.key) else f"{one.key} ({one.reference})"
    here = _sum(one.here_minor, one.here_fee_minor, one.currency)
    there = _sum(one.there_minor, one.there_fee_minor, one.currency)
    return Finding(
        one.source.value,
        one.side,
        about,
        here="" if one.side is Side.ONLY_THERE else f"here {here}",
        there="" if one.side is Side.ONLY_HERE else f"there {there}",
    )


def _sum(minor: int, fee_minor: int, currency: str) -> str:
    fee = f", fee {show(fee_minor)}" if fee_minor else ""
    return f"{show(minor)} {currency}{fee}"
