"""Take the guards out one by one, or those that are named, and see that the tests fail."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.guards.guards import ROOT, Guard, all_guards


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


def without(guard: Guard, root: Path) -> str | None:
    """Which test fails without it; the tree is as before afterwards."""
    files = {edit.file for edit in guard.edits}
    try:
        for edit in guard.edits:
            edit.apply(root)
        return guard.seen_by(root)
    finally:
        for name in files:
            shutil.copy2(ROOT / name, root / name)


def main(names: list[str]) -> int:
    """How many were taken out and nobody saw it."""
    guards = [guard for guard in all_guards() if not names or guard.name in names]
    unseen = 0
    with copied() as root:
        for number, guard in enumerate(guards, 1):
            began = time.monotonic()
            seen = without(guard, root)
            unseen += seen is None
            verdict = f"fails {seen}" if seen else "NO TEST FAILS"
            took = time.monotonic() - began
            print(f"{number:3}/{len(guards)}  {took:5.1f} s  Without: {guard.rule}")
            print(f"{'':18}{verdict}", flush=True)
    print(f"{len(guards) - unseen} of {len(guards)} guards are seen by the tests")
    return unseen


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
