"""The table of guards is true to the code: what it takes out is there, as are its tests."""

from pathlib import Path

import pytest

from tests.guards.guards import ROOT, Guard, all_guards


@pytest.mark.parametrize("guard", all_guards(), ids=lambda guard: guard.name)
def test_what_a_guard_names_is_there(guard: Guard, tmp_path: Path) -> None:
    """Each edit finds its place once, and the file of tests exists."""
    for edit in guard.edits:
        copy = tmp_path / edit.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            copy.write_bytes((ROOT / edit.file).read_bytes())
        edit.apply(tmp_path)
    assert (ROOT / guard.tests[0]).exists()
