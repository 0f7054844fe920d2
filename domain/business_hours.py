"""Hours that count on business days only: a clock that stands still while offices are closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.calendar import BusinessTime, Calendar

ALARMS = (50, 80, 100)
"""Percent of a period at which those who must act are told."""


def clock_hours_on_business_days(
    at: datetime, length: timedelta, office: Calendar, timezone: str
) -> datetime:
    """The moment (UTC) when so much of the clock has passed on business days since `at`.

    Days begin and end in this time zone (an IANA name); a business day on which the clock is
    changed counts the 23 or 25 hours it has.
    """
    return office.after(at, BusinessTime(length=length), timezone)


def alarms(
    at: datetime,
    length: timedelta,
    office: Calendar,
    timezone: str,
    percents: Sequence[int] = ALARMS,
) -> tuple[datetime, ...]:
    """The moments (UTC) at which these percents of the period are over."""
    parts = (length * percent / 100 for percent in percents)
    return tuple(clock_hours_on_business_days(at, part, office, timezone) for part in parts)
