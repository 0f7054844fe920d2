"""The radar: which cases need somebody, why, and since when; found by indexes, not by looking."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import DateTime, Subquery, Text, TextClause, column, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger import failing
from ledger.cases import OVERDUE_AFTER

UNDECIDED_AFTER = timedelta(minutes=1)
"""How old an instruction without outcome is when somebody should look."""

REASONS = {
    # The clock should have acted: no worker, a lost timer, or a step that keeps failing.
    "overdue": """
    select 'overdue' as why, id as case_id, wake_at as since
      from cases where not over and wake_at < now() - :overdue_after
    """,
    # Staff owe the next step: a ruling, or the second person's word on one.
    "waits_for_staff": """
    select 'waits_for_staff', c.id, cast(coalesce(d.data, c.data)->>'since' as timestamptz)
      from cases c
      left join cases d on d.parent_id = c.id and not d.over
     where not c.over and c.owner = 'staff'
    """,
    # Staff have to look although somebody else may act.
    "task_open": """
    select 'task_open', id, cast(data->'tasks'->0->>'since' as timestamptz)
      from cases where not over and data ? 'tasks'
    """,
    # Its step, or its workflow, is tried again and again; whatever woke it.
    "failing": """
    select 'failing', case_id, since
      from failing_step where seen_at > now() - :seen_within
    """,
    # Somebody decided, and nothing acts on it.
    "undecided": """
    select 'undecided', case_id, min(received_at)
      from instruction where outcome is null and received_at < now() - :undecided_after
     group by case_id
    """,
}
RADAR = " union all ".join(REASONS.values())


class Reach(NamedTuple):
    """How many cases are on the radar for one reason, and for how long the oldest is."""

    many: int
    oldest_s: float


class Blip(NamedTuple):
    """One reason why a case is on the radar."""

    why: str
    since: datetime


def stuck() -> Subquery:
    """All cases on the radar, over or not, each (`case_id`) since its oldest reason (`since`)."""
    found = _asked("select case_id, min(since) as since from radar group by case_id")
    columns = (column("case_id", Text), column("since", DateTime(timezone=True)))
    return found.columns(*columns).subquery()


async def blips(c: AsyncConnection, case_ids: Collection[str]) -> dict[str, list[Blip]]:
    """Why each of these is on the radar, the oldest reason first."""
    query = "select * from radar where case_id = any (:ids) order by since, why"
    found: dict[str, list[Blip]] = {case_id: [] for case_id in case_ids}
    for row in await c.execute(_asked(query).bindparams(ids=list(case_ids))):
        found[row.case_id].append(Blip(row.why, row.since))
    return found


async def counted(c: AsyncConnection) -> dict[str, Reach]:
    """How far each reason reaches: what the list of all cases on the radar would say, in short."""
    age = "extract(epoch from now() - min(since))"
    query = f"select why, count(*) as many, {age} as oldest_s from radar group by why"  # noqa: S608
    found = {
        row.why: Reach(row.many, float(row.oldest_s)) for row in await c.execute(_asked(query))
    }
    return dict.fromkeys(REASONS, Reach(0, 0.0)) | found


def _asked(query: str) -> TextClause:
    bounds = {
        "overdue_after": OVERDUE_AFTER,
        "undecided_after": UNDECIDED_AFTER,
        "seen_within": failing.SEEN_WITHIN,
    }
    return text(f"with radar as ({RADAR}) {query}").bindparams(**bounds)
