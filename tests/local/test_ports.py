"""A busy port is told in one line, before anything starts."""

import os
import socket
from pathlib import Path

import pytest

from local import places
from local.places import Unready, free_ports
from local.ports import require_free


def test_a_busy_port_names_its_holder_and_what_to_do() -> None:
    """One reads the port, what needs it, and the process to stop."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unready) as refused:
            require_free({"the API": port})
    with socket.create_server(("127.0.0.1", port)) as again:
        assert again.getsockname()[1] == port
    line = str(refused.value)
    assert f"Port {port}, which the API needs, is taken by process {os.getpid()}" in line
    assert "Stop it" in line
    assert "\n" not in line


def test_a_port_taken_on_every_address_is_busy_too() -> None:
    """Other programs listen on all interfaces."""
    with socket.create_server(("0.0.0.0", 0)) as taken, pytest.raises(Unready):
        require_free({"the API": taken.getsockname()[1]})


def test_a_port_that_was_just_closed_is_free() -> None:
    """A second `make run` right after the first does not trip over lingering connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            client.recv(1)
    require_free({"the API": port})
    with socket.create_server(("127.0.0.1", port)) as again:
        assert again.getsockname()[1] == port


def test_free_ports_are_not_ephemeral_ones() -> None:
    """An outgoing connection of anybody would take one before its server is up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lent = set()
        for _ in range(30):
            with socket.create_connection(listener.getsockname()) as client:
                lent.add(client.getsockname()[1])
    assert max(free_ports(300)) < min(lent)


def test_where_all_ports_are_ephemeral_some_are_free_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system may give all of them to outgoing connections."""
    ranges = tmp_path / "ip_local_port_range"
    ranges.write_text("1024\t65535\n")
    monkeypatch.setattr(places, "EPHEMERAL_PORTS", ranges)
    assert len(set(free_ports(50))) == 50


def test_free_ports_differ() -> None:
    """A stack never gives one port to two servers."""
    assert len(set(free_ports(50))) == 50
