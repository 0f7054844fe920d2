"""A migrated database of the benchmarks' own."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger.database import connect
from local.postgres import Postgres
from tests.world import database


@pytest.fixture
def books(postgres_server: Postgres) -> Iterator[str]:
    """Where the books are."""
    with database(postgres_server, "benchmarks") as url:
        yield url


@pytest.fixture
async def app(books: str) -> AsyncIterator[AsyncEngine]:
    """The books as the application reaches them."""
    engine = connect(books, pool=5)
    yield engine
    await engine.dispose()
