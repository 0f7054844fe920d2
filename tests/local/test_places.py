"""Only one process holds a lock, and clones do not share data."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.places import Busy, data_folder, locked

HOLD = """
import sys, time
from pathlib import Path
from local.places import locked
with locked(Path({path!r})):
    print("held", flush=True)
    time.sleep(60)
"""


def test_who_comes_second_learns_who_came_first(tmp_path: Path) -> None:
    """A second `make run` names the process of the first, and can start once that is dead."""
    path = tmp_path / "run.lock"
    script = HOLD.format(path=str(path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as first:
        assert first.stdout
        first.stdout.readline()
        with pytest.raises(Busy, match=f"pid {first.pid}"), locked(path, wait=False):
            pytest.fail("both hold it")
        first.kill()
    with locked(path, wait=False):
        pass


def test_each_clone_has_data_of_its_own() -> None:
    """Trying a branch in a second clone does not migrate the first one's database."""
    assert data_folder(Path("/one")) != data_folder(Path("/other"))
