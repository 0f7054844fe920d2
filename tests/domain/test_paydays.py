"""Earnings are paid twice a month, on banking days, to whoever asked two banking days before."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar, day_begins
from domain.paydays import Paydays
from tests.domain.almanac import BANKING, CALENDARS, MOMENTS, OFFICE, PLACE, YEARS, utc

RULE = Paydays()
SECOND = timedelta(seconds=1)
MONTHS = st.tuples(st.sampled_from(YEARS), st.integers(1, 12))
without_haste = settings(deadline=None)


@pytest.mark.parametrize(
    ("month", "first", "second"),
    [
        ("2026-01", "2026-01-15", "2026-01-30"),  # the 31st is a Saturday
        ("2026-02", "2026-02-13", "2026-02-27"),  # the 15th and the 28th are of a weekend
        ("2026-05", "2026-05-15", "2026-05-29"),  # the 31st is a Sunday
        ("2026-11", "2026-11-13", "2026-11-30"),
        ("2027-02", "2027-02-12", "2027-02-26"),  # the 15th is Washington's Birthday
        ("2027-12", "2027-12-15", "2027-12-31"),  # offices are closed on this 31st, banks are not
        ("2028-02", "2028-02-15", "2028-02-29"),  # a leap day
        ("2031-05", "2031-05-15", "2031-05-30"),
        ("2031-08", "2031-08-15", "2031-08-29"),
    ],
)
def test_payment_dates_roll_back_where_banks_are_closed(
    month: str, first: str, second: str
) -> None:
    """The 15th and the last banking day, never later."""
    year, number = map(int, month.split("-"))
    found = RULE.dates(year, number, BANKING)
    assert [str(day) for day in found] == [first, second]


def test_a_banking_day_need_not_be_an_office_day() -> None:
    """On 3 July 2026 offices keep the 4th, a Saturday; banks work and pay."""
    day = date(2026, 7, 3)
    assert BANKING.is_business_day(day) and not OFFICE.is_business_day(day)
    assert BANKING.before(date(2026, 7, 7), 2) == day


@pytest.mark.parametrize(
    ("payment_date", "cut_off"),
    [
        ("2026-01-15", "2026-01-14 05:00"),
        ("2026-03-13", "2026-03-12 04:00"),  # summer time began on the 8th
        ("2026-03-31", "2026-03-28 04:00"),  # a weekend between
        ("2026-10-30", "2026-10-29 04:00"),
        ("2026-11-13", "2026-11-11 05:00"),  # Veterans Day between, and summer time is over
        ("2026-11-30", "2026-11-26 05:00"),  # Thanksgiving and a weekend between
        ("2027-01-15", "2027-01-14 05:00"),
        ("2028-02-29", "2028-02-26 05:00"),
    ],
)
def test_the_cut_off_is_the_end_of_the_second_banking_day_before(
    payment_date: str, cut_off: str
) -> None:
    """A request of its last second is in time, one at midnight waits for the next date."""
    day, ends = date.fromisoformat(payment_date), utc(cut_off)
    assert RULE.cut_off(day, BANKING, PLACE) == ends
    assert RULE.payment_date(ends - SECOND, BANKING, PLACE) == day
    assert RULE.payment_date(ends, BANKING, PLACE) > day


@pytest.mark.parametrize(
    ("requested", "paid"),
    [
        ("2026-12-30 04:59:59.999999", "2026-12-31"),  # still 29 December in New York
        ("2026-12-30 05:00", "2027-01-15"),
        ("2026-12-31 23:00", "2027-01-15"),
        ("2028-02-26 04:59", "2028-02-29"),
        ("2028-02-26 05:00", "2028-03-15"),
        ("2028-02-29 12:00", "2028-03-15"),
        ("2026-11-01 05:30", "2026-11-13"),  # the hour that comes twice
        ("2026-11-01 06:30", "2026-11-13"),
    ],
)
def test_a_request_is_paid_on_the_first_date_it_is_in_time_for(requested: str, paid: str) -> None:
    """Around New Year, the leap day and the hour that comes twice."""
    assert str(RULE.payment_date(utc(requested), BANKING, PLACE)) == paid


@pytest.mark.parametrize(
    ("payment_date", "due"),
    [
        ("2026-01-15", "2026-01-14 17:00"),
        ("2026-03-13", "2026-03-12 16:00"),
        ("2026-11-30", "2026-11-27 17:00"),
        ("2027-02-12", "2027-02-11 17:00"),
        ("2028-02-29", "2028-02-28 17:00"),
    ],
)
def test_a_run_is_approved_by_noon_of_the_banking_day_before(payment_date: str, due: str) -> None:
    """Noon by the clock of the policy's place, in summer as in winter."""
    assert RULE.approval_due(date.fromisoformat(payment_date), BANKING, PLACE) == utc(due)


