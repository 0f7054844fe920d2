"""Ten thousand entrants: rows beside the contest, one step for the award and for the shares."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.entrants import NOW, Crowd
from domain import sharing
from domain.contest_case import Contest
from domain.contest_commands import NameFinalist
from domain.policy import DAY, Policy
from ledger import cases, contest_entries
from ledger.database import connect
from ledger.invariants import violations
from local.postgres import Postgres
from tests.world import database
from workflows import options

CROWD = 10_000
ONE_ACCOUNT = text("update identity_mark set mark = repeat('a', 64)")
CLIENTS_TOO = text("""
    insert into identity_mark (source_id, person_id, kind, mark, key_id)
    values ('method_client', :client, 'payout_account', repeat('a', 64), 'k')
""")
SHARES = text("""
    select count(*), sum(balance_minor), min(balance_minor), max(balance_minor)
      from account where kind = 'earnings' and owner like 'user%' and balance_minor > 0
""")


@pytest.fixture(scope="module")
def crowd_database(postgres_server: Postgres) -> Iterator[str]:
    """A database of ten thousand people."""
    with database(postgres_server, "crowd") as url:
        yield url


@pytest.fixture(scope="module")
async def crowd(crowd_database: str) -> AsyncIterator[Crowd]:
    """Everybody is there, and a client with money."""
    engine = connect(crowd_database)
    yield await Crowd.gathered(engine, CROWD)
    await engine.dispose()


async def test_an_award_among_ten_thousand_takes_what_one_among_ten_takes(crowd: Crowd) -> None:
    """It looks at the entry it names, and at no other; everybody else reads that prizes are won."""
    took = []
    for many in (CROWD, 10):
        await crowd.posted(100_00, 50_00, many=many)
        await crowd.until(NOW + 4 * DAY)
        assert await crowd.told("judging_begun") == many + 1
        async with crowd.engine.connect() as c:
            assert await contest_entries.many(c, crowd.contest) == many
        with counted(crowd.engine) as statements:
            outcome = await crowd.award(2, NOW + 5 * DAY)
        took.append(len(statements))
        assert outcome.case.state == "handing_over"
        # With the second award the contest came to wait, of which everybody hears.
        assert await crowd.told("prizes_awarded") == 2 * (many - 1)
    assert took[0] == took[1]


async def test_what_happens_twice_in_an_hour_is_told_to_a_crowd_once(crowd: Crowd) -> None:
    """Each finalist reads of their own entry; all others that there are finalists."""
    await crowd.posted(100_00)
    async with crowd.engine.connect() as c:
        entries = await contest_entries.listed(c, crowd.contest, after=None, limit=3)
    for entry, after in zip(entries, (0, 50, 61), strict=True):
        at = NOW + timedelta(minutes=after)
        await crowd.decides(NameFinalist(entry=entry["id"]), at)
    # At first all; then the second finalist; an hour after the first, all but the second one.
    assert await crowd.told("finalist_named") == CROWD + 1 + (CROWD - 1)


async def test_ten_thousand_share_two_prizes_in_one_step(crowd: Crowd) -> None:
    """Exactly, with as many statements as ten would take; everybody is told."""
    end = NOW + (3 + 14 + 30) * DAY
    statements = await shared(crowd, CROWD, end)
    async with crowd.engine.connect() as c:
        [(many, total, least, most)] = await c.execute(SHARES)
        assert await violations(c) == []
    # 1.80 for everybody of the first prize; of the second 1.00 more for nine hundred.
    assert (many, total, least, most) == (CROWD, 18_900_00, 1_80, 2_80)
    assert statements == await shared(crowd, 10, end)


async def shared(crowd: Crowd, many: int, end: datetime) -> int:
    """So many share what nobody won; how many statements the step was."""
    await crowd.posted(20_000_00, 1_000_00, many=many)
    assert (await crowd.until(end - timedelta(hours=1))).case.state == "distributing"
    with counted(crowd.engine) as statements:
        outcome = await crowd.until(end + timedelta(hours=1))
    assert outcome.case.state == "closed"
    assert await crowd.told("prizes_shared") == many + 1
    return len(statements)


async def test_ten_thousand_with_one_account_share_once_and_nothing_with_the_client(
    crowd: Crowd,
) -> None:
    """What is read grows with the people, not with pairs, which would take far too long."""
    await crowd.posted(100_00)
    async with crowd.engine.connect() as c:
        pair = await cases.read(c, crowd.contest)
        assert pair is not None and isinstance(pair.first, Contest), "it was posted"
        await c.execute(ONE_ACCOUNT)
        await c.execute(text(f"set local statement_timeout = '{options.STEP_TIMEOUT.seconds}s'"))
        everybody = await contest_entries.entrants(c, pair.first)
        [earliest] = sharing.among(everybody, Policy())
        assert (len(everybody), earliest) == (CROWD, "user_" + "1".rjust(26, "0"))
        await c.execute(CLIENTS_TOO, {"client": crowd.client})
        assert await contest_entries.entrants(c, pair.first) == ()
        await c.rollback()


@contextmanager
def counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(*about: Any) -> None:
        statements.append(about[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", note)
