"""Lists, newest first, a page at a time; an opaque cursor names where the next page begins."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from sqlalchemy import RowMapping

from api.bodies import Shown
from api.problems import Problem

T = TypeVar("T", bound=Shown)
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
LONGEST_MOMENT = 16
"""Digits of a moment in microseconds, until the year 2286."""
LONGEST_NUMBER = 18
"""Digits of a row's number."""
_PLACE = re.compile(r"[0-9a-z_.~-]{1,140}")

Limit = Annotated[int, Query(ge=1, le=100)]
"""How many at most."""


class Page(Shown, Generic[T]):
    """One page of a list, and the cursor of the next if there is one."""

    items: list[T]
    next_cursor: str | None


async def _place(cursor: Annotated[str | None, Query(max_length=200)] = None) -> str | None:
    if cursor is None:
        return None
    try:
        place = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, UnicodeError):
        place = ""
    if not _PLACE.fullmatch(place):
        raise bad_cursor()
    return place


Place = Annotated[str | None, Depends(_place)]
"""After which item the page begins; None: at the newest."""


def bad_cursor() -> Problem:
    """The cursor was made up."""
    errors = [{"parameter": "cursor", "detail": "this cursor was not given by a list"}]
    return Problem("invalid", errors=errors)


def page(
    rows: Sequence[RowMapping],
    limit: int,
    show: Callable[[RowMapping], T],
    place: Callable[[RowMapping], str] = lambda row: str(row["id"]),
) -> Page[T]:
    """The page from `limit` + 1 rows: the one too many tells that there is a next page."""
    shown = rows[:limit]
    more = len(rows) > limit
    following = base64.urlsafe_b64encode(place(shown[-1]).encode()).decode() if more else None
    return Page(items=[show(row) for row in shown], next_cursor=following)


def number_of(place: str | None) -> int | None:
    """The number of the row after which a list by numbers goes on."""
    if place is None:
        return None
    if not place.isdecimal() or len(place) > LONGEST_NUMBER:
        raise bad_cursor()
    return int(place)


def place_at(moment: datetime, row_id: str) -> str:
    """Where a list by time goes on after this row, though it may have left by then."""
    return f"{(moment - EPOCH) // MICROSECOND}.{row_id}"


def moment_of(place: str | None) -> tuple[datetime, str] | None:
    """The moment and the row of such a place."""
    if place is None:
        return None
    microseconds, _, row_id = place.partition(".")
    if not microseconds.isdecimal() or len(microseconds) > LONGEST_MOMENT:
        raise bad_cursor()
    return EPOCH + int(microseconds) * MICROSECOND, row_id
