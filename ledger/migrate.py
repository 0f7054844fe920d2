"""The schema goes up and down in one transaction, and only one migration runs at a time."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from ledger import database

MIGRATIONS = Path(__file__).parent / "migrations"
APP = "peerok_app"
"""The application's role; migrations grant it what it may do, and an operator makes it."""
T = TypeVar("T")
LOCK = 0x0BEE0C
"""Any number nobody else uses: who migrates holds this advisory lock."""


class RoleMissing(Exception):
    """The database has no role for the application; the text says what to do."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to the revision; nothing happens when it is there already."""
    asyncio.run(_alone(url, lambda c: command.upgrade(_config(_with_role(c)), revision)))


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to the revision; `base` is an empty database."""
    asyncio.run(_alone(url, lambda c: command.downgrade(_config(c), revision)))


def current(url: str) -> str | None:
    """The revision the schema is at; None before the first."""
    return asyncio.run(_alone(url, revision_of))


def revision_of(connection: Connection) -> str | None:
    """The revision of an open connection's database."""
    return MigrationContext.configure(connection).get_current_revision()


async def _alone(url: str, act: Callable[[Connection], T]) -> T:
    engine = database.connect(url, pool=1)
    try:
        async with engine.begin() as connection:
            # Who migrates waits for whoever migrates already, and for long transactions.
            await connection.execute(text("set local lock_timeout = 0"))
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _with_role(connection: Connection) -> Connection:
    if not connection.scalar(text("select 1 from pg_roles where rolname = :name"), {"name": APP}):
        raise RoleMissing(f"the role {APP} is missing: as superuser, create role {APP} login")
    return connection
