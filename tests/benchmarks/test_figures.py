"""Figures say what was measured and whether it is enough."""

import json
from pathlib import Path

import pytest

from benchmarks import machine, results
from benchmarks.figures import Figure, at_least, at_most, shown
from benchmarks.rounds import in_turn, percentile

MOMENT = machine.moment("1a2b3c")


def test_a_ratio_compares_the_two_sides_of_each_round() -> None:
    """A slow round is slow for both sides: the median is that of the rounds' own ratios."""
    figure = Figure.ratio("lives", [10, 2, 30], [10, 1, 20], at_least(1.4))
    assert (figure.value, figure.low, figure.high) == (1.5, 1.0, 2.0)
    assert figure.met


@pytest.mark.parametrize(
    ("value", "met"), [(1.49, True), (1.5, True), (1.51, False)], ids=["below", "at", "above"]
)
def test_a_goal_is_kept_up_to_its_bound(value: float, met: bool) -> None:
    """Exactly as much as was promised is enough."""
    assert Figure("p95", value, "x", at_most(1.5)).met is met


def test_a_figure_is_one_line_with_its_goal_and_its_range() -> None:
    """Name, value, unit, goal, whether it is met, and the lowest and highest round."""
    line = Figure.of("lives", [0.5, 0.6, 0.7], "x", at_least(0.75)).line()
    assert line.split() == ["lives", "0.6", "x", ">=", "0.75", "MISSED", "[0.5", "..", "0.7]"]
    assert Figure("bytes", 8192, "bytes").line() == "bytes  8,192  bytes"


def test_numbers_are_shown_with_the_digits_that_say_something() -> None:
    """Thousands whole, small ones to three digits, whole ones whole."""
    assert [shown(n) for n in (12345.6, 12.345, 0.01234, 3.0)] == ["12,346", "12.3", "0.0123", "3"]


async def test_sides_take_turns_and_who_goes_first_changes() -> None:
    """No side always has the quieter half of a round."""
    ran: list[str] = []

    def side(name: str) -> float:
        ran.append(name)
        return float(len(ran))

    async def ours() -> float:
        return side("ours")

    async def bare() -> float:
        return side("bare")

    measured = await in_turn({"ours": ours, "bare": bare}, 3)
    assert ran == ["ours", "bare", "bare", "ours", "ours", "bare"]
    assert measured == {"ours": [1, 4, 5], "bare": [2, 3, 6]}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    """The smallest that so many of the values do not exceed; of nothing there is none."""
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="no value"):
        percentile([], 0.5)


def test_results_of_one_noun_replace_only_its_own(tmp_path: Path) -> None:
    """What was measured before stays, with the day and commit of its own run."""
    path = tmp_path / "results.json"
    durable = {"fsync": "on"}
    results.keep("pages", [Figure("p50", 1, "ms")], MOMENT, 2.0, durable, path)
    results.keep("waiting", [Figure("memory", 1, "x", at_most(1.3))], MOMENT, 3.0, durable, path)
    results.keep("pages", [Figure("p50", 2, "ms")], MOMENT, 2.0, durable, path)
    kept = json.loads(path.read_text())
    assert [figure["value"] for figure in kept["nouns"]["pages"]["figures"]] == [2]
    assert kept["nouns"]["waiting"]["figures"][0]["met"] is True
    assert {"commit", "date", "duration_s", "load"} <= set(kept["nouns"]["pages"])
    assert kept["postgresql"] == durable
    assert {"cores", "memory", "temporal"} <= set(kept["machine"])


def test_a_run_on_another_machine_begins_anew(tmp_path: Path) -> None:
    """Figures of two machines do not stand in one table."""
    path = tmp_path / "results.json"
    results.keep("pages", [Figure("p50", 1, "ms")], MOMENT, 2.0, {}, path)
    elsewhere = json.loads(path.read_text()) | {"machine": {"cores": "128"}}
    path.write_text(json.dumps(elsewhere))
    results.keep("waiting", [Figure("memory", 1, "x")], MOMENT, 3.0, {}, path)
    assert set(json.loads(path.read_text())["nouns"]) == {"waiting"}
