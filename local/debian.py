"""Debian's PostgreSQL 15, which has the extension that Temporal's visibility store needs."""

import os
import shutil
import subprocess
from pathlib import Path

from local.places import Unready
from local.postgres import Programs
from local.progress import step

PACKAGE = "postgresql-15"
FOLDER = Path("/usr/lib/postgresql/15/bin")
PROGRAMS = Programs(FOLDER, ("--no-locale",))
INSTALL = f"apt-get install {PACKAGE}"


def installed() -> bool:
    """Whether this machine has it."""
    return (FOLDER / "postgres").exists()


def require() -> None:
    """Install it where it is missing and we may; else Unready."""
    if installed():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unready(f"This takes Debian's PostgreSQL 15; as root: {INSTALL}")
    with step("Installing Debian's PostgreSQL 15"):
        _apt_get("update", "-qq")
        _apt_get("install", "-qq", "-y", PACKAGE)


def _apt_get(*words: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *words], check=False, capture_output=True, text=True, env=quiet
    )
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unready(f"Debian's PostgreSQL 15 cannot be installed ({why}); try: {INSTALL}")
