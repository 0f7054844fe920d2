"""Says what is being done while it is done, and how long it took."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# A terminal shows the seconds running; a log file gets a line early, and then now and then.
FIRST_S = {True: 0.0, False: 2.0}
EVERY_S = {True: 1.0, False: 15.0}


@contextmanager
def step(words: str) -> Iterator[None]:
    """Print these words, the time that passes, and at the end how long the block took."""
    terminal = sys.stdout.isatty()
    begun = time.monotonic()
    over = threading.Event()
    ticker = threading.Thread(target=_tick, args=(words, begun, over, terminal), daemon=True)
    ticker.start()
    try:
        yield
    except BaseException:
        outcome = "failed after"
        raise
    else:
        outcome = "done in"
    finally:
        over.set()
        ticker.join()
        _say(f"{words} … {outcome} {time.monotonic() - begun:.1f} s", terminal, last=True)


def _tick(words: str, begun: float, over: threading.Event, terminal: bool) -> None:
    pause = FIRST_S[terminal]
    while not over.wait(pause):
        _say(f"{words} … {time.monotonic() - begun:.0f} s", terminal)
        pause = EVERY_S[terminal]


def _say(line: str, terminal: bool, last: bool = False) -> None:
    if terminal:
        print(f"\r\033[K{line}", end="\n" if last else "", flush=True)
    else:
        print(line, flush=True)
