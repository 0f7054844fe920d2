"""What must be true when everything is healed and quiet; each line names what is not."""

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from domain.cases import Role
from ledger.comparisons import Balances, Seals
from ledger.invariants import violations
from ledger.reconciling import reconcile
from tests.chaos.notes import Note
from tests.chaos.population import Lived

QUIET_WITHIN_S = 120
MAILS_WITHIN_S = 60
"""After they were given the minutes for which a dead worker has claimed them."""
LOOK_EVERY_S = 1.0
PENDING = "pending mails"
RUNNING = "ExecutionStatus = 'Running'"
OWNED = """
    select owner, sum(amount_minor) as minor from posting_line
     where owner = 'platform' and kind = 'platform_fees' or owner in (select id from person)
     group by owner
"""
NOISE = {
    "decisions without outcome": "select count(*) from instruction where outcome is null",
    "open cases": "select count(*) from cases where not over",
    "entries without a seal": """
        select count(*) from journal_entry e
         where not exists (select from seal s where s.entry_id = e.id)
    """,
    "untold cases": "select count(*) from tell where told_at is null",
    PENDING: "select count(*) from mail where status = 'pending'",
}
TWICE = """
    select case_id, count(*) from journal_entry
     where kind in ('release', 'refund', 'split') group by case_id having count(*) > 1
"""
DECIDED = "select idempotency_key as key, id, outcome->>'status' as status from instruction"
REPLIED = "select idempotency_key as key, body from reply"
STATES = "select id, state, over from cases where kind = 'job'"
ENDED = """
    select distinct on (case_id) case_id, kind, actor from event
     where case_id in (select id from cases where kind = 'job') order by case_id, version desc
"""
# An API decides at once what the law never allows; only a worker records events.
FIRST_AFTER = "select min(recorded_at) from event where recorded_at > :moment"
OPEN_THEN = """
    select count(*) as many from cases
     where kind = 'job' and opened_at <= :moment and (closed_at is null or closed_at > :moment)
       and exists (select from event
                    where actor not in ('clock', 'processor')
                      and recorded_at between :moment - interval '15 seconds' and :moment)
"""
MAILS = "select id, status from mail"
MINUTES_PASS = (
    "update mail set next_at = now() where status = 'pending' and next_at > now()",
    "update notice set created_at = created_at - interval '5 minutes'"
    " where id in (select notice_id from mail where status = 'pending')",
)
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.MULTILINE | re.IGNORECASE)
LONGEST_HEAD = 8192


async def owned(engine: AsyncEngine) -> dict[str, int]:
    """What everybody has, and what the platform earned."""
    return {row.owner: int(row.minor) for row in await rows(engine, OWNED)}


async def quiet(engine: AsyncEngine, temporal: Client) -> list[str]:
    """Wait until nothing is left to do; what still is, when that takes too long.

    Mails that only wait for their time are given it once: a fault was minutes ago for them.
    """
    deadline, hurried = time.monotonic() + QUIET_WITHIN_S, False
    while left := await _noise(engine, temporal):
        if time.monotonic() > deadline:
            return [f"{what}: {number}" for what, number in left.items()]
        if not hurried and left.keys() == {PENDING}:
            await _minutes_pass(engine)
            deadline, hurried = time.monotonic() + MAILS_WITHIN_S, True
        await asyncio.sleep(LOOK_EVERY_S)
    return []


async def found(engine: AsyncEngine, notes: Sequence[Note], lived: Sequence[Lived]) -> list[str]:
    """What is wrong with the books, with what people were told, and with their jobs."""
    async with engine.connect() as c:
        await c.execution_options(isolation_level="REPEATABLE READ")
        wrong = await violations(c)
    wrong += [str(one) async for one in reconcile(engine, (Balances(), Seals(None)))]
    wrong += [f"paid more than once: {row.case_id}" for row in await rows(engine, TWICE)]
    wrong += contradicted(
        notes,
        {row.key: row for row in await rows(engine, DECIDED)},
        {row.key: row.body for row in await rows(engine, REPLIED)},
    )
    wrong += otherwise(lived, {row.case_id: row for row in await rows(engine, ENDED)})
    states = {row.id: row for row in await rows(engine, STATES)}
    wrong += [f"{life.ending.name} {life.job_id}: {life.problem}" for life in lived if life.problem]
    wrong += [f"lost: {life.job_id}" for life in lived if life.job_id and life.job_id not in states]
    wrong += [f"no life of ours: {job}" for job in states.keys() - {life.job_id for life in lived}]
    return wrong


