"""The real days on which offices and banks of the policy's place are closed, for tests."""

from datetime import UTC, date, datetime, timedelta

import holidays
from hypothesis import strategies as st

from domain.calendar import Calendar

PLACE = "America/New_York"
YEARS = range(2025, 2033)
OFFICE = Calendar(holidays=frozenset(holidays.country_holidays("US", years=YEARS)))
BANKING = Calendar(holidays=frozenset(holidays.financial_holidays("FED", years=YEARS)))

_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def moments(days: int) -> st.SearchStrategy[datetime]:
    """Moments of so many days from the beginning of 2026."""
    return st.timedeltas(timedelta(0), timedelta(days=days)).map(lambda passed: _NEW_YEAR + passed)


MOMENTS = moments(5 * 365)
CALENDARS = st.builds(
    lambda days: Calendar(holidays=frozenset(days)),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 6, 30)), max_size=60),
)
"""Days off as no country has them."""


def utc(written: str) -> datetime:
    """`2026-07-03 04:00` as a moment."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
