"""What was measured reaches the README, and every name measures something."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import machine, report, results
from benchmarks.figures import Figure, at_least, at_most

MOMENT = machine.moment("1a2b3c")
FIGURES = [
    Figure.ratio("lives_vs_bare", [3, 3, 4], [2, 4, 4], at_least(0.75)),
    Figure.ratio("lists_ratio", [3, 3, 4], [2, 1, 1], at_most(1.5)),
    *(Figure(f"memory_at_{n}", 100 + n / 100, "MiB") for n in (1000, 10000)),
    *(Figure(f"bare_memory_at_{n}", 90 + n / 100, "MiB") for n in (1000, 10000)),
    Figure("table_event_per_job", 1200, "bytes", note="with indexes"),
]


@pytest.fixture
def measured(tmp_path: Path) -> dict[str, Any]:
    """The results of a run."""
    path = tmp_path / "results.json"
    results.keep("lives", FIGURES, MOMENT, 2.0, {"fsync": "on"}, path)
    return results.read(path)


def test_the_readme_has_the_last_figures_and_keeps_its_words(
    measured: dict[str, Any], tmp_path: Path
) -> None:
    """Written twice it is the same; what stands around the figures stays."""
    readme = tmp_path / "README.md"
    readme.write_text(f"# Method\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(measured, readme)
    once = readme.read_text()
    report.write(measured, readme)
    assert readme.read_text() == once
    assert once.startswith("# Method\n") and once.endswith(f"{report.END}\nafter\n")
    assert "| lives_vs_bare | 1 | x | >= 0.75 | met | 0.75 to 1.5 |" in once
    assert "| lists_ratio | 3 | x | <= 1.5 | **missed** | 1.5 to 4 |" in once
    assert "| table_event_per_job<br>with indexes | 1,200 | bytes |" in once
    assert "`fsync = on`" in once
    assert "old" not in once


def test_every_chart_that_is_shown_was_drawn(measured: dict[str, Any], tmp_path: Path) -> None:
    """The goals, the memory and the tables, each a picture that says what it shows."""
    readme = tmp_path / "README.md"
    readme.write_text(f"{report.BEGIN}{report.END}")
    report.write(measured, readme)
    shown = re.findall(r"!\[\w+\]\((.+)\)", readme.read_text())
    assert shown == ["charts/goals.svg", "charts/memory.svg", "charts/tables.svg"]
    assert all((tmp_path / name).read_text().startswith("<?xml") for name in shown)


@pytest.mark.parametrize("noun", command.NOUNS)
def test_every_name_measures_something(noun: str) -> None:
    """A name that `make bench` takes is a module that measures."""
    assert callable(importlib.import_module(f"benchmarks.{noun}").measure)


def test_a_name_that_measures_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any server is started, with the names there are."""
    monkeypatch.setattr("sys.argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit):
        command.main()
    assert "nothing measures speed" in capsys.readouterr().err
