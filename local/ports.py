"""Says who holds a port before anything is started that needs it."""

import errno
import socket
from collections.abc import Mapping
from pathlib import Path

import psutil

from local.places import Unready


def require_free(ports: Mapping[str, int]) -> None:
    """Unready, with a line for each of these named ports that somebody listens on."""
    taken = [_complaint(name, port) for name, port in ports.items() if not _is_free(port)]
    if taken:
        raise Unready("\n".join(taken))


def _complaint(name: str, port: int) -> str:
    advice = "Stop it, then run this again."
    return f"Port {port}, which {name} needs, is taken by {_holder(port)}. {advice}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections that linger after a restart are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as refusal:
            if refusal.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def _holder(port: int) -> str:
    """The process that listens on a port, as far as this user may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", 0) == port and connection.pid:
                command = " ".join(psutil.Process(connection.pid).cmdline())
                return f"process {connection.pid} ({_shortened(command)})"
    except psutil.Error:
        pass
    return "another process"


def _shortened(command: str, limit: int = 100) -> str:
    command = command.replace(str(Path.home()), "~")
    return command if len(command) <= limit else f"{command[: limit - 1]}…"
