"""Steps that keep failing: noted by each visible try, for the radar, until one succeeds."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ledger.tables import cases
from ledger.watch_tables import failing_step

SEEN_WITHIN = timedelta(minutes=2)
"""A failing step is tried at least twice a minute; one that was not seen for so long is none."""
BEFORE_ANY_STEP = "workflow task fails: "
"""How a note begins when the workflow itself fails, before it can ask for a step."""


async def note(c: AsyncConnection, case_id: str, what: str) -> None:
    """The case's step failed again, or for the first time."""
    again = failing_step.c.seen_at > func.now() - SEEN_WITHIN
    since = case((again, failing_step.c.since), else_=func.now())
    await c.execute(
        insert(failing_step)
        .values(case_id=case_id, what=what)
        .on_conflict_do_update(
            index_elements=["case_id"], set_={"what": what, "since": since, "seen_at": func.now()}
        )
    )


async def over(c: AsyncConnection, case_id: str) -> None:
    """The case's step succeeded."""
    await c.execute(delete(failing_step).where(failing_step.c.case_id == case_id))


async def broken(c: AsyncConnection, found: Mapping[str, str], *, all_of_them: bool) -> None:
    """These are the cases whose workflow itself fails, and on what; all of them, or the first."""
    known = select(cases.c.id).where(cases.c.id.in_(found)).order_by(cases.c.id)
    for case_id in (await c.scalars(known)).all():
        await note(c, case_id, f"{BEFORE_ANY_STEP}{found[case_id]}")
    if all_of_them:
        mended = failing_step.c.what.startswith(BEFORE_ANY_STEP, autoescape=True)
        await c.execute(delete(failing_step).where(mended, failing_step.c.case_id.not_in(found)))
