"""Who could mediate between two parties: independent of both, signed, and the least busy first."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import UserId

# A funded job shared in the last year makes somebody not independent, in whichever roles; so does
# a link.
CANDIDATES = text(
    """
    select p.id
    from person p
    join work_permission w on w.person_id = p.id and w.result in ('w9', 'w8ben')
    left join cases busy on busy.mediator_id = p.id and not busy.over
    where p.roles @> array['mediator']
      and p.id <> all(:parties)
      and (select count(distinct s.kind) from signature s
           where s.person_id = p.id and s.version = (
               select max(a.version) from agreement a
               where a.kind = s.kind and a.in_force_at <= now())) = 2
      and p.id not in (select one_id from linked_people where other_id = any(:parties))
      and not exists (
          select 1 from cases shared
          where shared.kind = 'job'
            and shared.data ? 'held'
            and (not shared.over
              or shared.closed_at > cast(:at as timestamptz) - interval '1 year')
            and ((shared.client_id = p.id and shared.freelancer_id = any(:parties))
              or (shared.freelancer_id = p.id and shared.client_id = any(:parties))))
    group by p.id
    order by count(busy.id), p.id
    limit 10
    """
)


async def candidates(c: AsyncConnection, parties: list[str], at: datetime) -> tuple[UserId, ...]:
    """Up to ten who may be asked, the best choice first."""
    rows = await c.execute(CANDIDATES, {"parties": parties, "at": at})
    return tuple(UserId(row.id) for row in rows)
