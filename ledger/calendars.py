"""The holidays that business days and banking days skip, as data for the law."""

from datetime import UTC, datetime
from functools import cache

import holidays

from domain.calendar import Calendar

YEARS_AHEAD = 6


@cache
def business_calendar() -> Calendar:
    """Office days of the policy's place, from last year to years ahead of this process's start."""
    return Calendar(
        holidays=frozenset(holidays.country_holidays("US", years=_years())),
        bank_holidays=banking_calendar().holidays,
    )


@cache
def banking_calendar() -> Calendar:
    """Days on which the Federal Reserve's banks move money, over the same years."""
    return Calendar(holidays=frozenset(holidays.financial_holidays("FED", years=_years())))


def _years() -> range:
    year = datetime.now(UTC).year
    return range(year - 1, year + YEARS_AHEAD)
