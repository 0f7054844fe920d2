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

    def seen_by(self, root: Path) -> str | None:
        """Which of its tests fails in this tree, from which it was taken out; None: none does.

        ValueError when it names no tests that can run.
        """
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *self.tests], cwd=root, capture_output=True, text=True, timeout=LONGEST_S
        )
        if done.returncode not in (PASSED, FAILED):
            raise ValueError(f"the tests of {self.name} did not run: {done.stdout[-300:]}")
        if done.returncode == PASSED:
            return None
        found = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
        return found[1] if found else None


def all_guards() -> list[Guard]:
    """Those of the table, in its order."""
    return [_guard(name, row) for name, row in tomllib.loads(TABLE.read_text("utf-8")).items()]


def _guard(name: str, row: dict[str, Any]) -> Guard:
    edits = tuple(Edit(**edit) for edit in row["edits"])
    return Guard(name, row["rule"], tuple(shlex.split(row["tests"])), edits)
