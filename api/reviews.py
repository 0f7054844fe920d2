"""Until when staff have to have looked at what is of no case."""

from datetime import UTC, datetime

from domain.policy import Policy
from ledger.calendars import business_calendar
from settings import Settings


def review_ends(settings: Settings) -> datetime:
    """The moment a review by staff that begins now has to be over."""
    policy = Policy.model_validate(settings.policy, extra="forbid")
    now = datetime.now(UTC)
    return business_calendar().after(now, policy.staff_review_period, policy.timezone)
