"""Transactions that met another: a serialization failure or a deadlock is simply run again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

import metrics
from ledger.database import is_serialization_conflict

TRIES = 5
T = TypeVar("T")


async def insisting(transaction: Callable[[], Awaitable[T]]) -> T:
    """What this whole transaction answers; it has done nothing when it met another."""
    for attempt in range(1, TRIES + 1):
        try:
            return await transaction()
        except DBAPIError as error:
            if attempt == TRIES or not is_serialization_conflict(error):
                raise
            metrics.CONFLICTS.inc()
            await asyncio.sleep(0.02 * attempt)
    raise AssertionError("the last try returns or raises")
