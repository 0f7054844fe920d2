"""Periods are clock time, or business days of the policy's place; the holidays come as data."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field


class BusinessDays(BaseModel):
    """So many working days: neither Saturday nor Sunday nor a public holiday."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    business_days: int = Field(ge=1, le=60)

    def __str__(self) -> str:
        return f"{self.business_days} business days"


Period = timedelta | BusinessDays


class Calendar(BaseModel):
    """Which days count."""

    model_config = ConfigDict(frozen=True)

    holidays: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        return day.weekday() < 5 and day not in self.holidays

    def after(self, at: datetime, period: Period, timezone: str) -> datetime:
        """The moment (UTC) a period that begins at `at` is over.

        Business days keep the time of day of this time zone (an IANA name); a period that begins
        on a day off begins to count with the next business day.
        """
        if isinstance(period, timedelta):
            return at + period
        local = at.astimezone(ZoneInfo(timezone))
        day = local.date()
        left = period.business_days
        while left:
            day += timedelta(days=1)
            left -= self.is_business_day(day)
        return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def words(period: Period) -> str:
    """The period as people say it: `20 days`, `72 hours`, `5 business days`."""
    if isinstance(period, BusinessDays):
        return str(period)
    seconds = int(period.total_seconds())
    if seconds and seconds % 86_400 == 0 and seconds > 3 * 86_400:
        return f"{seconds // 86_400} days"
    if seconds and seconds % 3600 == 0:
        return f"{seconds // 3600} hours"
    return f"{seconds} seconds"
