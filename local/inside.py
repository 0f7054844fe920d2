"""What the demo does from inside a stack of ours: it turns the calendar, and compares books."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.paydays import Paydays
from ledger import database
from ledger.calendars import banking_calendar
from local.places import CLONE

MONTHS_BACK = 36
COOLED_DOWN = text("""
    update payout_method set added_at = added_at - interval '5 days'
     where person_id = :person and replaced_at is null
""")
RUNS = text("select payment_date from payment_run")
FALLS_DUE = text("""
    update cases set data = jsonb_set(data, '{payment_date}', to_jsonb(cast(:day as text)))
     where id = :id
""")


@dataclass(frozen=True)
class Inside:
    """The variables of the stack's own processes."""

    environment: Mapping[str, str]

    @property
    def database_url(self) -> str:
        """The books, as the product reaches them."""
        return self.environment["PEEROK_DATABASE_URL"]

    async def cools_down(self, person: str) -> None:
        """Where somebody is paid was said days ago."""
        async with self._owner() as c:
            await c.execute(COOLED_DOWN, {"person": person})

    async def falls_due(self, withdrawal: str) -> date:
        """A payment date whose cut-off is over and whose run is not approved is that of this."""
        async with self._owner() as c:
            approved = set((await c.execute(RUNS)).scalars())
            day = next(day for day in _past() if day not in approved)
            await c.execute(FALLS_DUE, {"day": day.isoformat(), "id": withdrawal})
        return day

    async def compare(self) -> tuple[list[str], bool]:
        """What `cli reconcile` prints, and whether everything agrees."""
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "reconcile"),
            cwd=CLONE,
            env=dict(self.environment),
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await running.communicate()
        return printed.decode().splitlines(), running.returncode == 0

    @asynccontextmanager
    async def _owner(self) -> AsyncIterator[AsyncConnection]:
        engine = database.connect(self.environment["PEEROK_MIGRATION_DATABASE_URL"], pool=1)
        try:
            async with engine.begin() as c:
                yield c
        finally:
            await engine.dispose()


def _past() -> list[date]:
    """Payment dates of the last years that are over, the newest first."""
    today, banking = datetime.now(UTC).date(), banking_calendar()
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS_BACK)]
    days = [day for m in months for day in Paydays().dates(m // 12, m % 12 + 1, banking)]
    return sorted((day for day in days if day < today - timedelta(days=1)), reverse=True)
