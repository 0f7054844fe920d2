"""Programs of others that tests hold ours against, built by Go where there is Go, and kept."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

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
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"no Go on this machine to build {pinned}")
    environment = os.environ | {"GOBIN": str(folder), "GOTOOLCHAIN": "local"}
    command = [go, "install", pinned]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"there is Go, and {pinned} could not be built: {done.stderr}"


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
