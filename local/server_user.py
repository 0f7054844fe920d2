"""What root must prepare so that PostgreSQL, which refuses to run as root, can run as another."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from local.places import Unready, passable, private, system_folder

NAME = "peerok"


def needed() -> bool:
    """Whether we are root, and so must run the server as somebody else."""
    return os.geteuid() == 0


def give(folder: Path) -> None:
    """Make a folder only the server can enter, and give it everything inside.

    The user may have been removed and made again with another number since.
    """
    private(folder)
    if not needed():
        return
    user = _user()
    if folder.stat().st_uid != user.pw_uid:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def reachable(site: Path, parts: list[str], version: str) -> Path:
    """A folder with these parts of `site` that the server's user can read.

    A clone below /root cannot be entered by others, and opening it is not ours to do: so a copy.
    """
    if not needed():
        return site
    copy = system_folder() / version
    if not copy.exists():
        partial = copy.with_name(f"{version}.{os.getpid()}.new")
        for part in parts:
            shutil.copytree(site / part, passable(partial) / part, symlinks=True)
        _publish(partial, copy)
    return copy


def _publish(partial: Path, final: Path) -> None:
    try:
        partial.rename(final)
    except OSError:
        # Another process was faster, with the same content.
        shutil.rmtree(partial)


def _user(attempts: int = 20) -> pwd.struct_passwd:
    """The server's user, made if it is missing."""
    for _ in range(attempts):
        try:
            return pwd.getpwnam(NAME)
        except KeyError:
            complaint = _make_user()
        if complaint:
            # Somebody else may be making it, or hold the lock of the user list.
            time.sleep(0.1)
    raise Unready(f"Cannot make the system user {NAME} for PostgreSQL: {complaint}")


def _make_user() -> str:
    """Make the user; what went wrong, or nothing."""
    home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    command = ["useradd", "--system", "--user-group", *home, NAME]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "useradd is missing; run this as an ordinary user, or make the user by hand"
    return done.stderr.strip()
