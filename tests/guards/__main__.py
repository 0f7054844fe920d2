"""Take the guards out one by one, or those that are named, and see that the tests fail."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from tests.guards.guards import ROOT, Guard, Ran, all_guards, run

UNKNOWN = 2
"""What it ends with when nothing was run, because somebody asked for what is not there."""


@contextmanager
def copied() -> Iterator[Path]:
    """The tree as it stands, in a folder of its own."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory(prefix="peerok-guards-") as folder:
        root = Path(folder)
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        yield root


def without(guard: Guard, root: Path) -> Ran:
    """How its tests go without it; the tree is as before afterwards."""
    files = {edit.file for edit in guard.edits}
    try:
        for edit in guard.edits:
            edit.apply(root)
        return run(guard.tests, root)
    finally:
        for name in files:
            shutil.copy2(ROOT / name, root / name)


def verdict(guard: Guard, root: Path, whole: Callable[[tuple[str, ...]], Ran]) -> tuple[bool, str]:
    """Whether its tests see that it is gone, and in words; with it, they have to pass."""
    control = whole(guard.tests)
    if not control.passed:
        return False, f"SHOWS NOTHING: with it too, {control.failed or control.broken}"
    ran = without(guard, root)
    if ran.failed:
        return True, f"fails {ran.failed}"
    return False, f"SHOWS NOTHING: {ran.broken}" if ran.broken else "NO TEST FAILS"


def chosen(names: Sequence[str]) -> list[Guard]:
    """These guards, or all; SystemExit for a name that none has."""
    guards = {guard.name: guard for guard in all_guards()}
    if unknown := [name for name in names if name not in guards]:
        print(f"No guard is called {', '.join(unknown)}", file=sys.stderr)
        raise SystemExit(UNKNOWN)
    return [guards[name] for name in names or guards]


def main(names: Sequence[str]) -> int:
    """How many were taken out and nobody saw it."""
    guards = chosen(names)
    unseen = 0
    with copied() as root:
        whole = cache(partial(run, root=root))
        for number, guard in enumerate(guards, 1):
            began = time.monotonic()
            seen, words = verdict(guard, root, whole)
            unseen += not seen
            took = time.monotonic() - began
            print(f"{number:3}/{len(guards)}  {took:5.1f} s  Without: {guard.rule}")
            print(f"{'':18}{words}", flush=True)
    print(f"{len(guards) - unseen} of {len(guards)} guards are seen by the tests")
    return unseen


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
