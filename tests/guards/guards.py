"""The guards of the product: what to change to take one out, and which tests must see it."""

import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("guards.toml")
LONGEST_S = 300
PASSED, FAILED = 0, 1
"""What pytest ends with when tests ran; it has other codes for not having run any."""


@dataclass(frozen=True)
class Edit:
    """In this file, `old` stands once; `new` takes its place."""

    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Change the file; ValueError when it does not hold `old` exactly once."""
        path = root / self.file
        content = path.read_text("utf-8")
        if content.count(self.old) != 1:
            raise ValueError(f"{self.file} holds this {content.count(self.old)} times: {self.old}")
        path.write_text(content.replace(self.old, self.new), "utf-8")


@dataclass(frozen=True)
class Guard:
    """A rule that something in the code keeps, and the tests that fail without it."""

    name: str
    rule: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Ran:
    """How a run of tests went: all passed, one failed, or it came to nothing."""

    failed: str = ""
    """The test that failed."""
    broken: str = ""
    """Why the run shows nothing."""

    @property
    def passed(self) -> bool:
        return not self.failed and not self.broken


def run(tests: tuple[str, ...], root: Path, longest_s: float = LONGEST_S) -> Ran:
    """Run these tests in this tree until one fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=longest_s, check=False
        )
    except subprocess.TimeoutExpired:
        return Ran(broken=f"no end within {longest_s:.0f} s")
    if done.returncode == PASSED:
        return Ran()
    found = re.search(r"^FAILED (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if done.returncode == FAILED and found:
        return Ran(failed=found[1])
    return Ran(broken=f"no test ran: {done.stdout[-300:]}{done.stderr[-300:]}")


def all_guards() -> list[Guard]:
    """Those of the table, in its order."""
    return [_guard(name, row) for name, row in tomllib.loads(TABLE.read_text("utf-8")).items()]


def _guard(name: str, row: dict[str, Any]) -> Guard:
    edits = tuple(Edit(**edit) for edit in row["edits"])
    return Guard(name, row["rule"], tuple(shlex.split(row["tests"])), edits)
