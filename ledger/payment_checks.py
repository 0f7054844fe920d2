"""The checks of a whole payment run: the law is asked once for all whose facts are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Result, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import DomainError
from domain.payee import Payee, PayoutMethod
from domain.policy import CaseTerms
from domain.standing import Permission
from domain.tax import Held
from ledger.chargebacks import TAKEN

REASON_AT_MOST = 150
ARRIVES = """(cast({0}.data ->> 'amount_minor' as bigint)
                - cast({0}.data ->> 'fee_minor' as bigint))"""
WAITS = """c.kind = 'withdrawal' and c.state = 'requested'
           and c.data ->> 'payment_date' = cast(:run as text)"""
# Terms are long and packed: they are unpacked once, and their hash stands for them.
# Bank details whose cool-down is over are alike, whenever they were given.
DUE = f"""
    select known.*, hash_record_extended(row(
               terms, result, balance_minor, charged_back, in_force = method_id, new_since, forms
           ), 0) as facts
      from (
        select q.id, q.freelancer_id, q.data ->> 'method' as method_id, q.data ->> 'via' as via,
               {ARRIVES.format("q")} as arrives_minor, q.terms ->> 'currency' as currency,
               jsonb_hash_extended(q.terms, 0) as terms,
               w.result, a.balance_minor, d.client_id is not null as charged_back,
               m.id as in_force,
               case when m.added_at > cast(:at as timestamptz)
                                      - cast(q.terms #>> '{{policy,payout_cool_down}}' as interval)
                    then m.added_at end as new_since,
               array(select jsonb_build_object('kind', t.kind, 'state', t.state,
                                               'valid_until', t.valid_until)
                       from tax_form t where t.person_id = q.freelancer_id) as forms
          from (select id, freelancer_id, data, terms || '{{}}' as terms
                  from cases c where {WAITS} limit cast(:most as bigint)) q
          left join work_permission w on w.person_id = q.freelancer_id
          left join account a on a.owner = q.freelancer_id and a.kind = 'receivable'
                and a.currency = 'USD' and a.shard = 0
          left join payout_method m on m.person_id = q.freelancer_id and m.replaced_at is null
          left join (select distinct client_id from cases
                      where kind = 'chargeback' and not over and state in {TAKEN}
               ) d on d.client_id = q.freelancer_id
        offset 0
      ) known
"""  # noqa: S608 # only of what is written here
"""All that waits for a date; where `facts` are equal, the books know the same of all of them."""
LOCK = text(f"""
    select count(*), cast(coalesce(sum(arrives_minor), 0) as bigint) from (
        select {ARRIVES.format("c")} as arrives_minor
          from cases c where {WAITS} order by c.id for no key update
    ) locked
""")  # noqa: S608
# Of each kind one is answered with what was read of it together with its likes; what its terms and
# its payout method say never changes.
KINDS = """
    select k.*, c.terms, d.method_id as asked_for, d.result, d.charged_back, d.forms,
           coalesce(-d.balance_minor, 0) as owed_minor, to_jsonb(m) - 'payload' as method
      from (select facts, count(*) as number, cast(sum(arrives_minor) as bigint) as sum_minor,
                   min(id) as id
              from due group by facts) k
      join due d on d.id = k.id
      join cases c on c.id = k.id
      left join payout_method m on m.id = d.in_force
"""
ALIKE = text(f"with due as materialized ({DUE}) {KINDS}")
HOLD = text(f"create temporary table due on commit drop as {DUE}")
HELD = text(KINDS)
SOME = text(f"""
    with due as materialized ({DUE})
    select id from due where facts = any(:facts) order by id limit :shown
""")  # noqa: S608
WRITE = text("""
    insert into payout (withdrawal_id, payment_date, person_id, method_id, via, amount_minor,
                        currency, refusal)
    select id, cast(cast(:run as text) as date), freelancer_id, method_id, via, arrives_minor,
           currency, said.refusal
      from due
      join unnest(cast(:facts as bigint[]), cast(:refusals as text[])) said (facts, refusal)
           using (facts)
     order by id
""")


@dataclass(frozen=True)
class Alike:
    """Withdrawals about which the books know the same, and what the law says of each of them."""

    facts: int
    number: int
    sum_minor: int
    refusal: DomainError | None


async def lock(c: AsyncConnection, run: date) -> tuple[int, int]:
    """All that waits for this date stays as it is until the transaction ends; its count and sum."""
    count, sum_minor = (await c.execute(LOCK, {"run": run.isoformat()})).one()
    return count, sum_minor


async def alike(
    c: AsyncConnection, run: date, at: datetime, most: int | None = None
) -> list[Alike]:
    """What waits for this date, or so many of it, and whether its checks hold now."""
    return _checked(await c.execute(ALIKE, _given(run, at, most)), at)


async def held(c: AsyncConnection, run: date, at: datetime) -> list[Alike]:
    """The same of all that waits, kept as it was read for `write` in this transaction."""
    await c.execute(HOLD, _given(run, at))
    return _checked(await c.execute(HELD), at)


async def failing(
    c: AsyncConnection, run: date, at: datetime, checked: Sequence[Alike], limit: int
) -> Sequence[str]:
    """Some of those that would be kept back, in the order of ids."""
    facts = [one.facts for one in checked if one.refusal is not None]
    if not facts:
        return []
    given = _given(run, at) | {"facts": facts, "shown": limit}
    return (await c.scalars(SOME, given)).all()


async def write(c: AsyncConnection, run: date, checked: Sequence[Alike]) -> int:
    """What is held goes into the run as it was checked; how many those are."""
    said = {
        "facts": [one.facts for one in checked],
        "refusals": [one.refusal and one.refusal.detail[:REASON_AT_MOST] for one in checked],
    }
    return (await c.execute(WRITE, {"run": run.isoformat(), **said})).rowcount


def _given(run: date, at: datetime, most: int | None = None) -> dict[str, Any]:
    return {"run": run.isoformat(), "at": at, "most": most}


def _checked(rows: Result[Any], at: datetime) -> list[Alike]:
    return [
        Alike(row["facts"], row["number"], row["sum_minor"], _lack(row, at))
        for row in rows.mappings()
    ]


def _lack(row: RowMapping, at: datetime) -> DomainError | None:
    payee = Payee(
        permission=Permission(row["result"]) if row["result"] else None,
        forms=tuple(Held.model_validate(one) for one in row["forms"]),
        owed_minor=row["owed_minor"],
        charged_back=row["charged_back"],
        method=PayoutMethod.model_validate(row["method"]) if row["method"] else None,
    )
    return payee.lack(at, CaseTerms.model_validate(row["terms"]).policy, row["asked_for"])
