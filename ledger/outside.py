"""What Stripe and the bank booked: each line is kept once, as it was said, whoever brings it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.difference import Source
from ledger.outside_tables import outside_line, outside_reading

BATCH = 500
"""How many lines are written, or looked for, in one statement."""
SAID = ("key", "kind", "amount_minor", "fee_minor", "currency", "booked_at")
"""What may not be another the next time; a text may be shortened or spelled otherwise."""


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """One movement on an account of ours, as those who keep it booked it."""

    source: Source
    account: str
    id: str
    key: str
    kind: str
    amount_minor: int
    """Before the fee; above zero what came."""
    fee_minor: int
    currency: str
    booked_at: datetime
    counterparty: str = ""
    says: str = ""


class SaidOtherwise(Exception):
    """A line was there before and said something else; nothing of this batch is kept."""

    def __init__(self, line_id: str) -> None:
        super().__init__(f"{line_id} was there before and said something else")
        self.line_id = line_id


async def keep(c: AsyncConnection, lines: Sequence[OutsideLine], file_id: str | None = None) -> int:
    """Keep those that are new; how many. SaidOtherwise when one was known and has changed."""
    return sum(
        [
            await _keep(c, lines[begin : begin + BATCH], file_id)
            for begin in range(0, len(lines), BATCH)
        ]
    )


async def _keep(c: AsyncConnection, lines: Sequence[OutsideLine], file_id: str | None) -> int:
    rows = [_row(line) | {"file_id": file_id} for line in lines]
    done = await c.execute(
        insert(outside_line)
        .on_conflict_do_nothing(index_elements=["source", "account", "id"])
        .values(rows)
    )
    if done.rowcount < len(lines):
        await _require_same(c, lines)
    return done.rowcount


async def _require_same(c: AsyncConnection, lines: Sequence[OutsideLine]) -> None:
    name = tuple_(outside_line.c.source, outside_line.c.account, outside_line.c.id)
    named = {(line.source.value, line.account, line.id): line for line in lines}
    for row in (await c.execute(select(outside_line).where(name.in_(named)))).mappings():
        line = _row(named[row["source"], row["account"], row["id"]])
        if any(row[field] != line[field] for field in SAID):
            raise SaidOtherwise(row["id"])


def _row(line: OutsideLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in OutsideLine.__slots__} | {
        "source": line.source.value
    }


async def complete_to(c: AsyncConnection, source: Source) -> datetime | None:
    """Until when all lines of this outside are here; None: it was never read."""
    query = select(outside_reading.c.complete_to).where(outside_reading.c.source == source.value)
    found: datetime | None = await c.scalar(query)
    return found


async def is_complete(c: AsyncConnection, source: Source, until: datetime) -> None:
    """All lines until then are here; what was known to be complete before stays so."""
    read = insert(outside_reading).values(source=source.value, complete_to=until)
    later = func.greatest(outside_reading.c.complete_to, read.excluded.complete_to)
    await c.execute(
        read.on_conflict_do_update(index_elements=["source"], set_={"complete_to": later})
    )
