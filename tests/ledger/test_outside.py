"""Comparing with the outside: whatever the number of lines, the memory of one batch."""

import tracemalloc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Kind
from domain.difference import Source
from ledger import differences, journal, migrate, outside
from ledger.database import connect
from ledger.outside import OutsideLine
from ledger.outside_comparison import Outside
from ledger.reconciling import Side, reconcile
from local.postgres import OWNER
from tests.ledger import acts
from tests.ledger.conftest import database
from tests.ledger.elsewhere import Server

MANY = 20_000
DAY = datetime(2026, 11, 2, tzinfo=UTC)
ENTRIES_AT_ONCE = 1_000
LARGEST_BYTES = 12 * 1024 * 1024


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[str]:
    """The name of a database for these tests alone."""
    with database(server, "outside") as name:
        migrate.upgrade(server.url(name, OWNER))
        yield name


@pytest.fixture(scope="module")
async def book(server: Server, migrated: str) -> AsyncIterator[AsyncEngine]:
    """20,000 lines of the bank: half of them agree with an entry, half are only there."""
    engine = connect(server.url(migrated), pool=3)
    source = await acts.funded(engine, 1)
    for begin in range(0, MANY // 2, ENTRIES_AT_ONCE):
        some = range(begin, begin + ENTRIES_AT_ONCE)
        await acts.post(
            engine,
            *(flows.deposit(f"many-{n}", source, 100 + n, Kind.BANK_CLEARING, "USD") for n in some),
        )
    async with engine.begin() as c:
        await outside.keep(c, [_line(n) for n in range(MANY)])
        await outside.is_complete(c, Source.BANK, DAY)
    yield engine
    await engine.dispose()


def _line(n: int) -> OutsideLine:
    key = f"deposit/many-{n}/credit"
    return OutsideLine(Source.BANK, "1", f"B-{n}", key, "booked", 100 + n, 0, "USD", DAY)


async def _peak(book: AsyncEngine, most: int) -> tuple[int, int]:
    """The bytes it takes at its peak to find `most` differences; how many were found."""
    tracemalloc.start()
    found = 0
    async for _ in reconcile(book, [Outside(Source.BANK)]):
        found += 1
        if found == most:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, found


async def test_twenty_thousand_lines_take_the_memory_of_one_batch(book: AsyncEngine) -> None:
    """PostgreSQL sorts both sides; here a batch at a time goes by."""
    few, _ = await _peak(book, 5_000)
    many, found = await _peak(book, MANY)
    assert found == MANY // 2 + 1
    assert many < few * 1.5 and many < LARGEST_BYTES


async def test_ten_thousand_differences_are_kept_in_the_memory_of_one_batch(
    book: AsyncEngine,
) -> None:
    """And are the same ones when they are seen again."""
    tracemalloc.start()
    for _ in range(2):
        assert await differences.record(book, Source.BANK) == MANY // 2 + 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LARGEST_BYTES
    async with book.connect() as c:
        assert await c.scalar(text("select count(*) from difference")) == MANY // 2 + 1


async def test_an_entry_is_missed_there_once_statements_have_come_so_far(
    book: AsyncEngine,
) -> None:
    """Before that, nobody can know that the bank does not have it."""
    entry = flows.deposit("later", await acts.funded(book, 0), 5, Kind.BANK_CLEARING, "USD")
    reference = entry.reference
    async with book.begin() as c:
        later = DAY + timedelta(days=1, hours=12)
        await journal.post(c, [entry], case_id=None, cause="test", effective_at=later)

    async def told() -> list[Side]:
        found = [one async for one in reconcile(book, [Outside(Source.BANK)])]
        return [one.side for one in found if one.about == reference]

    assert await told() == []
    async with book.begin() as c:
        await outside.is_complete(c, Source.BANK, DAY + timedelta(days=1))
        await outside.is_complete(c, Source.BANK, DAY)
    assert await told() == [Side.ONLY_HERE]
