"""Fixtures of a world that tests share, each with people of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local.mail import MailCatcher
from local.postgres import Postgres
from tests.life import Life
from tests.world import World, database, namespace, opened, settings_for, working


@pytest.fixture(scope="session")
def world_database(postgres_server: Postgres) -> Iterator[str]:
    """The migrated database of the shared world."""
    with database(postgres_server, "world") as url:
        yield url


@pytest.fixture(scope="session")
async def world(
    world_database: str,
    temporal_address: str,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """The running product: the API in this process, a worker beside it, both on real servers."""
    files: Path = tmp_path_factory.mktemp("world_files")
    ours = await namespace(temporal_address, "world")
    settings = settings_for(world_database, temporal_address, ours, mail.smtp_port, files)
    async with opened(settings) as world, working(settings):
        yield world


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    """A client with money and a freelancer; after the test the books must be right."""
    yield await Life.begin(world)
    assert await world.violations() == []
