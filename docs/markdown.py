"""Text as pages need it: tables, lists of words, names in plain language."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from domain.calendar import words

DAY = timedelta(days=1)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell without content shows a dash."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell or "—" for cell in line) + " |" for line in lines)


def listed(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *first, end = items
    return f"{', '.join(first)} {last} {end}" if first else end


def plain(name: str) -> str:
    """`RequestRevision` or `request_revision` as `request revision`."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return spaced.replace("_", " ").strip().lower()


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return text[0].upper() + text[1:].rstrip(".") + "."


def first_line(documented: object) -> str:
    """The promise in a docstring."""
    return (documented.__doc__ or "").strip().split("\n")[0]


def periods(values: Iterable[timedelta]) -> str:
    """`5, 2 and 1 days`, `1, 10 and 15 days`, `5 days and 6 hours`."""
    whole = [value for value in values if not value % DAY]
    rest = [words(value) for value in values if value % DAY]
    days = [str(value // DAY) for value in whole]
    unit = "day" if days == ["1"] else "days"
    return listed([f"{listed(days)} {unit}", *rest] if days else rest)
