"""Figures of the whole book that operators watch; each query looks only at what still waits."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.difference import Source
from ledger import differences, radar, seals

WAITING = text(
    """
    select 'mail' as what, count(*) as many, extract(epoch from now() - min(next_at)) as age_s
      from mail where status = 'pending'
    union all
    select 'tell', count(*), extract(epoch from now() - min(created_at))
      from tell where told_at is null
    union all
    select 'instruction', count(*), extract(epoch from now() - min(received_at))
      from instruction where outcome is null
    union all
    select 'clock', count(*), extract(epoch from now() - min(wake_at))
      from cases where not over and wake_at < now()
    """
)
OPEN_CASES = text("select kind, count(*) as many from cases where not over group by kind")
STAFF_TASKS = text(
    "select kind, count(*) as many from staff_task where closed_at is null group by kind"
)
CHECKS = text("select name, ended_at, seconds, violations from books_check")


@dataclass(frozen=True)
class Waiting:
    """How many of these wait, and how late the latest is (a mail: past its next try)."""

    many: int
    oldest_s: float


@dataclass(frozen=True)
class Figures:
    """What one look found."""

    mails: Waiting
    tells: Waiting
    instructions: Waiting
    clocks: Waiting
    unsealed: Waiting
    open_cases: dict[str, int]
    stuck: dict[str, radar.Reach]
    staff_tasks: dict[str, int]
    checks: list[RowMapping]
    differences: dict[Source, tuple[int, float]]
    """How many are open, and the age of the oldest in seconds."""


async def read(c: AsyncConnection) -> Figures:
    """Look once."""
    waiting = {
        row.what: Waiting(row.many, max(float(row.age_s or 0), 0.0))
        for row in await c.execute(WAITING)
    }
    return Figures(
        mails=waiting["mail"],
        tells=waiting["tell"],
        instructions=waiting["instruction"],
        clocks=waiting["clock"],
        unsealed=await _unsealed(c),
        open_cases={row.kind: row.many for row in await c.execute(OPEN_CASES)},
        stuck=await radar.counted(c),
        staff_tasks={row.kind: row.many for row in await c.execute(STAFF_TASKS)},
        checks=list((await c.execute(CHECKS)).mappings()),
        differences=await differences.counted(c),
    )


async def _unsealed(c: AsyncConnection) -> Waiting:
    found = await seals.unsealed(c)
    age = (datetime.now(UTC) - found.since).total_seconds() if found.since else 0.0
    return Waiting(found.entries, max(age, 0.0))
