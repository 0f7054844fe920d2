"""Runs a stack in a terminal: from nothing to the addresses and stories, until Ctrl-C."""

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from local import demo
from local.actors import Refused
from local.children import heal
from local.inside import Inside
from local.places import Busy, Unready, locked, passable
from local.ports import require_free
from local.progress import step
from local.stack import Stack

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY_S = 0.5


def supervise(command: str, folder: Path, make: Callable[[], Stack], *, once: bool) -> int:
    """Run the stack of `command` until it is told to stop, or `once` until the stories are told."""
    for number in STOPPERS:
        # Who started us with nohup, or behind another job, wants that signal ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        with locked(passable(folder) / "run.lock", wait=False):
            return _run(make(), once)
    except Busy as who:
        print(f"`{command}` already runs in this clone ({who}): use it, or stop it with Ctrl-C.")
    except Unready as reason:
        print(reason)
    except KeyboardInterrupt:
        print("Stopped before everything was up.")
        return 0
    return 1


def _run(stack: Stack, once: bool) -> int:
    begun = time.monotonic()
    for left_behind in stack.logs.glob("*.pid"):
        heal(left_behind)
    require_free(stack.needs())
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
        asyncio.run(demo.play(*stack.urls, inside=Inside(stack.environment())))
    except (Refused, TimeoutError) as reason:
        print(f"\nThe demo stopped: {reason or 'a decision took too long'}")
        return False
    return True


def _stay(stack: Stack) -> int:
    """Look after everything until Ctrl-C."""
    print("Ctrl-C stops it all; the data stays.", flush=True)
    with suppress(KeyboardInterrupt):
        while True:
            stack.tend()
            time.sleep(LOOK_EVERY_S)
    print()
    return 0


def _addresses(stack: Stack) -> str:
    return "\n".join(f"  {name:<12} {place}" for name, place in stack.addresses().items())


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _deaf() -> None:
    """Let an impatient second Ctrl-C not cut the orderly stop short."""
    for number in STOPPERS:
        signal.signal(number, signal.SIG_IGN)
