"""Charts of the last figures, as SVG: how they stand against their goals, and where bytes go."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

FOLDER = Path(__file__).with_name("charts")
GOOD, BAD, PLAIN, GOAL = "#2a7f62", "#b3432b", "#4c6a92", "#222222"
WIDTH = 9.0
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
        ("goals", _goals, [row for row in found.values() if row["goal"] and row["unit"] == "x"]),
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
    """Each ratio in parts of its goal, so that all of them have one line to keep."""
    for place, row in enumerate(reversed(rows)):
        sign, bound = row["goal"].split()
        goal = float(bound.replace(",", ""))
        value, low, high = (row[key] / goal for key in ("value", "low", "high"))
        colour = GOOD if row["met"] else BAD
        axes.barh(place, value, color=colour, height=0.6)
        axes.plot([low, high], [place, place], color=GOAL, linewidth=1.2)
        axes.text(
            max(value, high) + 0.03, place, f"{row['value']:.2f} ({sign} {bound})", va="center"
        )
    axes.axvline(1, color=GOAL, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows)), [f"{row['name']}" for row in reversed(rows)])
    widest = max(max(row["high"], row["value"]) / _bound(row) for row in rows)
    axes.set_xlim(0, widest * 1.25)
    axes.set_xlabel("measured ÷ goal (dashed: the goal; >= should pass it, <= should not)")


def _bound(row: Row) -> float:
    return float(row["goal"].split()[1].replace(",", ""))


def _memory(axes: Axes, rows: list[Row]) -> None:
    """Resident memory over the number of workflows that wait."""
    for label, prefix, colour in (("our worker", "memory", PLAIN), ("bare worker", "bare_", GOOD)):
        own = [row for row in rows if row["name"].startswith(prefix)]
        counts = [int(row["name"].rpartition("_")[2]) for row in own]
        axes.plot(counts, [row["value"] for row in own], marker="o", label=label, color=colour)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("waiting workflows")
    axes.set_ylabel("MiB resident")
    axes.legend(frameon=False)


def _tables(axes: Axes, rows: list[Row]) -> None:
    """Bytes of each table for one waiting job, indexes included."""
    names = [row["name"].removeprefix("table_").removesuffix("_per_job") for row in rows]
    sizes = [row["value"] for row in rows]
    bars = axes.barh(names[::-1], sizes[::-1], color=PLAIN, height=0.6)
    axes.bar_label(bars, fmt="{:,.0f}", padding=4)
    axes.set_xlabel("bytes per waiting job, with indexes")
    axes.margins(x=0.12)
