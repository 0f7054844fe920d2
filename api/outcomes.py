"""Waiting for outcomes: one batched poll per process for everybody who waits."""

import asyncio
from collections import Counter
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.outcome import Recorded
from ledger import instructions
from ledger.database import to_read

POLL_S = 0.01


@dataclass
class Outcomes:
    """Who waits for which instruction; nothing is polled while nobody waits."""

    engine: AsyncEngine
    _futures: dict[str, asyncio.Future[Recorded]] = field(default_factory=dict)
    _waiters: Counter[str] = field(default_factory=Counter)
    _poll: asyncio.Task[None] | None = None

    async def of(self, instruction_id: str, patience: timedelta) -> Recorded | None:
        """The outcome, or None when it is not there in time."""
        future = self._future(instruction_id)
        self._waiters[instruction_id] += 1
        if self._poll is None or self._poll.done():
            # It looks for everybody: nobody's ids and trace are its own.
            self._poll = asyncio.create_task(self._look(), context=Context())
        try:
            return await asyncio.wait_for(asyncio.shield(future), patience.total_seconds())
        except TimeoutError:
            return None
        finally:
            self._leave(instruction_id)

    def _future(self, instruction_id: str) -> asyncio.Future[Recorded]:
        fresh: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        return self._futures.setdefault(instruction_id, fresh)

    def _leave(self, instruction_id: str) -> None:
        """A repeated request waits for the same outcome: the last one closes the door."""
        self._waiters[instruction_id] -= 1
        if not self._waiters[instruction_id]:
            del self._waiters[instruction_id], self._futures[instruction_id]

    async def _look(self) -> None:
        """A lost database ends nobody's wait: what it committed is there when it is back."""
        while self._futures:
            await asyncio.sleep(POLL_S)
            with suppress(SQLAlchemyError, OSError):
                await self._hand_out()

    async def _hand_out(self) -> None:
        async with to_read(self.engine) as c:
            known = await instructions.recorded(c, list(self._futures))
        for instruction_id, outcome in known.items():
            future = self._futures.get(instruction_id)
            if future is not None and not future.done():
                _resolve(future, outcome)


def _resolve(future: asyncio.Future[Recorded], outcome: object) -> None:
    """One that cannot be read fails for those who wait for it, and for nobody else."""
    try:
        future.set_result(Recorded.model_validate(outcome))
    except ValidationError as unreadable:
        future.set_exception(unreadable)
