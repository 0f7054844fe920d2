"""The engine takes the URLs people write, and gets over a database that went away."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger import journal
from ledger.database import (
    SESSION,
    WAITED_TOO_LONG,
    connect,
    in_short,
    is_serialization_conflict,
    sqlstate,
    to_read,
)
from tests.ledger import acts
from tests.ledger.elsewhere import Server

ACCOUNTS = text("select count(*) from account where owner = :owner")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgresql://me@/book?host=/run/pg", "postgresql+asyncpg://me@/book?host=%2Frun%2Fpg"),
        ("postgresql://me:x@db:6432/book", "postgresql+asyncpg://me:x@db:6432/book"),
        ("postgresql://db/book?sslmode=require", "postgresql+asyncpg://db/book?ssl=require"),
    ],
)
def test_a_plain_url_becomes_the_driver_s(given: str, expected: str) -> None:
    """Over a socket, over TCP, and with libpq's word for encryption."""
    assert connect(given).url.render_as_string(hide_password=False) == expected


async def test_a_transaction_reads_what_is_committed(app: AsyncEngine) -> None:
    """The ledger's functions count on each statement seeing what others have committed."""
    async with app.connect() as c:
        assert await c.scalar(text("show transaction_isolation")) == "read committed"


async def test_sessions_the_server_ended_are_replaced(
    server: Server, migrated: str, superuser: AsyncEngine
) -> None:
    """After a restart of the database the next transaction finds a new connection."""
    engine = connect(server.url(migrated), pool=1)
    query = text("select pg_backend_pid()")
    async with engine.connect() as c:
        before = await c.scalar(query)
    async with superuser.connect() as c:
        await c.execute(text("select pg_terminate_backend(:pid)"), {"pid": before})
    await asyncio.sleep(0.2)
    async with engine.connect() as c:
        assert await c.scalar(query) != before
    await engine.dispose()


async def test_a_host_that_freezes_in_a_transaction_gives_its_rows_back(
    server: Server, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends its session; here after a moment, in the product after its 20 seconds."""
    monkeypatch.setitem(SESSION, "idle_in_transaction_session_timeout", "300ms")
    frozen, other = connect(server.url(migrated)), connect(server.url(migrated))
    lock = text("select pg_advisory_xact_lock(4711)")
    one = await frozen.connect()
    await one.execute(lock)
    async with other.begin() as c, asyncio.timeout(5):
        await c.execute(lock)
    with pytest.raises(DBAPIError):
        await one.execute(lock)
    await one.close()
    for engine in (frozen, other):
        await engine.dispose()


async def test_nobody_waits_for_a_lock_for_ever(
    server: Server, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has waited too long is told so, and that it was this."""
    monkeypatch.setitem(SESSION, "lock_timeout", "200ms")
    engine = connect(server.url(migrated))
    lock = text("select pg_advisory_xact_lock(4712)")
    async with engine.begin() as holder, asyncio.timeout(5):
        await holder.execute(lock)
        with pytest.raises(DBAPIError) as waited:
            async with engine.begin() as c:
                await c.execute(lock)
    assert sqlstate(waited.value) == WAITED_TOO_LONG
    await engine.dispose()


async def test_every_session_is_bounded(app: AsyncEngine) -> None:
    """A frozen or lost host holds a case's row for seconds, not for hours."""
    async with app.connect() as c:
        assert await c.scalar(text("show idle_in_transaction_session_timeout")) == "20s"
        assert await c.scalar(text("show lock_timeout")) == "15s"


async def test_an_error_in_short_holds_no_value(app: AsyncEngine) -> None:
    """Not what was sent and not the row it was about: the code and the constraint alone."""
    row = {"email": "Quagga@Example.com", "name": "Zanzibar"}
    query = "insert into person (id, email, name, password_hash) values (:name, :email, :name, 'x')"
    with pytest.raises(DBAPIError) as refused:
        async with app.begin() as c:
            await c.execute(text(query), row)
    assert in_short(refused.value) == "23514 ck_person_email_is_lower_case"
    assert in_short(ValueError("Quagga")) == "ValueError"
    with pytest.raises(DBAPIError) as unknown:
        async with app.begin() as c:
            await c.execute(text("select :name / 0 from nowhere"), {"name": 4711})
    assert in_short(unknown.value) == "42P01 UndefinedTableError"
    assert "4711" not in str(unknown.value)


async def test_a_deadlock_is_a_conflict_and_a_refusal_is_not(app: AsyncEngine) -> None:
    """Only what may succeed unchanged is worth another try."""
    ana, ben = await acts.funded(app, 10), await acts.funded(app, 10)
    async with app.connect() as one, app.connect() as two:
        lock = text("select wallets(array[:person], 'USD')")
        await one.execute(lock, {"person": ana})
        await two.execute(lock, {"person": ben})
        crossing = one.execute(lock, {"person": ben}), two.execute(lock, {"person": ana})
        results = await asyncio.gather(*crossing, return_exceptions=True)
    [deadlock] = [result for result in results if isinstance(result, BaseException)]
    assert is_serialization_conflict(deadlock)
    with pytest.raises(DBAPIError) as refused:
        async with app.begin() as c:
            await c.execute(text("delete from leg"))
    assert not is_serialization_conflict(refused.value)
    assert not is_serialization_conflict(ValueError())


async def test_a_connection_to_read_sees_each_commit_and_holds_no_transaction(
    app: AsyncEngine,
) -> None:
    """Each statement begins anew, and the connection goes back as one that opens transactions."""
    mine = text("select pg_current_xact_id()")
    person = acts.name("usr")
    async with to_read(app) as reader:
        before = await reader.scalar(ACCOUNTS, {"owner": person})
        async with app.begin() as c:
            await journal.open_accounts(c, person)
        assert before == 0
        assert await reader.scalar(ACCOUNTS, {"owner": person}) > 0
        assert await reader.scalar(mine) != await reader.scalar(mine)
    async with app.begin() as c:
        assert await c.scalar(mine) == await c.scalar(mine)
