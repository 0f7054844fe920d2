"""Waiting for outcomes: one batched poll per process for everybody who waits."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.outcome import Recorded
from ledger import instructions

POLL_S = 0.01


@dataclass
class Outcomes:
    """Who waits for which instruction; nothing is polled while nobody waits."""

    engine: AsyncEngine
    _waiting: dict[str, asyncio.Future[Recorded]] = field(default_factory=dict)
    _poll: asyncio.Task[None] | None = None

    async def of(self, instruction_id: str, patience: timedelta) -> Recorded | None:
        """The outcome, or None when it is not there in time."""
        future = self._waiting.setdefault(
            instruction_id, asyncio.get_running_loop().create_future()
        )
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(asyncio.shield(future), patience.total_seconds())
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(instruction_id, None)

    async def _look(self) -> None:
        """A lost database ends nobody's wait: what it committed is there when it is back."""
        while self._waiting:
            await asyncio.sleep(POLL_S)
            with suppress(SQLAlchemyError, OSError):
                await self._hand_out()

    async def _hand_out(self) -> None:
        async with self.engine.connect() as c:
            known = await instructions.outcomes(c, list(self._waiting))
        for instruction_id, outcome in known.items():
            future = self._waiting.get(instruction_id)
            if future is not None and not future.done():
                future.set_result(outcome)
