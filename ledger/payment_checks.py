"""The checks of a whole payment run: the law is asked once for all whose facts are the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.bank_details import Via
from domain.errors import DomainError
from domain.payee import Payee, PayoutMethod
from domain.policy import CaseTerms
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held

REASON_AT_MOST = 150
ASKED_FOR, ANOTHER = "asked for", "another"
"""The payout method that a withdrawal names, and any that replaced it."""
# Bank details whose cool-down is over are alike, whenever they were given.
DUE = """
    select k.*, hash_record_extended(
               row(terms, result, forms, balance_minor, in_force, added_at), 0) as facts
      from (
        select c.id, c.freelancer_id, c.data ->> 'method' as method_id, c.data ->> 'via' as via,
               cast(c.data ->> 'amount_minor' as bigint)
                   - cast(c.data ->> 'fee_minor' as bigint) as arrives_minor,
               c.terms, w.result, f.forms, a.balance_minor,
               m.id = c.data ->> 'method' as in_force,
               case when m.added_at + cast(c.terms #>> '{policy,payout_cool_down}' as interval)
                         <= cast(:at as timestamptz)
                    then null else m.added_at end as added_at
          from cases c
          left join work_permission w on w.person_id = c.freelancer_id
          left join account a on a.owner = c.freelancer_id and a.kind = 'receivable'
                and a.currency = 'USD' and a.shard = 0
          left join payout_method m on m.person_id = c.freelancer_id and m.replaced_at is null
          left join lateral (
              select array_agg(concat_ws(' ', t.kind, t.state, t.valid_until)
                               order by t.kind, t.state, t.valid_until) as forms
                from tax_form t where t.person_id = c.freelancer_id
          ) f on true
         where c.kind = 'withdrawal' and c.state = 'requested'
           and c.data ->> 'payment_date' = cast(:run as text)
      ) k
"""
"""All that waits for a date with what the law asks of it; equal `facts`, equal answers."""
LOCK = text("""
    select count(*) from (
        select from cases c
         where c.kind = 'withdrawal' and c.state = 'requested'
           and c.data ->> 'payment_date' = cast(:run as text)
         order by c.id for no key update
    ) locked
""")
ALIKE = text(f"""
    select facts, terms, result, forms, balance_minor, in_force, added_at,
           count(*) as number, cast(sum(arrives_minor) as bigint) as sum_minor
      from ({DUE}) due
     group by facts, terms, result, forms, balance_minor, in_force, added_at
""")
SOME = text(f"select id from ({DUE}) due where facts = any(:facts) order by id limit :limit")  # noqa: S608
WRITE = text(f"""
    insert into payout (withdrawal_id, payment_date, person_id, method_id, via, amount_minor,
                        currency, refusal)
    select id, cast(cast(:run as text) as date), freelancer_id, method_id, via, arrives_minor,
           terms ->> 'currency', said.refusal
      from ({DUE}) due
      join unnest(cast(:facts as bigint[]), cast(:refusals as text[])) said (facts, refusal)
           using (facts)
""")


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
    rows = (await c.execute(ALIKE, {"run": run.isoformat(), "at": at})).mappings().all()
    found = [
        Alike(row["facts"], row["number"], row["sum_minor"], _refusal(row, at)) for row in rows
    ]
    assert len({one.facts for one in found}) == len(found), "two facts have one hash"
    return found


async def failing(
    c: AsyncConnection, run: date, at: datetime, checked: Sequence[Alike], limit: int
) -> Sequence[str]:
    """Some of those that would be kept back, in the order of ids."""
    facts = [one.facts for one in checked if one.refusal is not None]
    if not facts:
        return []
    given = {"run": run.isoformat(), "at": at, "facts": facts, "limit": limit}
    return (await c.scalars(SOME, given)).all()


async def write(c: AsyncConnection, run: date, at: datetime, checked: Sequence[Alike]) -> int:
    """What is locked and still as it was checked goes into the run; how many those are."""
    said = {
        "facts": [one.facts for one in checked],
        "refusals": [one.refusal and one.refusal.detail[:REASON_AT_MOST] for one in checked],
    }
    return (await c.execute(WRITE, {"run": run.isoformat(), "at": at, **said})).rowcount


def _refusal(row: RowMapping, at: datetime) -> DomainError | None:
    terms = CaseTerms.model_validate(row["terms"])
    payee = Payee(
        permission=Permission(row["result"]) if row["result"] else None,
        forms=tuple(_form(one) for one in row["forms"] or ()),
        owed_minor=-(row["balance_minor"] or 0),
        method=_method(row, terms, at),
    )
    return payee.lack(at, terms.policy, ASKED_FOR)


def _form(written: str) -> Held:
    kind, state, *valid_until = written.split(" ")
    last = date.fromisoformat(valid_until[0]) if valid_until else None
    return Held(kind=FormKind(kind), state=FormState(state), valid_until=last)


def _method(row: RowMapping, terms: CaseTerms, at: datetime) -> PayoutMethod | None:
    """The method in force; of one whose cool-down is over it is not known for how long."""
    if row["in_force"] is None:
        return None
    return PayoutMethod(
        id=ASKED_FOR if row["in_force"] else ANOTHER,
        via=Via.US_BANK,
        last_four="",
        added_at=row["added_at"] or (at - terms.policy.payout_cool_down).astimezone(UTC),
    )