async def in_life(engine: AsyncEngine, moments: Iterable[datetime]) -> list[datetime]:
    """Those of these moments at which people acted and a job was open: a step had to follow.

    The last jobs of a run may only wait for a clock.
    """
    return [moment for moment in moments if (await rows(engine, OPEN_THEN, moment=moment))[0].many]


async def recoveries(engine: AsyncEngine, moments: Iterable[datetime]) -> list[float]:
    """How long after each of these moments the first step was recorded, in seconds; inf: never."""
    seconds = []
    for moment in moments:
        [row] = await rows(engine, FIRST_AFTER, moment=moment)
        seconds.append((row.min - moment).total_seconds() if row.min else math.inf)
    return seconds


async def astray(engine: AsyncEngine, taken: Path) -> list[str]:
    """Mails that the books and the mail server, whose folder this is, do not know alike."""
    status = {row.id: row.status for row in await rows(engine, MAILS)}
    return unlike(status, await asyncio.to_thread(_message_ids, taken))


async def rows(engine: AsyncEngine, query: str, **values: Any) -> Sequence[Any]:
    """What the books say."""
    async with engine.connect() as c:
        return (await c.execute(text(query), values)).all()


def unlike(status: Mapping[str, str], taken: AbstractSet[str]) -> list[str]:
    """Mails that were not accepted, as all must be, or never came, or came as others than they are.

    The addresses of chaos refuse nothing.
    """
    accepted = {mail for mail, what in status.items() if what == "accepted"}
    return [
        *(f"{mail} is {status[mail]}" for mail in sorted(status.keys() - accepted - taken)),
        *(f"{mail} was accepted and never came" for mail in sorted(accepted - taken)),
        *(f"{mail} came and is no mail of ours" for mail in sorted(taken - status.keys())),
        *(
            f"{mail} came and is {status[mail]}"
            for mail in sorted(taken & status.keys() - accepted)
        ),
    ]


def otherwise(lived: Iterable[Lived], last: Mapping[str, Any]) -> list[str]:
    """Jobs that ended by another event than their life, or not by the clock that overtook it."""
    wrong = []
    for life in lived:
        event = last.get(life.job_id)
        if event is None or life.problem:
            continue
        if life.overtaken and event.actor != Role.CLOCK:
            wrong.append(f"{life.ending.name} {life.job_id}: overtaken by the {event.actor}")
        if not life.overtaken and event.kind != life.ending.by:
            wrong.append(f"{life.ending.name} {life.job_id}: ended by {event.kind}")
    return wrong


def contradicted(
    notes: Sequence[Note], decided: Mapping[str, Any], replied: Mapping[str, Any]
) -> list[str]:
    """What somebody was told and the books do not say, or say otherwise."""
    wrong = []
    for note in notes:
        known = decided.get(note.key)
        if known is not None:
            said = "applied" if note.status < 300 else "refused"
            if known.status != said or note.accepted not in ("", known.id):
                wrong.append(f"{note.path} was {said}, and is {known.status}")
        elif note.accepted or (note.status < 300 and replied.get(note.key) != note.body):
            wrong.append(f"{note.path} was acknowledged and is lost")
    twice = [key for key, times in Counter(note.key for note in notes).items() if times > 1]
    return wrong + [f"answered twice: {key}" for key in twice]


def _message_ids(folder: Path) -> set[str]:
    found = set()
    for file in folder.glob("*.eml"):
        with file.open("rb") as letter:
            name = MESSAGE_ID.search(letter.read(LONGEST_HEAD))
        found.add(name[1].decode() if name else file.name)
    return found


async def _minutes_pass(engine: AsyncEngine) -> None:
    async with engine.begin() as c:
        for later in MINUTES_PASS:
            await c.execute(text(later))


async def _noise(engine: AsyncEngine, temporal: Client) -> dict[str, int]:
    left = {what: (await rows(engine, query))[0][0] for what, query in NOISE.items()}
    left["running workflows"] = (await temporal.count_workflows(RUNNING)).count
    return {what: number for what, number in left.items() if number}
