"""The payments of an approved run, each with what has become of it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection


class Outcome(StrEnum):
    """What has become of a payment, as accounting or the processor said last."""

    KEPT_BACK = "kept_back"
    """One of its checks failed at the approval: nobody was asked to pay it."""
    UNDER_WAY = "under_way"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    """It was paid, and sent back."""


# What accounting answered is in the row before the case follows; what Stripe did, in the case only.
PAYMENTS = text("""
    with payment as (
        select p.withdrawal_id as id, p.person_id, p.via, m.last_four, p.amount_minor, p.currency,
               case when p.refusal is not null then 'kept_back'
                    when p.returned_at is not null or c.state = 'returned' then 'returned'
                    when p.outcome = 'failed' or c.state = 'failed' then 'failed'
                    when p.outcome = 'paid' or c.state in ('paid', 'closed') then 'paid'
                    else 'under_way' end as outcome,
               coalesce(p.refusal, p.returned_reason, p.reason, c.data ->> 'reason') as reason,
               r.approved_at, p.answered_at, p.returned_at
          from payout p
          join payment_run r using (payment_date)
          join payout_method m on m.id = p.method_id
          join cases c on c.id = p.withdrawal_id
         where p.payment_date = :run and p.withdrawal_id > :after
    ), chosen as (
        select * from payment
         where cast(:outcome as text) is null or outcome = :outcome
         order by id
         limit :limit
    )
    select chosen.*,
           case outcome when 'kept_back' then approved_at
                        when 'returned' then coalesce(returned_at, done.at)
                        when 'under_way' then null
                        else coalesce(answered_at, done.at) end as at
      from chosen
      left join lateral (
           select e.at from event e
            where e.case_id = chosen.id
              and e.kind in ('withdrawal_paid', 'payout_failed', 'payout_returned')
            order by e.version desc
            limit 1
      ) done on true
     order by id
""")


async def page(
    c: AsyncConnection, run: date, outcome: Outcome | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """At most `limit` payments in the order of ids, after the one named; all, or of one outcome."""
    asked = {"run": run, "outcome": outcome, "after": after or "", "limit": limit}
    return (await c.execute(PAYMENTS, asked)).mappings().all()
