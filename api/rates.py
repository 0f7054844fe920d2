"""Limits on attempts, counted in this process's memory over a moving window."""

import math
import time

from limits import parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.problems import Problem


class Rates:
    """How often something was tried, by whom."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, limits: str, *who: str) -> None:
        """Count one attempt; Problem 429 when one of `10/minute;50/hour` is used up."""
        for limit in parse_many(limits):
            if not await self._window.hit(limit, *who):
                stats = await self._window.get_window_stats(limit, *who)
                wait = max(1, math.ceil(stats.reset_time - time.time()))
                raise Problem("too_many_requests", headers={"Retry-After": str(wait)})
