"""Deposits of all kinds in the books: how many of one client wait for their money."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# One who begins several at once is counted one after the other.
IN_TURN = text("select pg_advisory_xact_lock(hashtextextended('deposits/' || :client, 0))")
WAITING = text("""
    select count(*)
      from cases d
     where d.client_id = :client and d.kind in ('deposit', 'remittance') and not d.over
       and d.state in ('draft', 'created', 'checkout', 'announced')
""")


async def waiting(c: AsyncConnection, client: str) -> int:
    """How many wait for money; until this transaction ends nobody else begins one for them."""
    await c.execute(IN_TURN, {"client": client})
    return int(await c.scalar(WAITING, {"client": client}) or 0)
