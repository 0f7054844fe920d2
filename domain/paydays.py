"""When earnings are paid: twice a month, on banking days, whoever asked before the cut-off."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.calendar import Calendar, day_begins

DAY = timedelta(days=1)


class Paydays(BaseModel):
    """The rule of payment dates; `banking` is the calendar of banks, `timezone` the policy's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    middle: Annotated[int, Field(ge=10, le=20)] = 15
    """The day of the month of the first payment; the second is on the last banking day."""
    cut_off_days: Annotated[int, Field(ge=0, le=5)] = 2
    """Banking days before the payment date; a request until the end of that day is in time."""
    approved_by: time = time(12)
    """When the run must be approved, on the banking day before the payment date."""

    def dates(self, year: int, month: int, banking: Calendar) -> tuple[date, date]:
        """Both payment dates of a month, rolled back where banks are closed."""
        middle = date(year, month, self.middle)
        # The 28th exists in every month, and four days later it is always the next one.
        last = (date(year, month, 28) + 4 * DAY).replace(day=1) - DAY
        return banking.not_after(middle), banking.not_after(last)

    def cut_off(self, payment_date: date, banking: Calendar, timezone: str) -> datetime:
        """The moment (UTC) from which on a request is too late for this payment date."""
        return day_begins(banking.before(payment_date, self.cut_off_days) + DAY, timezone)

    def payment_date(
        self,
        requested_at: datetime,
        banking: Calendar,
        timezone: str,
        approved: Collection[date] = (),
    ) -> date:
        """The first payment date whose cut-off the request meets, and whose run still waits."""
        day = requested_at.astimezone(ZoneInfo(timezone)).date()
        return next(
            found
            for found in self._from(day, banking)
            if requested_at < self.cut_off(found, banking, timezone) and found not in approved
        )

    def approval_due(self, payment_date: date, banking: Calendar, timezone: str) -> datetime:
        """The moment (UTC) by which the payment run of this date must be approved."""
        day = banking.before(payment_date, 1)
        return datetime.combine(day, self.approved_by, ZoneInfo(timezone)).astimezone(UTC)

    def _from(self, day: date, banking: Calendar) -> Iterator[date]:
        first = day.replace(day=1)
        while True:
            yield from self.dates(first.year, first.month, banking)
            first = (first + 31 * DAY).replace(day=1)
