"""The schema goes up and down, from nothing and over data, and is what tables.py says."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.accounts import NEVER_ABOVE_ZERO, NEVER_BELOW_ZERO, PERSONAL, SHARED, Kind
from ledger import all_tables, migrate
from ledger.database import connect
from local.postgres import OWNER
from tests.ledger import acts
from tests.ledger.elsewhere import Server

LEFT = """
    select relname from pg_class where relnamespace = 'public'\\:\\:regnamespace
    union all select proname from pg_proc where pronamespace = 'public'\\:\\:regnamespace
"""
SHAPE = """
    select 'column', table_name, column_name, format('%s %s %s %s', data_type, is_nullable,
           column_default, is_identity)
      from information_schema.columns
      join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE'
    union all
    select 'constraint', conrelid\\:\\:regclass\\:\\:text, conname, pg_get_constraintdef(oid)
      from pg_constraint
     where connamespace = 'public'\\:\\:regnamespace and contype <> 'n' and conrelid <> 0
       and contype <> 't'
    union all
    select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
    union all
    select 'table', relname, '', format('%s %s', reloptions, obj_description(oid, 'pg_class'))
      from pg_class where relkind = 'r' and relnamespace = 'public'\\:\\:regnamespace
    union all
    select 'comment', attrelid\\:\\:regclass\\:\\:text, attname, col_description(attrelid, attnum)
      from pg_attribute
      join pg_class on pg_class.oid = attrelid and relkind = 'r'
     where relnamespace = 'public'\\:\\:regnamespace and attnum > 0 and not attisdropped
"""

PUBLIC = """
    insert into person (id, email, name, password_hash) values ('user_x', 'x', 'x', 'x');
    insert into profile (person_id) values ('user_x');
    insert into publication (subject_id, kind, owner_id, title, summary, currency, state, visible)
    values ('user_x', 'freelancer', 'user_x', 'x', 'x', 'USD', 'published', true),
           ('listing_x', 'listing', 'user_x', 'x', 'x', 'USD', 'listed', true)
"""
LOOKED = """
    insert into case_access (case_id, person_id, role, what)
    select cases.id, person.id, 'staff', what
      from cases, person, unnest(array['brief', 'entries']) what
     limit 2
"""


WRITTEN = Path(__file__).with_name("migrations.txt")
SCRIPTS = Path(migrate.__file__).parent / "migrations" / "sql"


def test_a_migration_is_never_changed_only_followed() -> None:
    """Databases that have taken it would keep what it was; add a line for a new one alone."""
    written = dict(line.split()[::-1] for line in WRITTEN.read_text().splitlines())
    there = {one.name: sha256(one.read_bytes()).hexdigest() for one in SCRIPTS.glob("*.sql")}
    assert there == written


async def _all(url: str, query: str) -> set[tuple[Any, ...]]:
    engine = connect(url, pool=1)
    async with engine.connect() as c:
        rows = {tuple(row) for row in await c.execute(text(query))}
    await engine.dispose()
    return {row for row in rows if "alembic_version" not in row}


def test_the_schema_goes_up_from_nothing_and_back_to_nothing(server: Server, empty: str) -> None:
    """Down leaves no table, view, sequence or function behind, and up works again."""
    url = server.url(empty, OWNER)
    assert migrate.current(url) is None
    for _ in range(2):
        migrate.upgrade(url)
        assert migrate.current(url) == "0029"
        migrate.downgrade(url, "base")
        assert migrate.current(url) is None


async def test_down_leaves_nothing_behind(server: Server, empty: str) -> None:
    """Only Alembic's own empty table stays."""
    await in_thread(migrate.upgrade, server.url(empty, OWNER))
    await in_thread(migrate.downgrade, server.url(empty, OWNER), "base")
    assert await _all(server.url(empty, OWNER), LEFT) == {("alembic_version_pkc",)}


async def test_a_filled_book_goes_down_and_up_again(server: Server, empty: str) -> None:
    """Guards against deleting rows do not keep the schema's owner from taking it back."""
    url = server.url(empty, OWNER)
    await in_thread(migrate.upgrade, url)
    await _fill(server.url(empty))
    await in_thread(migrate.downgrade, url, "base")
    await in_thread(migrate.upgrade, url)
    await _fill(server.url(empty))


