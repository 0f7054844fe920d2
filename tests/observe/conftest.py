"""A world of our own, whose books a test may damage."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger.database import connect
from local.postgres import Postgres
from tests.world import Grounds, World, database


@pytest.fixture(scope="session")
def observed_database(postgres_server: Postgres) -> Iterator[str]:
    """A database of our own."""
    with database(postgres_server, "observed") as url:
        yield url


@pytest.fixture(scope="session")
async def world(observed_database: str, grounds: Grounds) -> AsyncIterator[World]:
    """The running product."""
    async with grounds.product("observed", observed_database) as world:
        yield world


@pytest.fixture(scope="session")
async def superuser(
    postgres_server: Postgres, observed_database: str
) -> AsyncIterator[AsyncEngine]:
    """Somebody who may switch the guards of the books off."""
    engine = connect(postgres_server.url("observed", "postgres"), pool=2)
    yield engine
    await engine.dispose()
