"""`results.json`: the last figures of each module, with where, when and how they were measured."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.figures import Figure

RESULTS = Path(__file__).with_name("results.json")


def keep(
    noun: str,
    figures: Sequence[Figure],
    moment: Mapping[str, str],
    took: float,
    durability: Mapping[str, str],
    path: Path = RESULTS,
) -> None:
    """Replace what the file says of this noun; a run on another machine begins it anew."""
    here = machine.described()
    kept = read(path)
    nouns = kept.get("nouns", {}) if kept.get("machine") == here else {}
    nouns[noun] = dict(moment) | {
        "duration_s": round(took, 1),
        "figures": [figure.as_json() for figure in figures],
    }
    written = {"machine": here, "postgresql": dict(durability), "nouns": nouns}
    path.write_text(json.dumps(written, indent=1) + "\n")


def read(path: Path = RESULTS) -> dict[str, Any]:
    """What the file holds; nothing when there is none."""
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    return found
