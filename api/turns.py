"""Work that takes much is done so many times at once, for each person once; others wait a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from api.problems import Problem


class Turns:
    """Whose turn it is; people who ask again wait for their own first, not in others' way."""

    def __init__(self, at_once: int, patience: timedelta) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._own: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._patience = patience

    @asynccontextmanager
    async def of(self, person: str) -> AsyncIterator[None]:
        """Hold a place; Problem 503 when none came free in time."""
        own = self._own.setdefault(person, asyncio.Lock())
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._patience.total_seconds()):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._places)
            except TimeoutError:
                retry = {"Retry-After": "30"}
                detail = "Others are being served, try again in a while"
                raise Problem("unavailable", detail, headers=retry) from None
            yield
