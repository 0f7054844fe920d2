"""One migrated database on a real PostgreSQL, seen by the application and by the schema's owner."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger import migrate
from ledger.database import connect
from local.postgres import OWNER
from tests.ledger.elsewhere import Elsewhere, Server

ELSEWHERE = "PEEROK_TEST_POSTGRES"
"""A superuser's URL of the server to use instead of the one the tests start."""


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """Our own PostgreSQL, or the one that the environment names."""
    url = os.environ.get(ELSEWHERE)
    if url is None:
        ours: Server = request.getfixturevalue("postgres_server")
        return ours
    elsewhere = Elsewhere(url)
    elsewhere.start()
    return elsewhere


@contextmanager
def database(server: Server, name: str) -> Iterator[str]:
    """An empty database of that name for as long as it is needed."""
    server.drop_database(name)
    server.create_database(name)
    yield name
    server.drop_database(name)


@pytest.fixture(scope="session")
def migrated(server: Server) -> Iterator[str]:
    """The name of a migrated database."""
    with database(server, "ledger") as name:
        migrate.upgrade(server.url(name, OWNER))
        yield name


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """The name of an empty database."""
    with database(server, "ledger_empty") as name:
        yield name


@pytest.fixture(scope="session")
async def app(server: Server, migrated: str) -> AsyncIterator[AsyncEngine]:
    """The book as the application reaches it."""
    engine = connect(server.url(migrated), pool=20)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def owner(server: Server, migrated: str) -> AsyncIterator[AsyncEngine]:
    """The book as the owner of the schema reaches it."""
    engine = connect(server.url(migrated, OWNER), pool=5)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def superuser(server: Server, migrated: str) -> AsyncIterator[AsyncEngine]:
    """The book as somebody reaches it who may switch its guards off."""
    engine = connect(server.url(migrated, "postgres"), pool=2)
    yield engine
    await engine.dispose()
