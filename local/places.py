"""Where this clone keeps what it must not lose, what it may lose, and which ports are free."""

import fcntl
import hashlib
import os
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path

import platformdirs

CLONE = Path(__file__).resolve().parent.parent
EPHEMERAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Unready(Exception):
    """Something on this machine prevents the start; the text is one line that says what to do."""


class Busy(Exception):
    """Another process holds the lock; the text is what it wrote about itself."""


def data_folder(clone: Path = CLONE) -> Path:
    """The folder of this clone's data, which other clones on the machine do not share."""
    name = hashlib.sha256(str(clone).encode()).hexdigest()[:12]
    return (_system_folder() if os.geteuid() == 0 else platformdirs.user_data_path("peerok")) / name


def system_folder() -> Path:
    """Root's folder for what the database's own user must be able to reach; others may pass."""
    return passable(_system_folder())


def cache_folder() -> Path:
    """The folder of what can be built again."""
    return platformdirs.user_cache_path("peerok", ensure_exists=True)


def passable(folder: Path) -> Path:
    """Make a folder that others cannot list; as root, one they can pass to what is theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def private(folder: Path) -> Path:
    """Make a folder that only its owner can enter."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a file lock, which the kernel gives back whatever becomes of us."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            raise Busy(file.read().strip()) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()}")
        file.flush()
        yield


def free_ports(count: int) -> list[int]:
    """TCP ports of the loopback interface that nobody uses.

    As long as there are others, none is one of the ephemeral ports, which any outgoing connection
    may take before somebody listens on it.
    """
    ports = range(10_000, _first_ephemeral_port())
    found = list(islice(filter(_is_free, random.sample(ports, len(ports))), count))
    return found if len(found) == count else _ephemeral_ports(count)


def _ephemeral_ports(count: int) -> list[int]:
    with ExitStack() as probes:
        sockets = [
            probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [probe.getsockname()[1] for probe in sockets]


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _first_ephemeral_port() -> int:
    with suppress(OSError):
        return int(EPHEMERAL_PORTS.read_text().split()[0])
    return 32_768


def _system_folder() -> Path:
    return Path("/var/lib/peerok")
