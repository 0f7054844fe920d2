"""Finds the Temporal server's program: kept from before, built from its pin, or downloaded."""

import hashlib
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local import temporal_build, temporal_download
from local.places import Unready, cache_folder, locked
from local.progress import step

# The first version that moves a workflow's clock, which rehearsals and the 20-day tests use.
FIRST_WITH_TIME_SKIPPING = (1, 32)


@dataclass(frozen=True)
class Binary:
    """The program, and what it says about its version."""

    path: Path
    version: str

    @property
    def skips_time(self) -> bool:
        """Whether a server started from it can move a workflow's clock."""
        found = re.search(r"Server (\d+)\.(\d+)", self.version)
        return bool(found and (int(found[1]), int(found[2])) >= FIRST_WITH_TIME_SKIPPING)


@dataclass(frozen=True)
class Source:
    """What the program is built from, and the folder that keeps it."""

    module: Path = temporal_build.MODULE
    package: str = temporal_build.PACKAGE
    cache: Path = field(default_factory=cache_folder)
    name: str = "temporal"

    @property
    def folder(self) -> Path:
        """The folder of this very version: another pin is another folder."""
        pin = b"".join((self.module / name).read_bytes() for name in ("go.mod", "go.sum"))
        return self.cache / f"temporal-{hashlib.sha256(pin).hexdigest()[:12]}"


def find(source: Source | None = None) -> Binary:
    """The dev server of this pin; when it cannot be built, the one the SDK downloads."""
    return _found(source or Source(), _built_or_downloaded)


def built(source: Source) -> Binary:
    """Another program of the pinned module; Unready when it cannot be built."""
    return _found(source, _built)


def _found(source: Source, make: Callable[[Source], Binary]) -> Binary:
    """The program for this pin; makes it when it is missing, once for all who wait for it."""
    if known := _kept(source):
        return known
    source.folder.mkdir(parents=True, exist_ok=True)
    words = "building it once from its pin, up to five minutes on two cores"
    with step(f"Temporal's program {source.name}: {words}"), locked(source.folder / "lock"):
        # Whoever held the lock before us has built it.
        return _kept(source) or make(source)


def _kept(source: Source) -> Binary | None:
    return _asked(_program(source)) or _asked(_downloaded(source))


def _built(source: Source) -> Binary:
    def build(path: Path) -> None:
        temporal_build.build(source.module, source.package, source.cache, path)

    return _put(_program(source), build)


def _built_or_downloaded(source: Source) -> Binary:
    try:
        return _built(source)
    except Unready as build_failure:
        print(f"\n{build_failure}\nTrying the download of the Temporal SDK instead.", flush=True)
        return _download(source, build_failure)


def _download(source: Source, build_failure: Unready) -> Binary:
    try:
        return _put(_downloaded(source), temporal_download.download)
    except Unready as failure:
        raise Unready(
            f"No Temporal server. {build_failure} {failure} Let this machine reach the Go module"
            " proxy, or set TEMPORAL_ADDRESS to a server that already runs."
        ) from failure


def _put(path: Path, make: Callable[[Path], None]) -> Binary:
    """Make the program under another name, and take it only when it answers."""
    partial = path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    make(partial)
    if not (made := _asked(partial)):
        raise Unready(f"{partial} does not answer --version.")
    partial.rename(path)
    return Binary(path, made.version)


def _asked(path: Path) -> Binary | None:
    """The program if it answers; a truncated or foreign one does not."""
    try:
        done = subprocess.run(
            [str(path), "--version"], check=True, capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Binary(path, done.stdout.strip())


def _program(source: Source) -> Path:
    return source.folder / source.name


def _downloaded(source: Source) -> Path:
    return source.folder / f"{source.name}-from-sdk"


if __name__ == "__main__":
    try:
        found = find()
    except Unready as reason:
        raise SystemExit(str(reason)) from None
    print(f"{found.path}: {found.version}")
