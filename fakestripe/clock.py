"""The stand-in's clock runs with the machine's and can be moved ahead of it."""

import time

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now(offset: int) -> int:
    """Seconds since 1970, as Stripe counts."""
    return int(time.time()) + offset


def midnight_after(moment: int, days: int) -> int:
    """The beginning of the day so many days later, in UTC."""
    return (moment // DAY + days) * DAY
