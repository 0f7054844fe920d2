"""What staff decide of two people, linked or not: one word in force for a pair, none ever lost."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotOpen
from domain.process import Scene
from ledger import ids, staff_tasks
from ledger.link_tables import link_decision
from ledger.tables import person

TASK = "linked_people"
"""Somebody was refused because of a link that staff have not looked at."""

# The kinds of what two people have in common, cleared or not, and the decision in force.
OF_PERSON = text("""
    with common (other_id, kind) as (
        select n.person_id, n.kind from identity_mark m
          join identity_mark n on n.mark = m.mark and n.person_id <> m.person_id
         where m.person_id = :person
    ), decided as (
        select case one_id when :person then other_id else one_id end as other_id,
               linked, reason, decided_by, decided_at
          from link_decision
         where replaced_at is null and :person in (one_id, other_id)
    )
    select p.id, p.name, coalesce(d.linked, true) as linked,
           array(
               select distinct kind from common c where c.other_id = p.id order by kind
           ) as common,
           d.linked as decision, d.reason, d.decided_by, d.decided_at
      from person p
      left join decided d on d.other_id = p.id
     where (d.other_id is not null or p.id in (select other_id from common))
       and (cast(:other as text) is null or p.id = :other)
       and (cast(:after as text) is null or p.id < :after)
     order by p.id desc
     limit :limit
""")


async def of_person(
    c: AsyncConnection, person_id: str, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Everybody with whom this person has a mark in common, or of whom staff decided."""
    asked = {"person": person_id, "other": None, "after": after, "limit": limit}
    return (await c.execute(OF_PERSON, asked)).mappings().all()


async def between(c: AsyncConnection, one: str, other: str) -> RowMapping | None:
    """The same of these two; None: nothing links them, and staff never decided."""
    asked = {"person": one, "other": other, "after": None, "limit": 1}
    return (await c.execute(OF_PERSON, asked)).mappings().one_or_none()


async def decide(
    c: AsyncConnection, one: str, other: str, by: str, reason: str, *, linked: bool
) -> None:
    """Say whether they are linked, in place of what was said before; NotOpen when it is so."""
    both = select(person.c.id).where(person.c.id.in_((one, other))).order_by(person.c.id)
    await c.execute(both.with_for_update(key_share=True))
    known = await between(c, one, other)
    if linked and known is not None and known["decision"]:
        raise NotOpen("staff linked these two already")
    if not linked and (known is None or not known["linked"]):
        raise NotOpen("nothing links these two")
    pair = {"one_id": func.least(one, other), "other_id": func.greatest(one, other)}
    before = [link_decision.c[name] == value for name, value in pair.items()]
    query = update(link_decision).where(*before, link_decision.c.replaced_at.is_(None))
    await c.execute(query.values(replaced_at=func.now()))
    said = {"id": ids.fresh("link"), "linked": linked, "reason": reason, "decided_by": by}
    await c.execute(insert(link_decision).values(**pair, **said))
    await staff_tasks.settle(c, TASK, _task(one, other), by, reason)


async def ask(c: AsyncConnection, scene: Scene) -> None:
    """Staff have to look at the links for which this step is refused, if they have not yet."""
    facts, policy, client = scene.facts, scene.case.terms.policy, scene.actor_id
    chosen = [one.freelancer for one in facts.bids if one.linked]
    chosen += [one.freelancer for one in facts.entries if one.linked]
    chosen += [one.seller for one in facts.listings if one.linked]
    due_at = facts.calendar.after(scene.at, policy.staff_review_period, policy.timezone)
    for other in dict.fromkeys(one for one in chosen if one != client):
        known = await between(c, str(client), other)
        if known is not None and known["decided_at"] is None:
            await staff_tasks.open_task(c, TASK, _task(str(client), other), due_at)


def _task(*pair: str) -> str:
    one, other = sorted(pair)
    return (
        f"{one} and {other} are linked, and one wanted to choose the other:"
        f" clear it or not, by GET /v1/staff/people/{one}/links"
    )
