"""Accounting at work: payment runs come due, are approved, and their files go to the bank."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.paydays import Paydays
from ledger.calendars import banking_calendar
from local.actors import Actor
from tests.api.people import Person
from tests.chaos.outside import Bank
from tests.withdrawals.leaving import FALLS_DUE

RUN_EVERY_S = 6.0
AGAIN_AFTER_S = 1.0
FIRST_YEAR, YEARS = 1990, 36


@dataclass
class Accounting:
    """Two accountants, and what waits for them."""

    engine: AsyncEngine
    accountants: Sequence[Actor]
    bank: Bank
    waits: list[str] = field(default_factory=list)
    """Withdrawals whose payment date is to come."""
    runs: int = 0
    problems: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """One run after the other, until cancelled."""
        dates = _dates()
        while True:
            await asyncio.sleep(RUN_EVERY_S)
            now, self.waits = self.waits, []
            if now:
                await self._noted(next(dates), now)

    async def answers(self, run: str, what: str, withdrawal_id: str) -> None:
        """Say what the bank did: `paid`, `failed` or `returned`."""
        why = {"withdrawal": withdrawal_id, "reason": "account closed"}
        told = [withdrawal_id if what == "paid" else why]
        await self.accountants[0].post(f"{_path(run)}/confirm", {what: told})

    async def _noted(self, on: date, withdrawals: list[str]) -> None:
        try:
            await self._run(on, withdrawals)
        except Exception as bug:
            self.problems.append(f"the payment run of {on}: {type(bug).__name__}: {bug}")

    async def _run(self, on: date, withdrawals: list[str]) -> None:
        await self._falls_due(on, withdrawals)
        path = _path(on.isoformat())
        shown = await self.accountants[0].get(path)
        seen = {name: shown[name] for name in ("count", "total")}
        assert seen["count"] == len(withdrawals), f"{seen['count']} of {len(withdrawals)} are due"
        for who in self.accountants[: shown["people_needed"]]:
            done = await who.post(f"{path}/approve", seen)
        assert done["approved"], "everybody has approved it"
        self.runs += 1
        await self._to_the_bank(path)

    async def _to_the_bank(self, path: str) -> None:
        """The file, fetched twice, as it happens; what the processor pays is in none."""
        files = [await self._file(path) for _ in range(2)]
        assert files[0] == files[1], "a file that is made again is the same"
        for file in files:
            if file is not None:
                self.bank.carries_out(file)

    async def _file(self, path: str) -> bytes | None:
        who = self.accountants[1]
        person = Person(who.http, who.id, who.email, who.token)
        answer = await person.get(f"{path}/bank-file", format="csv")
        assert answer.status_code in (200, 404), answer.text
        return answer.content if answer.status_code == 200 else None

    async def _falls_due(self, on: date, withdrawals: list[str]) -> None:
        """Weeks pass for these, however often the database dies meanwhile."""
        while True:
            try:
                async with self.engine.begin() as c:
                    await c.execute(text(FALLS_DUE), {"run": on.isoformat(), "ids": withdrawals})
                return
            except (DBAPIError, OSError):
                await asyncio.sleep(AGAIN_AFTER_S)


def _path(run: str) -> str:
    return f"/v1/staff/payment-runs/{run}"


def _dates() -> Iterator[date]:
    """Payment dates whose cut-off is over, each for one run."""
    for month in range(12 * YEARS):
        first = Paydays().dates(FIRST_YEAR + month // 12, month % 12 + 1, banking_calendar())
        yield from first
