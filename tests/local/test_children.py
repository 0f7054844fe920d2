"""Processes we start never outlive us for long, and nobody else's is ever ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.children import Child, heal
from local.places import Unready

SLEEP = [sys.executable, "-c", "import time; print('asleep', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('asleep', flush=True); time.sleep(60)",
]
SUPERVISOR = """
import sys, time
from pathlib import Path
from local.children import Child
child = Child("sleeper", {command!r}, Path({folder!r}))
child.start()
child.wait_until(lambda: child.said("asleep"), 10)
print(child.pid, flush=True)
time.sleep(60)
"""


def _started(command: list[str], folder: Path) -> Child:
    child = Child("sleeper", command, folder, patience_s=0.5)
    child.start()
    child.wait_until(lambda: child.said("asleep"), 10)
    return child


def _killed_supervisor(command: list[str], folder: Path) -> psutil.Process:
    """The child of a supervisor that was killed."""
    script = SUPERVISOR.format(command=command, folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    return child


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that somebody else started, with the same command."""
    with subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def test_a_stopped_child_leaves_nothing(tmp_path: Path) -> None:
    """After a stop there is neither a process nor a pid file."""
    child = _started(SLEEP, tmp_path)
    pid = child.pid
    child.stop()
    assert not psutil.pid_exists(pid)
    assert not (tmp_path / "sleeper.pid").exists()


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """Ctrl-C never hangs for longer than the patience."""
    child = _started(DEAF, tmp_path)
    process = psutil.Process(child.pid)
    child.stop()
    assert not process.is_running()


def test_a_child_dies_with_its_supervisor(tmp_path: Path) -> None:
    """A supervisor that is killed leaves no servers behind."""
    _killed_supervisor(SLEEP, tmp_path).wait(10)


def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    """A child that ignores the signal of its supervisor's death is found by its pid file."""
    left_behind = _killed_supervisor(DEAF, tmp_path)
    assert left_behind.is_running()
    record = json.loads((tmp_path / "sleeper.pid").read_text()) | {"patience_s": 0.2}
    (tmp_path / "sleeper.pid").write_text(json.dumps(record))
    child = _started(SLEEP, tmp_path)
    assert not left_behind.is_running()
    child.stop()


@pytest.mark.parametrize("changed", [{"started": 0.0}, {"command": ["another"]}])
def test_a_pid_file_never_ends_somebody_elses_process(
    tmp_path: Path, stranger: subprocess.Popen[bytes], changed: dict[str, object]
) -> None:
    """Numbers are used again: start time and command must match too."""
    started = psutil.Process(stranger.pid).create_time()
    record = {"pid": stranger.pid, "started": started, "command": SLEEP} | changed
    record |= {"stop_signal": int(signal.SIGTERM), "patience_s": 1}
    pid_file = tmp_path / "sleeper.pid"
    pid_file.write_text(json.dumps(record))
    heal(pid_file)
    assert stranger.poll() is None
    assert not pid_file.exists()


def test_a_torn_pid_file_is_removed(tmp_path: Path) -> None:
    """A full disk leaves an empty pid file; it must not stop the next start."""
    pid_file = tmp_path / "sleeper.pid"
    pid_file.write_text("")
    heal(pid_file)
    assert not pid_file.exists()


def test_a_child_that_ends_early_shows_its_last_words(tmp_path: Path) -> None:
    """What a process complained about stands on the screen, not only in a log."""
    child = Child("broken", [sys.executable, "-c", "raise SystemExit('no room')"], tmp_path)
    child.start()
    with pytest.raises(Unready, match=r"ended with code 1(.|\n)*no room"):
        child.wait_until(lambda: False, 10)
    child.stop()


def test_a_child_is_out_of_reach_of_the_terminals_interrupt(tmp_path: Path) -> None:
    """Ctrl-C reaches the supervisor alone, which stops the others in order."""
    child = _started(SLEEP, tmp_path)
    assert os.getsid(child.pid) == child.pid
    child.stop()
