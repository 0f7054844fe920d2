"""The days off that the law gets as data are those of offices and those of banks."""

from datetime import UTC, date, datetime, timedelta

from ledger.calendars import banking_calendar, business_calendar


def test_both_calendars_reach_years_ahead() -> None:
    """Each year has its Labor Day, the first Monday of September, five years from now too."""
    this_year = datetime.now(UTC).year
    for year in range(this_year - 1, this_year + 6):
        monday = next(day for n in range(1, 8) if (day := date(year, 9, n)).weekday() == 0)
        assert not banking_calendar().is_business_day(monday)
        assert not business_calendar().is_business_day(monday)


def test_banks_work_on_the_friday_before_a_holiday_on_saturday() -> None:
    """Offices do not; every other day off is one of both."""
    office, banking = business_calendar(), banking_calendar()
    weekdays = {day for day in office.holidays ^ banking.holidays if day.weekday() < 5}
    assert weekdays
    for day in weekdays:
        assert day.weekday() == 4 and day + timedelta(days=1) in banking.holidays
        assert banking.is_business_day(day) and not office.is_business_day(day)
