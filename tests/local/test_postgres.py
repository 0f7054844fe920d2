"""The embedded PostgreSQL keeps what it was given, to itself, and heals what was cut short."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from local.places import Unready, passable
from local.postgres import Postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for a server that this module may mistreat."""
    made = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    """A server that a test starts and stops as it likes."""
    made = Postgres(folder, durable=False)
    yield made
    made.stop()


def test_data_survives_a_stop_and_a_crash(server: Postgres) -> None:
    """A second `make run` finds the books of the first, however that one ended."""
    server.start()
    server.sql("create table kept (n int); insert into kept values (1)", "peerok")
    server.stop()
    server.start()
    server.sql("insert into kept values (2)", "peerok")
    server.child.kill()
    server.start()
    assert server.sql("select sum(n) from kept", "peerok") == "3"


def test_a_cluster_that_was_cut_short_is_made_again(server: Postgres) -> None:
    """An initdb that was killed leaves half a cluster; nobody needs to know what to delete."""
    half = server.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert server.sql("select 1") == "1"
    assert not half.exists()


@pytest.mark.parametrize("lock", ["1\n", "2147483000\n", ""])
def test_the_lock_of_a_dead_server_is_no_obstacle(server: Postgres, lock: str) -> None:
    """After a power cut its number may belong to any process, or to none, or be missing."""
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(lock)
    server.start()
    assert server.sql("select 1") == "1"


def test_two_servers_never_share_one_folder(server: Postgres) -> None:
    """A lock file is only removed when its server is gone."""
    server.start()
    with pytest.raises(Unready, match=f"already runs .* as process {server.child.pid}"):
        Postgres(server.folder, log_folder=server.folder / "other").start()


def test_only_the_servers_user_can_enter(server: Postgres) -> None:
    """Who reaches the socket is trusted, so nobody else on the machine may reach it."""
    server.start()
    for private in (server.data, server.socket_folder):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert not psutil.Process(server.child.pid).net_connections("tcp")


async def test_the_application_has_a_role_of_its_own(postgres_server: Postgres) -> None:
    """Processes connect over the private socket, without a password, and not as the owner."""
    connection = await asyncpg.connect(postgres_server.url())
    assert await connection.fetchval("select current_user") == "peerok_app"
    await connection.close()
