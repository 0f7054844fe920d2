"""Runs what needs an event loop of its own, also for a caller that is inside another one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """Do the work in a thread, wait for it, and return or raise what it does."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
