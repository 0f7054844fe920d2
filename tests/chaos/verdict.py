"""What must be true when everything is healed and quiet; each line names what is not."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from ledger.comparisons import Balances, Seals
from ledger.invariants import violations
from ledger.reconciling import reconcile
from tests.chaos.notes import Note
from tests.chaos.population import Lived

QUIET_WITHIN_S = 120
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
}
TWICE = """
    select case_id, count(*) from journal_entry
     where kind in ('release', 'refund', 'split') group by case_id having count(*) > 1
"""
DECIDED = "select idempotency_key as key, id, outcome->>'status' as status from instruction"
REPLIED = "select idempotency_key as key, body from reply"
STATES = "select id, state, over from cases where kind = 'job'"
FIRST_AFTER = "select min(decided_at) from instruction where decided_at > :moment"
PENDING = "select count(*) from mail where status = 'pending'"


async def owned(engine: AsyncEngine) -> dict[str, int]:
    """What everybody has, and what the platform earned."""
    return {row.owner: int(row.minor) for row in await rows(engine, OWNED)}


async def quiet(engine: AsyncEngine, temporal: Client) -> list[str]:
    """Wait until nothing is left to do; what still is, when that takes too long."""
    deadline = time.monotonic() + QUIET_WITHIN_S
    while left := await _noise(engine, temporal):
        if time.monotonic() > deadline:
            return left
        await asyncio.sleep(1)
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
    states = {row.id: row for row in await rows(engine, STATES)}
    wrong += [f"{life.ending.name} {life.job_id}: {life.problem}" for life in lived if life.problem]
    wrong += [f"lost: {life.job_id}" for life in lived if life.job_id and life.job_id not in states]
    wrong += [f"no life of ours: {job}" for job in states.keys() - {life.job_id for life in lived}]
    return wrong


async def recoveries(engine: AsyncEngine, moments: Iterable[datetime]) -> list[float]:
    """How long after each of these moments the first step was committed, in seconds."""
    seconds = []
    for moment in moments:
        [row] = await rows(engine, FIRST_AFTER, moment=moment)
        if row.min is not None:
            seconds.append((row.min - moment).total_seconds())
    return seconds


async def rows(engine: AsyncEngine, query: str, **values: Any) -> Sequence[Any]:
    """What the books say."""
    async with engine.connect() as c:
        return (await c.execute(text(query), values)).all()


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


async def _noise(engine: AsyncEngine, temporal: Client) -> list[str]:
    left = {what: (await rows(engine, query))[0][0] for what, query in NOISE.items()}
    left["running workflows"] = (await temporal.count_workflows(RUNNING)).count
    return [f"{what}: {number}" for what, number in left.items() if number]
