"""The table of guards is true to the code: what it takes out is there, as are its tests."""

from pathlib import Path

import pytest

from tests.guards.__main__ import UNKNOWN, chosen, verdict
from tests.guards.guards import ROOT, Edit, Guard, Ran, all_guards, run

SUM = Edit("sums.py", "a + b", "a - b")
SUMS = Guard("sums", "A sum is a sum.", ("test_sums.py",), (SUM,))


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


@pytest.mark.parametrize(
    ("body", "ran"),
    [
        ("assert True", Ran()),
        ("assert False", Ran(failed="test_it.py::test_it")),
        ("import time; time.sleep(60)", Ran(broken="no end within 5 s")),
    ],
    ids=["passes", "fails", "hangs"],
)
def test_how_a_run_went_is_known(body: str, ran: Ran, tmp_path: Path) -> None:
    """One that does not end shows nothing, and ends no other."""
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {body}\n")
    assert run(("test_it.py",), tmp_path, 5 if ran.broken else 60) == ran


def test_a_run_without_tests_shows_nothing(tmp_path: Path) -> None:
    """A misspelt name of a test is no failure of it."""
    assert "no test ran" in run(("test_nowhere.py",), tmp_path).broken


def test_tests_that_fail_with_the_guard_too_show_nothing() -> None:
    """They would fail whatever was taken out."""
    seen, words = verdict(SUMS, ROOT, lambda tests: Ran(failed="test_sums.py::test_it"))
    assert (seen, words) == (False, "SHOWS NOTHING: with it too, test_sums.py::test_it")


def test_a_guard_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Taking out nothing would look as if everything were seen."""
    with pytest.raises(SystemExit) as refused:
        chosen(["flor"])
    assert refused.value.code == UNKNOWN
    assert "flor" in capsys.readouterr().err


def test_each_guard_is_chosen_by_its_name() -> None:
    """One, or all when none is named."""
    assert [guard.name for guard in chosen(["floor"])] == ["floor"]
    assert chosen([]) == all_guards()
