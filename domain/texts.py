"""What counts as text, and as a time that is written: no control characters, no numbers."""

import re
from datetime import date, datetime

# Tab and line ends are text. Other control characters and halves of surrogate pairs are not:
# the books keep neither a NUL nor a half.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?!\d)", re.ASCII)


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def plain(text: str) -> str:
    """The text itself; ValueError when something in it is not text."""
    if _NO_TEXT.search(text):
        raise ValueError("control characters and half characters are not text")
    return text


def written_time(given: object) -> object:
    """The time as it was given; ValueError for a number, although one could be read as a time."""
    if isinstance(given, datetime) or (isinstance(given, str) and _RFC3339.match(given)):
        return given
    raise ValueError("a time is written like 2026-01-31T12:00:00Z")


def written_day(given: object) -> object:
    """The day as it was given; ValueError for a number, although one could be read as a day."""
    if type(given) is date or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("a day is written like 2026-01-31")
