"""A loop of the worker reads the book's figures; a scrape never asks the database."""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

import metrics
from ledger import figures
from ledger.database import in_short

log = structlog.get_logger()
PAUSE_S = 15.0
KINDS = ("job", "dispute")


class Gauges:
    """Shows how the book stands."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def run(self) -> None:
        """Read again and again until cancelled; figures that cannot be read grow old visibly."""
        while True:
            try:
                await self.read()
            except (SQLAlchemyError, OSError) as error:
                log.warning("gauges wait for the database", error=in_short(error))
            await asyncio.sleep(PAUSE_S)

    async def read(self) -> None:
        """Read once."""
        async with self._engine.connect() as c:
            found = await figures.read(c)
        show(found)
        metrics.READ_AT.set(time.time())


def show(found: figures.Figures) -> None:
    """Set every gauge, those to zero that nothing was found for."""
    metrics.MAILS_WAITING.set(found.mails.many)
    metrics.LATEST_MAIL.set(found.mails.oldest_s)
    metrics.TELLS_WAITING.set(found.tells.many)
    metrics.OLDEST_TELL.set(found.tells.oldest_s)
    metrics.UNDECIDED.set(found.instructions.many)
    metrics.OLDEST_UNDECIDED.set(found.instructions.oldest_s)
    metrics.MOST_OVERDUE.set(found.clocks.oldest_s)
    for kind in {*KINDS, *found.open_cases}:
        metrics.OPEN_CASES.labels(kind).set(found.open_cases.get(kind, 0))
    metrics.OLDEST_UNSEALED.set(found.unsealed.oldest_s)
    for why, reach in found.stuck.items():
        metrics.STUCK_CASES.labels(why).set(reach.many)
        metrics.OLDEST_STUCK.labels(why).set(reach.oldest_s)
    metrics.STAFF_TASKS.clear()
    for kind, many in ({"invariant": 0} | found.staff_tasks).items():
        metrics.STAFF_TASKS.labels(kind).set(many)
    for source, (many, age_s) in found.differences.items():
        metrics.DIFFERENCES.labels(source).set(many)
        metrics.OLDEST_DIFFERENCE.labels(source).set(age_s)
    for check in found.checks:
        metrics.VIOLATIONS.labels(check["name"]).set(check["violations"])
        metrics.CHECKED_AT.labels(check["name"]).set(check["ended_at"].timestamp())
        metrics.CHECK_SECONDS.labels(check["name"]).set(check["seconds"])
