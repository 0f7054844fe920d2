"""The servers that tests run against: our own, on free ports, gone with the test session."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from local import temporal_binary
from local.mail import MailCatcher
from local.places import free_ports, passable
from local.postgres import Postgres
from local.temporal import TemporalServer

pytest_plugins = ["tests.living"]

# A machine that is busy with other things is slow, and no test is about that.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short folder that the database's own user can reach, unlike pytest's."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL with our roles and the empty database `peerok`."""
    server = Postgres(server_folder / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def temporal_server(server_folder: Path) -> Iterator[TemporalServer]:
    """A Temporal server in memory, with our search attributes and time skipping."""
    [port] = free_ports(1)
    server = TemporalServer(temporal_binary.find(), server_folder / "log", port)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def temporal_address(temporal_server: TemporalServer) -> str:
    """Where that server listens."""
    return temporal_server.address


@pytest.fixture(scope="session")
def mail(server_folder: Path) -> Iterator[MailCatcher]:
    """A mail server that takes everything but what its refusing domains get."""
    folder = server_folder / "mail"
    catcher = MailCatcher(folder, server_folder / "log", *free_ports(2))
    catcher.start()
    yield catcher
    catcher.stop()
