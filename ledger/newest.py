"""The same invariants over the newest entries alone: what it costs does not grow with the book."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

NEWEST = 20_000
"""How many entries are looked at."""

# Materialized, and small: everything else is looked up by index.
SCOPE = """
    with entries as materialized (
        select id, reference, leg_count from journal_entry order by id desc limit :newest
    ), legs as materialized (
        select l.*, e.reference, e.leg_count, a.owner, a.kind, a.currency, a.floor, a.ceiling
          from entries e
          cross join lateral (select * from leg where entry_id = e.id offset 0) l
          cross join lateral (select * from account where id = l.account_id offset 0) a
    )
"""

CHECKS = (
    # The legs of an entry sum to zero in each currency.
    """
    select format('entry %s: its %s legs add up to %s', reference, currency, sum(amount_minor))
      from legs group by reference, currency having sum(amount_minor) <> 0
    """,
    # An entry has as many legs as it says.
    """
    select format('entry %s: %s legs instead of %s', e.reference, count(l.*), e.leg_count)
      from entries e left join legs l on l.entry_id = e.id
     group by e.id, e.reference, e.leg_count having count(l.*) <> e.leg_count
    """,
    # Legs continue each other without a gap.
    """
    select format('%s of %s: leg %s does not continue the one before', kind, owner, l.account_seq)
      from legs l
      left join lateral (select balance_after, account_seq from leg
                          where account_id = l.account_id and account_seq = l.account_seq - 1
                         offset 0) before on true
     where l.balance_after <> coalesce(before.balance_after, 0) + l.amount_minor
        or (before.account_seq is null and l.account_seq <> 1)
    """,
    # A balance is what its last leg says, and its number that leg's.
    """
    select format('%s of %s (%s/%s): stands at %s after %s legs, its last one, %s, says %s',
                  a.kind, a.owner, a.currency, a.shard, a.balance_minor, a.seq,
                  last.account_seq, last.balance_after)
      from (select distinct account_id from legs) moved
      cross join lateral (select * from account where id = moved.account_id offset 0) a
      cross join lateral (select account_seq, balance_after from leg where account_id = a.id
                           order by account_seq desc limit 1) last
     where (a.balance_minor, a.seq) <> (last.balance_after, last.account_seq)
    """,
    # No account stood below its floor or above its ceiling.
    """
    select format('%s of %s: stood at %s after leg %s', kind, owner, balance_after, account_seq)
      from legs where balance_after < floor or balance_after > ceiling
    """,
    # What ended a finished case's holds adds up to them exactly: its escrow is empty.
    """
    select format('case %s is over: %s %s are left in its %s', c.id, a.balance_minor, a.currency,
                  a.kind)
      from (select distinct account_id from legs where kind in ('escrow', 'in_transit')) moved
      cross join lateral (select * from account where id = moved.account_id offset 0) a
      cross join lateral (select id, over from cases where id = a.owner offset 0) c
     where c.over and a.balance_minor <> 0
    """,
)

EVERYTHING = text(SCOPE + " union all ".join(CHECKS))
"""One statement: the newest legs are gathered once."""


async def violations(c: AsyncConnection, newest: int = NEWEST) -> list[str]:
    """Every violation among the newest entries and what they touched; REPEATABLE READ, please."""
    return list(await c.scalars(EVERYTHING, {"newest": newest}))
