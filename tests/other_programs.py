"""Programs of others that tests hold ours against: built once, by the Go that builds Temporal."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import temporal_build
from local.children import Child
from local.places import cache_folder, locked

READY_WITHIN_S = 30


def built(module: str, version: str) -> Path:
    """The module's program in the user's cache; built there once, for all who wait for it."""
    name = module.rpartition("/")[2]
    folder = cache_folder() / f"{name}-{version}"
    program = folder / name
    with locked(folder / "lock"):
        if not program.exists():
            _build(f"{module}@{version}", folder)
    return program


@contextmanager
def running(
    command: Sequence[str], logs: Path, port: int, variables: Mapping[str, str] | None = None
) -> Iterator[None]:
    """This command, from when its port answers until the block ends."""
    child = Child("other", command, logs, {**os.environ, **(variables or {})})
    child.start()
    try:
        child.wait_until(lambda: _listens(port), READY_WITHIN_S)
        yield
    finally:
        child.stop()


def _build(pinned: str, folder: Path) -> None:
    with locked(cache_folder() / "go.lock"):
        go = temporal_build.toolchain(cache_folder())
    environment = os.environ | {"GOBIN": str(folder), "GOTOOLCHAIN": "local"}
    environment.pop("GOROOT", None)
    command = [str(go), "install", pinned]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{pinned} could not be built: {done.stderr}"


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
