"""A stack is the whole product, on ports and in a folder of its own."""

import json
import os
import shutil
import signal
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import AliasChoices

from local.children import Child
from local.places import passable
from local.stack import READY_WITHIN_S, Stack
from settings import Settings


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack that is not started yet."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    yield Stack(folder)
    shutil.rmtree(folder)


def test_every_variable_a_stack_sets_is_one_that_is_read(stack: Stack) -> None:
    """A setting that was renamed would silently fall back to a developer's real server."""
    read = {f"PEEROK_{name.upper()}" for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            read |= {str(choice) for choice in field.validation_alias.choices}
    ours = {
        name
        for name in stack.environment().keys() - os.environ.keys()
        if name.startswith(("PEEROK_", "TEMPORAL_"))
    }
    assert ours <= read


def test_a_shells_variables_do_not_reach_a_test(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who points a shell at the real cluster can still run the tests."""
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "production")
    monkeypatch.setenv("PEEROK_DATABASE_URL", "postgresql://real/peerok")
    assert "TEMPORAL_NAMESPACE" not in stack.environment()
    assert str(stack.folder) in stack.environment()["PEEROK_DATABASE_URL"]


def test_a_stack_starts_and_stops_with_all_its_parts(stack: Stack) -> None:
    """`make run`, rehearsals and tests start the same things, and leave nothing behind.

    What is killed meanwhile is started again by who looks after it.
    """
    with stack:
        pids = [child.pid for child in stack.children()]
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=5) as answer:
            assert json.load(answer)
        for part in (stack.worker, stack.postgres.child, stack.api):
            killed = part.pid
            os.killpg(killed, signal.SIGKILL)
            deadline = time.monotonic() + READY_WITHIN_S
            while not _is_back(stack, part, killed):
                assert time.monotonic() < deadline, part.last_words()
                time.sleep(0.1)
        pids += [child.pid for child in stack.children()]
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert list(stack.logs.glob("*.pid")) == []


def test_a_part_that_ends_again_and_again_says_why(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Started again without end and without a word, it would leave nothing to mend it by."""
    part = Child("part", ["sh", "-c", "echo the disk is full; exit 3"], stack.logs)
    monkeypatch.setattr(stack, "children", lambda: [part])
    monkeypatch.setattr("local.stack.AGAIN_AFTER_S", 0.0)
    part.start()
    for _ in range(2):
        while part.exit_code() is None:
            time.sleep(0.01)
        stack.tend()
    part.kill()
    first, again = capsys.readouterr().out.split("part ended with code 3")[1:]
    assert "the disk is full" not in first and "the disk is full" in again


def _is_back(stack: Stack, part: Child, pid: int) -> bool:
    stack.tend()
    if part.pid == pid or part.exit_code() is not None:
        return False
    try:
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["database"] == "reachable")
    except OSError:
        return False
