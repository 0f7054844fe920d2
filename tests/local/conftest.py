"""What tests of whole stacks share: a short folder, and nothing of the developer's shell."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.places import passable

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def stack_folder() -> Iterator[Path]:
    """A folder that the database's own user can reach."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-", dir="/tmp")))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_a_newcomer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No Temporal server given, and the signals as they were before a command took them."""
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    before = {number: signal.getsignal(number) for number in STOPPERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
