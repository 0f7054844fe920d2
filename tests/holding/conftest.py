"""A house for these tests, on a Temporal server and a database of its own."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.migrate import upgrade
from local import temporal_binary
from local.mail import MailCatcher
from local.places import free_ports
from local.postgres import OWNER, Postgres
from local.temporal import TemporalServer
from settings import Settings
from tests.holding.house import House, opened
from tests.holding.parties import Cast, gathered


@pytest.fixture(scope="package")
def holding_temporal(server_folder: Path) -> Iterator[TemporalServer]:
    """A Temporal server on which no worker of other tests is."""
    server = TemporalServer(temporal_binary.find(), server_folder / "holding", *free_ports(1))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def holding_settings(
    postgres_server: Postgres,
    holding_temporal: TemporalServer,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Settings for a database of our own."""
    postgres_server.create_database("holding")
    upgrade(postgres_server.url("holding", OWNER))
    yield Settings(
        database_url=postgres_server.url("holding"),
        database_pool=50,
        temporal_address=holding_temporal.address,
        files_url=tmp_path_factory.mktemp("files").as_uri(),
        smtp_port=mail.smtp_port,
        login_limit="1000/second",
        signup_limit="1000/second",
        outcome_wait=timedelta(seconds=10),
    )
    postgres_server.drop_database("holding")


@pytest.fixture(scope="package")
async def house(holding_settings: Settings) -> AsyncIterator[House]:
    """The house; nothing works in it until a test says so."""
    async with opened(holding_settings) as house:
        yield house


@pytest.fixture(scope="package")
async def cast(house: House) -> Cast:
    """Its people."""
    return await gathered(house)


@pytest.fixture
async def books_balance(house: House) -> AsyncIterator[None]:
    """Whatever a test does, the book holds what it must at its end."""
    yield
    assert await house.found_wrong() == []
