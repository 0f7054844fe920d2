"""Fixtures of a world that tests share, each with people of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from local.mail import MailCatcher
from local.postgres import Postgres
from tests.life import Life
from tests.world import Grounds, World, database


@pytest.fixture(scope="session")
def world_database(postgres_server: Postgres) -> Iterator[str]:
    """The migrated database of the shared world."""
    with database(postgres_server, "world") as url:
        yield url


@pytest.fixture(scope="session")
def grounds(
    temporal_address: str, mail: MailCatcher, tmp_path_factory: pytest.TempPathFactory
) -> Grounds:
    """On these any product of the session stands."""
    return Grounds(temporal_address, mail.smtp_port, tmp_path_factory)


@pytest.fixture(scope="session")
async def world(world_database: str, grounds: Grounds) -> AsyncIterator[World]:
    """The running product."""
    async with grounds.product("world", world_database) as world:
        yield world


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    """A client with money and a freelancer; after the test the books must be right."""
    yield await Life.begin(world)
    assert await world.violations() == []
