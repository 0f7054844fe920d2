"""Hours on business days: the clock runs day and night, and stands still while offices rest."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import BusinessTime, Calendar
from domain.policy import Policy
from tests.domain.almanac import CALENDARS, MOMENTS, OFFICE, PLACE, moments, utc

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=12))
ZONES = st.sampled_from(
    [PLACE, "UTC", "Africa/Cairo", "America/Havana", "America/Santiago", "America/Scoresbysund"]
)
"""Also those that change their clocks at midnight, and on a Friday."""
without_haste = settings(deadline=None)


def clock_hours_on_business_days(
    at: datetime, length: timedelta, office: Calendar, zone: str
) -> datetime:
    """When so much of the clock has passed on business days since then."""
    return office.after(at, BusinessTime(length=length), zone)


def alarms(at: datetime, length: timedelta, office: Calendar, zone: str) -> tuple[datetime, ...]:
    """When the policy's percents of so much have passed."""
    whole = BusinessTime(length=length)
    return tuple(office.after(at, whole.part(n), zone) for n in Policy().crediting_alarms)


@pytest.mark.parametrize(
    ("at", "over"),
    [
        ("2026-07-07 18:00", "2026-07-08 18:00"),  # Tuesday to Wednesday
        ("2026-07-10 18:00", "2026-07-13 18:00"),  # Friday to Monday
        ("2026-07-11 18:00", "2026-07-14 04:00"),  # Saturday: all of Monday
        ("2026-07-02 18:00", "2026-07-06 18:00"),  # offices rest on Friday, 3 July 2026
        ("2026-07-03 18:00", "2026-07-07 04:00"),
        ("2026-07-07 04:00", "2026-07-08 04:00"),  # from midnight to midnight
        ("2026-07-10 04:00", "2026-07-11 04:00"),  # all of Friday
        ("2026-03-06 17:00", "2026-03-09 16:00"),  # noon to noon; summer time began between
        ("2026-10-30 16:00", "2026-11-02 17:00"),  # noon to noon; summer time ended between
        ("2028-02-28 17:00", "2028-02-29 17:00"),  # a leap day
        ("2026-12-31 17:00", "2027-01-04 17:00"),  # New Year's Day and a weekend
        ("2026-11-25 17:00", "2026-11-27 17:00"),  # Thanksgiving
    ],
)
def test_24_hours_on_business_days_stand_still_on_other_days(at: str, over: str) -> None:
    """Weekends and holidays take nothing from them."""
    assert clock_hours_on_business_days(utc(at), DAY, OFFICE, PLACE) == utc(over)


def test_a_changed_clock_on_a_business_day_changes_no_hour() -> None:
    """In Cairo the Friday of 24 April 2026 has 23 hours: 24 take an hour of the next day."""
    begins = utc("2026-04-23 22:00")
    calendar = Calendar(holidays=frozenset())
    monday = clock_hours_on_business_days(begins, DAY, calendar, "Africa/Cairo")
    assert monday == utc("2026-04-26 22:00")


def test_alarms_ring_at_half_four_fifths_and_the_whole() -> None:
    """Of a receipt on Friday at noon: at midnight, and on Monday."""
    found = alarms(utc("2026-07-10 16:00"), DAY, OFFICE, PLACE)
    assert found == (utc("2026-07-11 04:00"), utc("2026-07-13 11:12"), utc("2026-07-13 16:00"))


def seconds_counted(at: datetime, until: datetime, office: Calendar, zone: str) -> int:
    """How many seconds of business days lie between, counted by the quarter of an hour."""
    step, total, moment = timedelta(minutes=15), 0, at
    while moment < until:
        part = min(step, until - moment)
        if office.is_business_day(moment.astimezone(ZoneInfo(zone)).date()):
            total += int(part.total_seconds())
        moment += part
    return total


@without_haste
@given(moments(days=200), st.integers(1, 400), CALENDARS, ZONES)
def test_what_passes_on_business_days_is_the_length_itself(
    at: datetime, quarters: int, office: Calendar, zone: str
) -> None:
    """Counted again, one quarter of an hour after the other."""
    begin = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    length = quarters * timedelta(minutes=15)
    over = clock_hours_on_business_days(begin, length, office, zone)
    assert seconds_counted(begin, over, office, zone) == length.total_seconds()
    last = (over - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()
    assert office.is_business_day(last)


@without_haste
@given(MOMENTS, LENGTHS, LENGTHS, ZONES)
def test_two_periods_one_after_the_other_are_one(
    at: datetime, first: timedelta, second: timedelta, zone: str
) -> None:
    """Where one ends the other begins, and nothing is lost between."""
    half = clock_hours_on_business_days(at, first, OFFICE, zone)
    whole = clock_hours_on_business_days(at, first + second, OFFICE, zone)
    assert clock_hours_on_business_days(half, second, OFFICE, zone) == whole


@without_haste
@given(MOMENTS, LENGTHS, ZONES)
def test_alarms_come_in_order_and_the_last_at_the_end(
    at: datetime, length: timedelta, zone: str
) -> None:
    """Each later than the one before, none before the period began."""
    half, most, end = alarms(at, length, OFFICE, zone)
    assert at < half < most < end == clock_hours_on_business_days(at, length, OFFICE, zone)


@given(MOMENTS)
def test_where_the_moment_was_written_changes_nothing(at: datetime) -> None:
    """The same moment in the zone of its writer has the same end."""
    elsewhere = at.astimezone(ZoneInfo("Europe/Paris"))
    ours = clock_hours_on_business_days(at, 30 * HOUR, OFFICE, PLACE)
    assert clock_hours_on_business_days(elsewhere, 30 * HOUR, OFFICE, PLACE) == ours
