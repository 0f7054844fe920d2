"""One engine per process: asyncpg, READ COMMITTED, and connections that heal by themselves."""

from weakref import WeakKeyDictionary

from asyncpg import Connection
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

CONFLICTS = frozenset({"40001", "40P01"})
"""A serialization failure and a deadlock: the transaction may simply be run again."""
AWAY = ("57P01", "57P02", "57P03", "08")
"""The server is being stopped, has crashed, or is starting up, or the connection (all of class 08)
was lost in the middle of something: it will be back."""
WAITED_TOO_LONG = "55P03"
"""Somebody else held the lock for longer than `lock_timeout`."""

SESSION = {
    # Rows that a function answers as JSON hold their times in the session's zone.
    "timezone": "UTC",
    # Our statements are short: compiling one takes longer than running it.
    "jit": "off",
    # A host that freezes in a transaction, or that the network has lost, holds a case's row:
    # the server ends its session, and whoever waited meanwhile is told so instead of hanging.
    "idle_in_transaction_session_timeout": "20s",
    "lock_timeout": "15s",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What every session of ours asks of the server; keepalives mean nothing on a Unix socket."""

PLAN_ANEW = text("set local plan_cache_mode = force_custom_plan")

_AT_ONCE: WeakKeyDictionary[AsyncEngine, AsyncEngine] = WeakKeyDictionary()
"""The same pool with other options, made once for each engine."""


def connect(url: str, pool: int = 10) -> AsyncEngine:
    """An engine for a `postgresql://` URL, over TCP or (`?host=/folder`) a Unix socket.

    Up to `pool` connections are open; whoever needs one more waits.
    """
    engine = create_async_engine(
        _dialect(make_url(url)),
        pool_size=pool,
        max_overflow=0,
        isolation_level="READ COMMITTED",
        # What people wrote, and who they are, stays out of errors and so out of every log.
        hide_parameters=True,
        connect_args={"server_settings": SESSION},
    )
    event.listen(engine.sync_engine, "checkout", _open_again)
    return engine


SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of a connection whose statements all see what was committed when the first began."""


def to_read(engine: AsyncEngine) -> AsyncConnection:
    """A connection for reads alone: each statement sees what is committed when it begins.

    That is what READ COMMITTED gives them anyway, here without a BEGIN and a ROLLBACK to wait for.
    """
    return at_once(engine)


def at_once(engine: AsyncEngine) -> AsyncConnection:
    """A connection each statement of which is a transaction of its own."""
    if engine not in _AT_ONCE:
        _AT_ONCE[engine] = engine.execution_options(isolation_level="AUTOCOMMIT")
    return _AT_ONCE[engine].connect()


async def plan_anew(c: AsyncConnection) -> None:
    """Until the transaction ends, each statement is planned for its values, and tables as they are.

    A plan that is kept is of a time when they may have been all but empty: it reads them whole, for
    each row again, until PostgreSQL has looked at them anew. Planning each time takes longer than
    most of our statements do, so this is for those that join what grows by what is no key.
    """
    await c.execute(PLAN_ANEW)


def sqlstate(error: BaseException) -> str | None:
    """The five characters PostgreSQL answered with, or None when it was not PostgreSQL."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def is_away(error: BaseException) -> bool:
    """Whether the same request, sent again in a while, may well succeed."""
    said = sqlstate(error) or ""
    return said.startswith(AWAY) or said == WAITED_TOO_LONG


def in_short(error: BaseException) -> str:
    """What went wrong without any value: PostgreSQL's code and constraint, or the class alone.

    An error's own words may hold a whole row (`Failing row contains …`) or what somebody sent.
    """
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    said = getattr(error.orig, "__cause__", None) or error.orig
    constraint = getattr(said, "constraint_name", None)
    return " ".join(filter(None, (sqlstate(error), constraint or type(said).__name__)))


def is_serialization_conflict(error: BaseException) -> bool:
    """Whether the same transaction, run again, may well succeed."""
    return sqlstate(error) in CONFLICTS


def _dialect(url: URL) -> URL:
    """asyncpg's URL; what libpq calls `sslmode` is its `ssl`."""
    query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


def _open_again(
    dbapi: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection
) -> None:
    """Replace a connection the server has closed, without asking the server each time."""
    driver = entry.driver_connection
    assert isinstance(driver, Connection)
    if driver.is_closed():
        raise DisconnectionError
