"""Reading a whole job for its case file: one moment of the books, as its reader may know it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import access
from api.callers import Caller
from api.case_items import Story
from api.problems import Problem
from api.sight import Sight, sight
from domain.cases import Job, Role
from ledger import reading, stories
from ledger.database import SNAPSHOT


async def read(
    engine: AsyncEngine, caller: Caller, job_id: str, most_bytes: int
) -> tuple[Story, datetime]:
    """The story, and the moment it was read at; 404 for whoever has no part in the case.

    One that would be longer than `most_bytes` is not read.
    """
    async with engine.connect() as c:
        await c.execution_options(**SNAPSHOT)
        pair, role = await access.entitled(c, caller, job_id)
        seen = await sight(c, pair, role)
        if await stories.size(c, seen.case_ids, job_id) > most_bytes:
            raise Problem("case_too_long")
        story = await _story(c, pair.job, caller, seen)
        return story, await stories.now(c)


async def _story(c: AsyncConnection, job: Job, caller: Caller, seen: Sight) -> Story:
    events = await stories.events(c, seen.case_ids)
    refused = await stories.refused(c, seen.case_ids)
    notices = await stories.notices(c, seen.case_ids)
    people = _known(job, seen)
    if seen.role is Role.STAFF:
        acted = {row["actor_id"]: row["actor"] for row in events if row["actor_id"]}
        acted |= {row["caller_id"]: row["role"] for row in refused}
        told = {row["person_id"]: Role.STAFF.value for row in notices}
        asked = {str(who): Role.MEDIATOR.value for one in seen.disputes for who in one.asked}
        others = told | asked | acted
        people |= {who: role for who, role in others.items() if who not in people}
    return Story(
        job=job,
        reader=caller.id,
        seen=seen,
        people=people,
        names=await reading.names(c, list(people)),
        texts=await reading.texts(c, job.id),
        brief_is_open=await access.may_read_brief(c, caller, seen.role, job),
        files=await _files(c, seen),
        events=events,
        refused=refused,
        deliveries=await reading.deliveries(c, job.id),
        notices=notices,
        legs=await stories.legs(c, job.id),
    )


async def _files(c: AsyncConnection, seen: Sight) -> Mapping[str, Sequence[RowMapping]]:
    found: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in await reading.files(c, seen.case_ids):
        found[row["subject_id"]].append(row)
    return found


def _known(job: Job, seen: Sight) -> dict[str, str]:
    """Whom the case's pages name, and as whom: the parties, and mediators while they are there."""
    mediators = dict.fromkeys(sorted(seen.mediators), Role.MEDIATOR.value)
    parties = {str(job.client): Role.CLIENT.value, str(job.freelancer): Role.FREELANCER.value}
    return parties | mediators
