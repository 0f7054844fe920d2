"""What must always hold in the book of record; each violation names the thing that breaks it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

INVARIANTS = (
    # The legs of an entry sum to zero in each currency.
    """
    select format('entry %s: its %s legs add up to %s', reference, currency, sum(amount_minor))
      from posting_line group by reference, currency having sum(amount_minor) <> 0
    """,
    # An entry has as many legs as it says.
    """
    select format('entry %s: %s legs instead of %s', e.reference, count(l.*), e.leg_count)
      from journal_entry e left join leg l on l.entry_id = e.id
     group by e.id having count(l.*) <> e.leg_count
    """,
    # Every leg has its entry: without a seal, nothing else would miss it.
    """
    select format('leg %s of %s of %s: its entry %s is gone',
                  l.account_seq, a.kind, a.owner, l.entry_id)
      from leg l join account a on a.id = l.account_id
     where not exists (select from journal_entry e where e.id = l.entry_id)
    """,
    # A balance is the sum of its legs, and its number the number of them.
    """
    select format('%s of %s (%s/%s): stands at %s after %s legs, its %s legs add up to %s',
                  a.kind, a.owner, a.currency, a.shard, a.balance_minor, a.seq, count(l.*),
                  coalesce(sum(l.amount_minor), 0))
      from account a left join leg l on l.account_id = a.id
     group by a.id
    having a.balance_minor <> coalesce(sum(l.amount_minor), 0) or a.seq <> count(l.*)
    """,
    # Legs continue each other without a gap.
    """
    select format('%s of %s: leg %s does not continue the one before', kind, owner, account_seq)
      from (select p.*,
                   row_number() over sofar as nth,
                   sum(amount_minor) over sofar as balance
              from posting_line p
            window sofar as (partition by owner, kind, currency, shard order by account_seq)) p
     where account_seq <> nth or balance_after <> balance
    """,
    # No account ever stood below its floor or above its ceiling.
    """
    select format('%s of %s: stood at %s after leg %s',
                  a.kind, a.owner, l.balance_after, l.account_seq)
      from leg l join account a on a.id = l.account_id
     where l.balance_after < a.floor or l.balance_after > a.ceiling
    """,
    # An account keeps the bounds of the chart.
    """
    select format('%s of %s: its floor or ceiling is not the chart''s', a.kind, a.owner)
      from account a join account_kind k using (kind)
     where (a.floor, a.ceiling) is distinct from (k.floor, k.ceiling)
    """,
    # All balances of a currency sum to zero.
    """
    select format('all %s balances add up to %s', currency, sum(balance_minor))
      from account group by currency having sum(balance_minor) <> 0
    """,
    # What ended a finished case's holds adds up to them exactly: its escrow is empty.
    """
    select format('case %s is over: of %s held, %s left its escrow', c.id,
                  coalesce(sum(p.amount_minor) filter (where p.amount_minor > 0), 0),
                  coalesce(-sum(p.amount_minor) filter (where p.amount_minor < 0), 0))
      from cases c
      join posting_line p on p.owner = c.id and p.kind in ('escrow', 'in_transit')
     where c.over
     group by c.id, p.kind, p.currency
    having sum(p.amount_minor) <> 0
    """,
    # No case can stop: somebody owes the next step, and there is a time for it.
    """
    select format('case %s is open without owner or due time', id)
      from cases where not over and (owner is null or due_at is null)
    """,
    # Decided is what has an outcome.
    """
    select format('instruction %s: decided at %s without outcome, or the reverse', id, decided_at)
      from instruction where (outcome is null) <> (decided_at is null)
    """,
)


async def violations(c: AsyncConnection) -> list[str]:
    """Every violation there is, as seen by one connection; empty when all is well.

    In a transaction that is not REPEATABLE READ, what others commit meanwhile may look like one.
    """
    return [line for query in INVARIANTS for line in await c.scalars(text(query))]