@without_haste
@given(MONTHS)
def test_both_dates_are_banking_days_with_none_left_out_between(month: tuple[int, int]) -> None:
    """No banking day lies between a payment date and the day it was rolled back from."""
    first, second = RULE.dates(*month, BANKING)
    assert first.month == second.month == month[1] and first < second
    assert BANKING.is_business_day(first) and BANKING.is_business_day(second)
    assert first.day <= 15
    after = [day for n in range(1, 32) if (day := second + n * timedelta(days=1)).day > second.day]
    skipped = [date(*month, day) for day in range(first.day + 1, 16)]
    skipped += [day for day in after if day.month == month[1]]
    assert not any(BANKING.is_business_day(day) for day in skipped)


@without_haste
@given(MOMENTS)
def test_a_request_always_has_the_nearest_date_it_can_have(at: datetime) -> None:
    """It meets the cut-off of its date, missed the one before, and is paid within a month."""
    paid = RULE.payment_date(at, BANKING, PLACE)
    assert at < RULE.cut_off(paid, BANKING, PLACE)
    months = {(day.year, day.month) for day in (at + timedelta(days=n) for n in range(-40, 41))}
    dates = sorted(day for month in months for day in RULE.dates(*month, BANKING))
    assert RULE.cut_off(dates[dates.index(paid) - 1], BANKING, PLACE) <= at
    assert paid - at.astimezone(ZoneInfo(PLACE)).date() <= timedelta(days=24)


@without_haste
@given(st.lists(MOMENTS, min_size=2, max_size=6))
def test_who_asks_earlier_is_never_paid_later(moments: list[datetime]) -> None:
    """Payment dates keep the order of the requests."""
    paid = [RULE.payment_date(at, BANKING, PLACE) for at in sorted(moments)]
    assert all(earlier <= later for earlier, later in pairwise(paid))


@without_haste
@given(MOMENTS)
def test_a_run_is_complete_before_it_must_be_approved(at: datetime) -> None:
    """From the cut-off to the noon of approval there is always half a day."""
    paid = RULE.payment_date(at, BANKING, PLACE)
    due = RULE.approval_due(paid, BANKING, PLACE)
    assert due - RULE.cut_off(paid, BANKING, PLACE) >= timedelta(hours=12)
    assert due.astimezone(ZoneInfo(PLACE)).hour == 12 and due.tzinfo is UTC


@without_haste
@given(CALENDARS, st.dates(date(2026, 2, 1), date(2026, 4, 30)), st.integers(0, 9))
def test_counting_back_skips_exactly_the_days_off(
    calendar: Calendar, day: date, count: int
) -> None:
    """Between a day and the n-th business day before lie n - 1 business days."""
    found = calendar.before(day, count)
    between = [found + timedelta(days=n) for n in range((day - found).days)]
    assert sum(map(calendar.is_business_day, between)) == count
    assert not count or calendar.is_business_day(found)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/New_York", "2026-03-08", "2026-03-08 05:00"),
        ("America/New_York", "2026-03-09", "2026-03-09 04:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00"),  # the clock leaps from 0:00 to 1:00
        ("America/Havana", "2026-11-01", "2026-11-01 04:00"),  # midnight comes twice
        ("Pacific/Kiritimati", "2026-01-01", "2025-12-31 10:00"),
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: str, begins: str) -> None:
    """Also where the clock leaps over midnight or shows it twice."""
    assert day_begins(date.fromisoformat(day), zone) == utc(begins)
