"""`python -m docs.generate` writes the pages that come from the law; `--check` compares them."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docs import money_flow, processes

FOLDER = Path(__file__).parent
PAGES: Mapping[str, Callable[[], str]] = {
    "processes.md": processes.page,
    "money-flow.md": money_flow.page,
}


def main() -> int:
    """Write or check every page; 1 when a page is out of date."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, write nothing")
    only_compare: bool = parser.parse_args().check
    stale = out_of_date()
    for name in stale:
        if only_compare:
            print(f"docs/{name} is out of date: run `python -m docs.generate`", file=sys.stderr)
        else:
            (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
            print(f"wrote docs/{name}")
    return 1 if only_compare and stale else 0


def out_of_date() -> list[str]:
    """The pages that do not say what the law says now."""
    return [name for name, page in PAGES.items() if _written(name) != page()]


def _written(name: str) -> str | None:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
