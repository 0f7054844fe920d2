"""Processes that die with the one that started them, and are found again if they did not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from local.places import CLONE, Unready, private

TETHER = Path(__file__).with_name("tether.py")
# A start time is computed from the boot time, which moves a little when the clock is set.
SAME_START_S = 2.0


@dataclass(eq=False)
class Child:
    """One command we run, with its log and its pid file `<name>.log`, `<name>.pid` in `folder`.

    Start it from a thread that lives as long as it should: the kernel binds it to that thread.
    """

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 10
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it printed since its last start."""
        return self.folder / f"{self.name}.log"

    @property
    def started(self) -> bool:
        """Whether it was started and not stopped since, by us."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process, f"{self.name} was not started"
        return self._process.pid

    def start(self) -> None:
        """Run the command, after ending what a supervisor that was killed left of it."""
        private(self.folder)
        heal(self._pid_file)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*tethered(self.user, self.stop_signal), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=CLONE if not self.user else "/",
                env=dict(self.environment),
                start_new_session=True,
            )
        self._record(self._process.pid)

    def stop(self) -> None:
        """Ask it to end, and insist after `patience_s`."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(self.patience_s)
            except subprocess.TimeoutExpired:
                print(f"{self.name} did not stop within {self.patience_s:.0f} s: killed")
        self.kill()

    def kill(self) -> None:
        """End it and the processes of its session at once, as a crash would."""
        if self._process is None:
            return
        if self._process.poll() is None:
            _kill_session(self._process.pid)
            self._process.wait()
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        assert self._process, f"{self.name} was not started"
        return self._process.poll()

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for `ready`; Unready with the end of the log when it ends first or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if (code := self.exit_code()) is not None:
                raise Unready(f"{self.name} ended with code {code}. {self.last_words()}")
            if time.monotonic() > deadline:
                raise Unready(f"{self.name} not ready after {seconds:.0f} s. {self.last_words()}")
            time.sleep(0.05)

    def said(self, words: str) -> bool:
        """Whether these words stand in its log since its last start."""
        return words.encode() in self.log.read_bytes()

    def last_words(self, lines: int = 15) -> str:
        """Where the log is, and how it ends."""
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n    ".join([f"Its log, {self.log}, ends:", *tail])

    def _record(self, pid: int) -> None:
        record = {
            "pid": pid,
            "started": psutil.Process(pid).create_time(),
            "command": list(self.command),
            "stop_signal": int(self.stop_signal),
            "patience_s": self.patience_s,
        }
        partial = self._pid_file.with_suffix(".pid.new")
        partial.write_text(json.dumps(record))
        partial.replace(self._pid_file)

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"


def tethered(user: str, stop_signal: signal.Signals) -> list[str]:
    """The words before a command that runs it as `user`, and ends it when this thread ends."""
    interpreter = [sys.executable, "-IS", str(TETHER)]
    return [*interpreter, str(os.getpid()), str(int(stop_signal)), user]


def heal(pid_file: Path) -> None:
    """End the process that a pid file names if it is still the very one, and remove the file."""
    if found := _recorded(pid_file):
        process, record = found
        process.send_signal(record["stop_signal"])
        try:
            process.wait(record["patience_s"])
        except psutil.TimeoutExpired:
            _kill_session(process.pid)
            process.wait(5)
    pid_file.unlink(missing_ok=True)


def _recorded(pid_file: Path) -> tuple[psutil.Process, dict[str, Any]] | None:
    """The process of a pid file, unless its number went to somebody else's process since."""
    try:
        record = json.loads(pid_file.read_text())
        process = psutil.Process(record["pid"])
        same_start = abs(process.create_time() - record["started"]) < SAME_START_S
        # Seen in its first milliseconds, the command still stands behind the tether's own words.
        same_command = process.cmdline()[-len(record["command"]) :] == record["command"]
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return (process, record) if same_start and same_command else None


def _kill_session(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nothing is left of it; macOS says so with a PermissionError.
        return
