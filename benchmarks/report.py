"""The last figures in the README, as tables, between two marks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import charts
from benchmarks.figures import shown

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def write(results: Mapping[str, Any], path: Path = README) -> None:
    """Put these results between the marks, and draw their charts."""
    rows = [row for noun in results["nouns"].values() for row in noun["figures"]]
    drawn = charts.draw(rows, path.with_name(charts.FOLDER.name))
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [*_lines(results), *(f"![{one.stem}](charts/{one.name})\n" for one in drawn)]
    path.write_text("\n".join([f"{before}{BEGIN}", *lines, END]) + after, encoding="utf-8")


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    machine = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    durable = ", ".join(f"`{name} = {value}`" for name, value in results["postgresql"].items())
    yield f"Machine: {machine}.\n"
    yield f"PostgreSQL: {durable}.\n"
    for noun, measured in results["nouns"].items():
        yield (
            f"### {noun}\n\n{measured['date'][:10]}, commit `{measured['commit']}`,"
            f" {measured['duration_s']:.0f} s, load before {measured['load']}\n"
        )
        yield "| figure | value | unit | goal | | range |\n|---|---|---|---|---|---|"
        yield "\n".join(_row(row) for row in measured["figures"]) + "\n"


def _row(row: Mapping[str, Any]) -> str:
    met = {True: "met", False: "**missed**", None: ""}[row["met"]]
    spread = f"{shown(row['low'])} to {shown(row['high'])}" if len(row["rounds"]) > 1 else ""
    name = row["name"] + (f"<br>{row['note']}" if row["note"] else "")
    cells = [name, shown(row["value"]), row["unit"], row["goal"] or "", met, spread]
    return f"| {' | '.join(cells)} |"
