"""`make run`: everything on this machine, from nothing to the addresses, until Ctrl-C."""

import asyncio
import os
import signal
import time
from pathlib import Path
from types import FrameType

from local import demo
from local.actors import Refused
from local.children import heal
from local.places import Busy, Unready, data_folder, locked, passable
from local.ports import require_free
from local.progress import step
from local.stack import Ports, Stack

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY_S = 0.5


def main(*, once: bool = False, folder: Path | None = None, ports: Ports | None = None) -> int:
    """Run this clone's stack until it is told to stop, or `once` until the stories are told."""
    folder = passable(folder or data_folder())
    for number in STOPPERS:
        # Who started us with nohup, or behind another job, wants that signal ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        with locked(folder / "run.lock", wait=False):
            return _run(folder, ports or Ports(), once)
    except Busy as who:
        print(f"`make run` already runs in this clone ({who}): use it, or stop it with Ctrl-C.")
    except Unready as reason:
        print(reason)
    except KeyboardInterrupt:
        print("Stopped before everything was up.")
        return 0
    return 1


def _run(folder: Path, ports: Ports, once: bool) -> int:
    begun = time.monotonic()
    external = os.environ.get("TEMPORAL_ADDRESS", "")
    stack = Stack(folder, ports, durable=True, inherit=True, temporal_address=external)
    for left_behind in stack.logs.glob("*.pid"):
        heal(left_behind)
    require_free(_needed(stack))
    try:
        stack.start(step)
        told = _tell_stories(stack)
        print(f"\nUp in {time.monotonic() - begun:.1f} s.\n{_addresses(stack)}")
        print(f"\n{demo.logins()}\n", flush=True)
        return int(not told) if once else _stay(stack)
    finally:
        _deaf()
        stack.stop(step)


def _tell_stories(stack: Stack) -> bool:
    """Whether the demo played; when it did not, everything else is still worth looking at."""
    try:
        asyncio.run(demo.play(stack.url, stack.postgres.url()))
    except (Refused, TimeoutError) as reason:
        print(f"\nThe demo stopped: {reason or 'a decision took too long'}")
        return False
    return True


def _stay(stack: Stack) -> int:
    """Wait for Ctrl-C, or for the end of a process that should not have ended."""
    print("Ctrl-C stops it all; the data stays.", flush=True)
    try:
        while not (fallen := [c for c in stack.children() if c.exit_code() is not None]):
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        print()
        return 0
    for child in fallen:
        print(f"{child.name} ended with code {child.exit_code()}. {child.last_words()}")
    return 1


def _needed(stack: Stack) -> dict[str, int]:
    """The ports that must be free, by what needs them."""
    ports = stack.ports
    needs = {"the API": ports.api, "the mail catcher": ports.smtp, "the mail page": ports.mail}
    if stack.temporal_address:
        return needs
    return needs | {"the Temporal server": ports.temporal, "the Temporal UI": ports.temporal_ui}


def _addresses(stack: Stack) -> str:
    lines = {
        "API": f"{stack.url}/docs",
        "Temporal UI": stack.temporal_address or stack.temporal_ui_url,
        "Mail": stack.mail.page,
        "Database": stack.postgres.url(),
        "Logs": str(stack.logs),
    }
    return "\n".join(f"  {name:<12} {place}" for name, place in lines.items())


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _deaf() -> None:
    """Let an impatient second Ctrl-C not cut the orderly stop short."""
    for number in STOPPERS:
        signal.signal(number, signal.SIG_IGN)
