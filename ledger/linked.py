"""Who is linked with whom: the same person, a mark in common, or the word of staff.

What staff cleared is no link. Links do not go on from one to the next: whoever is linked with
somebody who is linked with a third person is not thereby linked with the third.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import UserId

PEOPLE = bindparam("people", type_=ARRAY(TEXT))
THEIRS = text("""
    select other_id from linked_people where one_id = :person and other_id = any(:people)
""").bindparams(PEOPLE)
MARKS = text("""
    select m.person_id, m.mark, min(p.added_at)
      from identity_mark m
      join payout_method p on p.id = m.source_id
     where m.person_id = any(:people)
     group by m.person_id, m.mark
    union all
    select one_id, id, decided_at from link_decision
     where linked and replaced_at is null and one_id = any(:people) and other_id = any(:people)
    union all
    select other_id, id, decided_at from link_decision
     where linked and replaced_at is null and one_id = any(:people) and other_id = any(:people)
""").bindparams(PEOPLE)
CLEARED = text("""
    select one_id, other_id from link_decision
     where not linked and replaced_at is null
       and one_id = any(:people) and other_id = any(:people)
""").bindparams(PEOPLE)


@dataclass
class Marks:
    """What somebody is known by and since when, and whom staff told apart from them."""

    marks: dict[str, datetime] = field(default_factory=dict)
    cleared: set[UserId] = field(default_factory=set)


async def linked(c: AsyncConnection, person: str, others: Iterable[str]) -> frozenset[str]:
    """Who of these is linked with this person."""
    wanted = {*others}
    theirs = await c.scalars(THEIRS, {"person": person, "people": list(wanted)})
    return frozenset({person} & wanted | {*theirs})


async def among(c: AsyncConnection, people: Collection[str]) -> Mapping[str, Marks]:
    """By what each of these could be linked with others of them.

    Rows grow with the people, not with their pairs: a crowd may have one account in common.
    """
    found = {person: Marks() for person in people}
    asked = {"people": list(people)}
    for person, mark, since in await c.execute(MARKS, asked):
        found[person].marks[mark] = since
    for one, other in await c.execute(CLEARED, asked):
        found[one].cleared.add(other)
        found[other].cleared.add(one)
    return found