async def test_who_is_found_by_a_profile_leaves_with_it(server: Server, empty: str) -> None:
    """Without profiles nobody is found as a freelancer; listings and the rest stay public."""
    url = server.url(empty, OWNER)
    await in_thread(migrate.upgrade, url)
    engine = connect(url, pool=1)
    async with engine.begin() as c:
        for statement in PUBLIC.split(";"):
            await c.execute(text(statement))
    await engine.dispose()
    await in_thread(migrate.downgrade, url, "0025")
    left = await _all(server.url(empty), "select subject_id, kind from publication")
    assert left == {("listing_x", "listing")}
    await in_thread(migrate.upgrade, url)


async def test_looks_at_entries_leave_with_what_writes_them_down(
    server: Server, empty: str
) -> None:
    """Looks at briefs and files stay, and no row of theirs can be changed or deleted again."""
    url = server.url(empty, OWNER)
    await in_thread(migrate.upgrade, url)
    await _fill(server.url(empty))
    engine = connect(url, pool=1)
    async with engine.begin() as c:
        await c.execute(text(LOOKED))
    await in_thread(migrate.downgrade, url, "0028")
    assert await _all(url, "select what from case_access") == {("brief",)}
    async with engine.connect() as c:
        with pytest.raises(DBAPIError, match="case_access"):
            await c.execute(text("delete from case_access"))
    await engine.dispose()
    await in_thread(migrate.upgrade, url)


async def test_upgrading_what_is_up_to_date_changes_nothing(server: Server, empty: str) -> None:
    """An upgrade may run at every start: what was written stays."""
    await in_thread(migrate.upgrade, server.url(empty, OWNER))
    await _fill(server.url(empty))
    before = await _all(server.url(empty), "select * from posting_line")
    await in_thread(migrate.upgrade, server.url(empty, OWNER))
    assert await _all(server.url(empty), "select * from posting_line") == before != set()


def test_processes_that_migrate_at_once_take_turns(server: Server, empty: str) -> None:
    """The second finds the work of the first done."""
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate.upgrade, server.url(empty, OWNER)) for _ in range(3)]:
            done.result()
    assert migrate.current(server.url(empty, OWNER)) == "0029"


def test_without_the_application_s_role_nothing_is_migrated(
    server: Server, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says which role to make, before anything was changed."""
    monkeypatch.setattr(migrate, "APP", "nobody_made_this")
    with pytest.raises(migrate.RoleMissing, match="create role nobody_made_this login"):
        migrate.upgrade(server.url(empty, OWNER))
    assert migrate.current(server.url(empty, OWNER)) is None


async def test_alembic_sees_no_difference_between_the_tables_and_the_schema(
    owner: AsyncEngine,
) -> None:
    """Types, defaults, indexes and keys: a change of tables.py needs a migration."""

    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        now = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(now, all_tables.metadata))

    async with owner.connect() as c:
        assert await c.run_sync(differences) == []


async def test_the_tables_as_python_makes_them_are_those_of_the_migrations(
    server: Server, migrated: str, empty: str
) -> None:
    """Alembic compares no CHECK and no predicate, PostgreSQL's catalogue has all of them."""
    engine = connect(server.url(empty, OWNER), pool=1)
    async with engine.begin() as c:
        await c.run_sync(all_tables.metadata.create_all)
    await engine.dispose()
    ours = await _all(server.url(empty, OWNER), SHAPE)
    assert ours ^ await _all(server.url(migrated, OWNER), SHAPE) == set()


async def test_the_database_knows_the_chart_of_accounts(app: AsyncEngine) -> None:
    """Kinds, floors, ceilings, shards and the order of locks are those of the law."""
    cases = {Kind.ESCROW, Kind.IN_TRANSIT}
    chart = {
        (
            kind.value,
            0 if kind in NEVER_BELOW_ZERO else None,
            0 if kind in NEVER_ABOVE_ZERO else None,
            kind in SHARED,
            1 if kind in PERSONAL else 2 if kind in cases else 3,
        )
        for kind in Kind
    }
    async with app.connect() as c:
        rows = await c.execute(
            text("select kind, floor, ceiling, shared, lock_rank from account_kind")
        )
        assert {tuple(row) for row in rows} == chart


async def _fill(url: str) -> None:
    engine = connect(url, pool=1)
    await acts.post(engine, acts.transfer(await acts.funded(engine, 10), acts.name("usr"), 5))
    async with engine.begin() as c:
        for statement in acts.DECIDED_CASE.format(case="job_x").split(";"):
            await c.execute(text(statement))
    assert await acts.found_wrong(engine) == []
    await engine.dispose()


async def in_thread(act: Any, *arguments: str) -> None:
    """Migrations bring their own event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(act, *arguments).result()
