"""A product of the matrix's own: in others' its people come to money, or to cases."""

from collections.abc import AsyncIterator, Iterator

import pytest

from local.postgres import Postgres
from tests.world import Grounds, World, database


@pytest.fixture(scope="session")
def matrix_database(postgres_server: Postgres) -> Iterator[str]:
    """Its migrated database."""
    with database(postgres_server, "matrix") as url:
        yield url


@pytest.fixture(scope="session")
async def world(matrix_database: str, grounds: Grounds) -> AsyncIterator[World]:
    """The running product."""
    async with grounds.product("matrix", matrix_database) as world:
        yield world
