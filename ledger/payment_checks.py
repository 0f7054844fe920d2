"""The checks of a whole payment run: the law is asked once for all whose facts are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import DomainError
from domain.payee import Payee, PayoutMethod
from domain.policy import CaseTerms
from domain.standing import Permission
from domain.tax import Held
from ledger.chargebacks import TAKEN

REASON_AT_MOST = 150
WAITS = """c.kind = 'withdrawal' and c.state = 'requested'
           and c.data ->> 'payment_date' = cast(:run as text)"""
KNOWN = """
          left join work_permission w on w.person_id = {0}.freelancer_id
          left join account a on a.owner = {0}.freelancer_id and a.kind = 'receivable'
                and a.currency = 'USD' and a.shard = 0
          left join payout_method m on m.person_id = {0}.freelancer_id and m.replaced_at is null
          left join (select distinct client_id from cases
                      where kind = 'chargeback' and not over and state in {1}
               ) d on d.client_id = {0}.freelancer_id
"""
# Terms are long: their hash is taken once, so that nothing else carries them along.
# Bank details whose cool-down is over are alike, whenever they were given.
DUE = f"""
    with asked as materialized (
        select c.id, c.freelancer_id, c.data ->> 'method' as method_id, c.data ->> 'via' as via,
               cast(c.data ->> 'amount_minor' as bigint)
                   - cast(c.data ->> 'fee_minor' as bigint) as arrives_minor,
               c.terms ->> 'currency' as currency, jsonb_hash_extended(c.terms, 0) as terms,
               cast(:at as timestamptz)
                   - cast(c.terms #>> '{{policy,payout_cool_down}}' as interval) as cooled_down
          from cases c where {WAITS}
    ), due as (
        select q.*, hash_record_extended(row(
                   q.terms, w.result, a.balance_minor, d.client_id is null, m.id = q.method_id,
                   case when m.added_at <= q.cooled_down then null else m.added_at end,
                   array(select concat_ws(' ', t.kind, t.state, t.valid_until)
                           from tax_form t where t.person_id = q.freelancer_id)
               ), 0) as facts
          from asked q {KNOWN.format("q", TAKEN)}
    )
"""  # noqa: S608 # only of what is written here
"""All that waits for a date; where `facts` are equal, the books know the same of all of them."""
LOCK = text(f"""
    select count(*) from (
        select from cases c where {WAITS} order by c.id for no key update
    ) locked
""")  # noqa: S608
# One of each kind is read in the same statement: nothing changes between it and its likes.
ALIKE = text(f"""{DUE}, alike as (
        select facts, count(*) as number, cast(sum(arrives_minor) as bigint) as sum_minor,
               min(id) as id
          from due group by facts
    )
    select k.facts, k.number, k.sum_minor, c.terms, c.data ->> 'method' as asked_for, w.result,
           coalesce(-a.balance_minor, 0) as owed_minor, d.client_id is not null as charged_back,
           to_jsonb(m) - 'payload' as method,
           array(select jsonb_build_object('kind', t.kind, 'state', t.state,
                                           'valid_until', t.valid_until)
                   from tax_form t where t.person_id = c.freelancer_id) as forms
      from alike k join cases c on c.id = k.id {KNOWN.format("c", TAKEN)}
""")  # noqa: S608
SOME = text(f"""{DUE}
    select id from due where facts = any(:facts) order by id limit :most
""")  # noqa: S608
WRITE = text(f"""{DUE}
    insert into payout (withdrawal_id, payment_date, person_id, method_id, via, amount_minor,
                        currency, refusal)
    select id, cast(cast(:run as text) as date), freelancer_id, method_id, via, arrives_minor,
           currency, said.refusal
      from due
      join unnest(cast(:facts as bigint[]), cast(:refusals as text[])) said (facts, refusal)
           using (facts)
""")  # noqa: S608


@dataclass(frozen=True)
class Alike:
    """Withdrawals about which the books know the same, and what the law says of each of them."""

    facts: int
    number: int
    sum_minor: int
    refusal: DomainError | None


async def lock(c: AsyncConnection, run: date) -> None:
    """All that waits for this date stays as it is until the transaction ends."""
    await c.execute(LOCK, {"run": run.isoformat()})


async def alike(c: AsyncConnection, run: date, at: datetime) -> list[Alike]:
    """All that waits for this date, and whether its checks hold now."""
    rows = (await c.execute(ALIKE, {"run": run.isoformat(), "at": at})).mappings()
    return [Alike(row["facts"], row["number"], row["sum_minor"], _lack(row, at)) for row in rows]


async def failing(
    c: AsyncConnection, run: date, at: datetime, checked: Sequence[Alike], limit: int
) -> Sequence[str]:
    """Some of those that would be kept back, in the order of ids."""
    facts = [one.facts for one in checked if one.refusal is not None]
    if not facts:
        return []
    given = {"run": run.isoformat(), "at": at, "facts": facts, "most": limit}
    return (await c.scalars(SOME, given)).all()


async def write(c: AsyncConnection, run: date, at: datetime, checked: Sequence[Alike]) -> int:
    """What is locked and still as it was checked goes into the run; how many those are."""
    said = {
        "facts": [one.facts for one in checked],
        "refusals": [one.refusal and one.refusal.detail[:REASON_AT_MOST] for one in checked],
    }
    return (await c.execute(WRITE, {"run": run.isoformat(), "at": at, **said})).rowcount


def _lack(row: RowMapping, at: datetime) -> DomainError | None:
    payee = Payee(
        permission=Permission(row["result"]) if row["result"] else None,
        forms=tuple(Held.model_validate(one) for one in row["forms"]),
        owed_minor=row["owed_minor"],
        charged_back=row["charged_back"],
        method=PayoutMethod.model_validate(row["method"]) if row["method"] else None,
    )
    return payee.lack(at, CaseTerms.model_validate(row["terms"]).policy, row["asked_for"])
