"""A world for these tests, in which nobody works until a test says so."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import AsyncClient
from temporalio.common import RetryPolicy

from api.main import create
from local import temporal, temporal_binary
from local.mail import MailCatcher
from local.places import free_ports
from local.postgres import Postgres
from local.temporal import TemporalServer
from tests.holding.hands import hurried
from tests.life import Life
from tests.world import World, database, namespace, opened, settings_for
from workflows import options

LIMITS = {
    "limit.historyCount.suggestContinueAsNew": "12",
    "history.maximumSignalsPerExecution": "50",
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "1",
}
UNREACHABLE = "127.0.0.1:1"


@pytest.fixture(scope="session")
def holding_database(postgres_server: Postgres) -> Iterator[str]:
    """A database of our own."""
    with database(postgres_server, "holding") as url:
        yield url


@pytest.fixture(scope="session")
async def world(
    holding_database: str,
    temporal_address: str,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """The product without a worker."""
    name = await namespace(temporal_address, "holding")
    files = tmp_path_factory.mktemp("files")
    settings = settings_for(
        holding_database, temporal_address, name, mail.smtp_port, files, database_pool=50
    )
    async with opened(settings) as world:
        yield world


@pytest.fixture(scope="session")
async def unheard(world: World) -> AsyncIterator[AsyncClient]:
    """Another process of the same API, whose signals reach nobody."""
    app = create(world.settings.model_copy(update={"temporal_address": UNREACHABLE}))
    async with app.router.lifespan_context(app), hurried(app) as http:
        yield http


@pytest.fixture
async def life(world: World) -> AsyncIterator[Life]:
    """Two people; whatever becomes of them, the books balance at the end."""
    yield await Life.begin(world)
    assert await world.violations() == []


@pytest.fixture(scope="session")
def strict_address(server_folder: Path) -> Iterator[str]:
    """A server with the smallest limits."""
    [port] = free_ports(1)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIMITS.items():
            patch.setitem(temporal.DYNAMIC_CONFIG, name, value)
        server = TemporalServer(temporal_binary.find(), server_folder / "strict", port)
    server.start()
    yield server.address
    server.stop()


@pytest.fixture(scope="session")
def strict_database(postgres_server: Postgres) -> Iterator[str]:
    """A database for the cases on that server."""
    with database(postgres_server, "strict") as url:
        yield url


@pytest.fixture(scope="session")
async def strict(
    strict_address: str,
    strict_database: str,
    mail: MailCatcher,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """A world where a dozen events are a long history, fifty signals many, one failure enough."""
    files = tmp_path_factory.mktemp("strict")
    settings = settings_for(strict_database, strict_address, "default", mail.smtp_port, files)
    async with opened(settings) as world:
        yield world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stuck after a second, and no try by itself within the hour."""
    monkeypatch.setattr(options, "STUCK_AFTER", timedelta(seconds=1))
    monkeypatch.setattr(options, "WITHOUT_END", RetryPolicy(initial_interval=timedelta(hours=1)))
