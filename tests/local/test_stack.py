"""A stack is the whole product, on ports and in a folder of its own."""

import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import AliasChoices

from local.places import passable
from local.stack import Stack
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
    """`make run`, rehearsals and tests start the same things, and leave nothing behind."""
    with stack:
        pids = [child.pid for child in stack.children()]
        with urllib.request.urlopen(f"{stack.url}/readyz", timeout=5) as answer:
            assert json.load(answer)
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert list(stack.logs.glob("*.pid")) == []
