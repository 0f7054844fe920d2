"""Periods are clock time, or business days of the policy's place; the holidays come as data."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field


class BusinessDays(BaseModel):
    """So many working days: neither Saturday nor Sunday nor a public holiday."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    business_days: int = Field(ge=1, le=60)

    def __str__(self) -> str:
        return f"{self.business_days} business days"


class BusinessTime(BaseModel):
    """So much of the clock, which stands still on days off."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    length: timedelta

    def __str__(self) -> str:
        return f"{words(self.length)} on business days"

    def part(self, percent: int) -> "BusinessTime":
        """So many percent of it."""
        return BusinessTime(length=self.length * percent / 100)


class BankingDays(BaseModel):
    """So many days on which banks move money."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    banking_days: int = Field(ge=1, le=60)

    def __str__(self) -> str:
        return f"{self.banking_days} banking days"


Period = timedelta | BusinessDays | BusinessTime | BankingDays


class Calendar(BaseModel):
    """Which days count."""

    model_config = ConfigDict(frozen=True)

    holidays: frozenset[date] = frozenset()
    bank_holidays: frozenset[date] | None = None
    """Days on which banks are closed; None: those on which offices are."""

    @property
    def of_banks(self) -> "Calendar":
        """The days of banks."""
        closed = self.bank_holidays
        return self if closed is None else Calendar(holidays=closed)

    def is_business_day(self, day: date) -> bool:
        """Whether offices, or in a banks' calendar banks, work on this day."""
        return day.weekday() < 5 and day not in self.holidays

    def not_after(self, day: date) -> date:
        """The day itself, rolled back to the last business day before it if it is none."""
        while not self.is_business_day(day):
            day -= timedelta(days=1)
        return day

    def before(self, day: date, business_days: int) -> date:
        """The business day that is so many before this day."""
        for _ in range(business_days):
            day = self.not_after(day - timedelta(days=1))
        return day

    def after(self, at: datetime, period: Period, timezone: str) -> datetime:
        """The moment (UTC) a period that begins at `at` is over.

        Business days keep the time of day of this time zone (an IANA name); a period that begins
        on a day off begins to count with the next business day.
        """
        if isinstance(period, timedelta):
            return at + period
        if isinstance(period, BusinessTime):
            return self._clock_on_business_days(at, period.length, timezone)
        if isinstance(period, BankingDays):
            same = BusinessDays(business_days=period.banking_days)
            return self.of_banks.after(at, same, timezone)
        local = at.astimezone(ZoneInfo(timezone))
        day = local.date()
        left = period.business_days
        while left:
            day += timedelta(days=1)
            left -= self.is_business_day(day)
        return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)

    def _clock_on_business_days(self, at: datetime, length: timedelta, timezone: str) -> datetime:
        """A business day on which the clock is changed counts the 23 or 25 hours it has."""
        left, moment = length, at.astimezone(UTC)
        while True:
            day = moment.astimezone(ZoneInfo(timezone)).date()
            ends = day_begins(day + timedelta(days=1), timezone)
            if self.is_business_day(day):
                if moment + left <= ends:
                    return moment + left
                left -= ends - moment
            moment = ends


def day_begins(day: date, timezone: str) -> datetime:
    """The moment (UTC) this day begins in this time zone (an IANA name).

    Where the clock leaps over midnight the day begins with the leap, and where it shows midnight
    twice, with the first.
    """
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def words(period: Period) -> str:
    """The period as people say it: `20 days`, `72 hours`, `5 business days`."""
    if isinstance(period, BusinessDays | BusinessTime | BankingDays):
        return str(period)
    seconds = int(period.total_seconds())
    if not seconds:
        return "at once"
    if seconds and seconds % 86_400 == 0 and seconds > 3 * 86_400:
        return f"{seconds // 86_400} days"
    if seconds and seconds % 3600 == 0:
        return f"{seconds // 3600} hours"
    if seconds > 3600 and seconds % 60 == 0:
        return f"{seconds // 3600} hours {seconds % 3600 // 60} minutes"
    return f"{seconds} seconds"
