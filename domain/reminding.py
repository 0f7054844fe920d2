"""When a waiting state reminds the party whose silence counts."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from domain.cases import Case, Role
from domain.policy import Policy
from domain.process import Reminders


def usual_reminders(
    state: StrEnum, end: str, to: Callable[[Case], AbstractSet[Role]], says: str
) -> Reminders:
    """At half time, and the policy's times before the end."""
    return Reminders(state, lambda case: frozenset(to(case)), _usual, says, end)


def rejection_reminders(state: StrEnum, end: str, says: str) -> Reminders:
    """On the days of the policy after the request, and shortly before the end, to both."""
    both = frozenset({Role.CLIENT, Role.FREELANCER})
    return Reminders(state, lambda case: both, _rejection, says, end)


def _usual(begin: datetime, end: datetime, policy: Policy) -> Iterable[datetime]:
    yield begin + (end - begin) / 2
    for before in policy.reminders_before_end:
        yield end - before


def _rejection(begin: datetime, end: datetime, policy: Policy) -> Iterable[datetime]:
    extended = end - begin < policy.rejection_period
    if extended:
        yield from _usual(begin, end, policy)
        return
    for after in policy.rejection_reminders:
        yield begin + after
    yield end - policy.rejection_last_reminder
