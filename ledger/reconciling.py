"""Reconciling compares what the book says with what it should say, and never mends anything."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

PATIENT = text("set local idle_in_transaction_session_timeout = 0")
"""Whoever reads the findings, a page at a time, may take longer than our sessions are given."""


class Side(StrEnum):
    """Where something is: *here* is what the book keeps, *there* what it is compared with."""

    ONLY_THERE = "only there"
    ONLY_HERE = "only here"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree, by name, with what each side says of it."""

    comparison: str
    side: Side
    about: str
    here: str = ""
    there: str = ""

    def __str__(self) -> str:
        said = "; ".join(filter(None, (self.here, self.there)))
        return f"{self.comparison}: {self.side}: {self.about}{': ' if said else ''}{said}"


class Comparison(Protocol):
    """Two views of the same money; one with an outside book is one more of these."""

    @property
    def name(self) -> str: ...

    def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """What does not agree, in a snapshot that only reads; in batches, whatever the size."""
        ...

    def compared(self) -> str:
        """What was compared with what, once all findings are told."""
        ...


async def reconcile(
    engine: AsyncEngine, comparisons: Sequence[Comparison]
) -> AsyncIterator[Finding]:
    """Every finding of every comparison, all of them in the same snapshot."""
    async with engine.connect() as c:
        await c.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        await c.execute(PATIENT)
        for comparison in comparisons:
            async for finding in comparison.findings(c):
                yield finding


async def report(
    engine: AsyncEngine,
    comparisons: Sequence[Comparison],
    say: Callable[[str], None],
    *,
    as_json: bool,
) -> bool:
    """Say each finding, then what was compared; True when there was none.

    As JSON, each finding is an object on a line of its own, and so is the end.
    """
    found = 0
    async for finding in reconcile(engine, comparisons):
        found += 1
        say(json.dumps(asdict(finding), ensure_ascii=False) if as_json else str(finding))
    compared = {one.name: one.compared() for one in comparisons}
    if as_json:
        end = {"clean": not found, "findings": found, "compared": compared}
        say(json.dumps(end, ensure_ascii=False))
        return not found
    for name, what in compared.items():
        say(f"{name}: {what}")
    say("Clean: nothing was found." if not found else f"Findings: {found}. Nothing was changed.")
    return not found
