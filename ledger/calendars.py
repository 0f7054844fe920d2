"""The holidays that business days skip, as data for the law."""

from datetime import UTC, datetime
from functools import cache

import holidays

from domain.calendar import Calendar

YEARS_AHEAD = 6


@cache
def business_calendar() -> Calendar:
    """Office days of the policy's place, from last year to years ahead of this process's start."""
    year = datetime.now(UTC).year
    days = holidays.country_holidays("US", years=range(year - 1, year + YEARS_AHEAD))
    return Calendar(holidays=frozenset(days))
