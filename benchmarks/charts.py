"""Charts of the last figures, as SVG: how they stand against their goals, and where bytes go."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from benchmarks.figures import shown

FOLDER = Path(__file__).with_name("charts")
GOOD, BAD, PLAIN, GOAL = "#2a7f62", "#b3432b", "#4c6a92", "#222222"
WIDTH = 9.0
FARTHEST = 2.5
"""What is better than this many times its goal is drawn no longer."""
Row = Mapping[str, Any]
"""A figure as `results.json` keeps it."""


def draw(figures: Iterable[Row], folder: Path = FOLDER) -> list[Path]:
    """Draw what there is; the files."""
    folder.mkdir(exist_ok=True)
    # The same figures make the same file: a chart changes when what it shows does.
    mpl.rcParams |= {"svg.hashsalt": "peerok", "svg.fonttype": "path", "font.size": 10}
    found = {row["name"]: row for row in figures}
    made = []
    for name, drawing, rows in (
        ("goals", _goals, [row for row in found.values() if row["goal"]]),
        ("memory", _memory, [row for name, row in found.items() if "memory_at_" in name]),
        ("tables", _tables, [row for name, row in found.items() if name.startswith("table_")]),
    ):
        if rows:
            made.append(_saved(folder / f"{name}.svg", drawing, rows))
    return made


def _saved(path: Path, drawing: Any, rows: list[Row]) -> Path:
    canvas = Canvas(figsize=(WIDTH, max(2.2, 0.36 * len(rows) + 1.4)), layout="constrained")
    drawing(canvas.add_subplot(), rows)
    canvas.savefig(path, metadata={"Date": None})
    return path


def _goals(axes: Axes, rows: list[Row]) -> None:
    """Each figure in parts of its goal; where less is better, the goal in parts of the figure."""
    for place, row in enumerate(reversed(rows)):
        measured = (row["value"], row["low"], row["high"])
        found = sorted(_good(row, value) for value in measured if value is not None)
        good = _good(row, row["value"])
        axes.barh(place, good, color=GOOD if row["met"] else BAD, height=0.6)
        axes.plot([found[0], min(found[-1], FARTHEST)], [place, place], color=GOAL, linewidth=1.2)
        unit = "" if row["unit"] == "x" else f" {row['unit']}"
        said = f"{shown(row['value'])}{unit} ({row['goal']})"
        axes.text(min(found[-1], FARTHEST) + 0.04, place, said, va="center")
    axes.axvline(1, color=GOAL, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)])
    axes.set_xlim(0, FARTHEST + 0.8)
    axes.set_xlabel("1 (dashed) is the goal, more is better; lines show the range of the rounds")


def _good(row: Row, value: float) -> float:
    sign, bound = row["goal"].replace(",", "").split()
    return value / float(bound) if sign == ">=" else float(bound) / value


def _memory(axes: Axes, rows: list[Row]) -> None:
    """Resident memory over the number of workflows that wait."""
    for label, prefix, colour in (("our worker", "memory", PLAIN), ("bare worker", "bare_", GOOD)):
        own = [row for row in rows if row["name"].startswith(prefix)]
        counts = [int(row["name"].rpartition("_")[2]) for row in own]
        axes.plot(counts, [row["value"] for row in own], marker="o", label=label, color=colour)
    axes.set_ylim(0, 1.2 * max(row["value"] for row in rows))
    axes.set_xlabel("waiting workflows")
    axes.set_ylabel("MiB resident")
    axes.legend(frameon=False, loc="lower right")


def _tables(axes: Axes, rows: list[Row]) -> None:
    """Bytes of each table for one waiting job, indexes included."""
    names = [row["name"].removeprefix("table_").removesuffix("_per_job") for row in rows]
    sizes = [row["value"] for row in rows]
    bars = axes.barh(names[::-1], sizes[::-1], color=PLAIN, height=0.6)
    axes.bar_label(bars, fmt="{:,.0f}", padding=4)
    axes.set_xlabel("bytes per waiting job, with indexes")
    axes.margins(x=0.12)
