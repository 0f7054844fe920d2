"""The workflows we are compared with: written well, with none of our promises."""

import os
import socket
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow

TASK_QUEUE = "bare"
SHORT = timedelta(seconds=10)
MONTH = timedelta(days=30)
LISTENER = "BENCH_LISTENER"
"""The variable that names the socket of whoever waits for effects."""


@dataclass(frozen=True)
class Plan:
    """How many signals a bare job waits for, and which kind of activity follows each."""

    steps: int
    local: bool


@activity.defn
async def effect(workflow_id: str, step: int) -> None:
    """Nothing, and a word to whoever waits for it: a datagram, cheaper than any database."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(f"{workflow_id} {step}".encode(), os.environ[LISTENER])


@activity.defn
async def nothing() -> None:
    """Nothing at all."""


@workflow.defn
class BareJob:
    """Waits for a signal, runs an activity, as often as a job has steps; no timers, no details."""

    def __init__(self) -> None:
        self._inbox: deque[str] = deque()

    @workflow.run
    async def run(self, plan: Plan) -> None:
        """All steps, one after another."""
        for step in range(plan.steps):
            await workflow.wait_condition(lambda: bool(self._inbox))
            self._inbox.popleft()
            arguments = [workflow.info().workflow_id, step]
            if plan.local:
                await workflow.execute_local_activity(
                    effect, args=arguments, start_to_close_timeout=SHORT
                )
            else:
                await workflow.execute_activity(
                    effect, args=arguments, start_to_close_timeout=SHORT
                )

    @workflow.signal
    def decided(self, command: str) -> None:
        """Somebody decided."""
        self._inbox.append(command)


@workflow.defn
class BareDecision:
    """One signal, one local activity that does nothing, and the end that its caller waits for."""

    def __init__(self) -> None:
        self._decided = False

    @workflow.run
    async def run(self) -> None:
        """Until it is decided and done."""
        await workflow.wait_condition(lambda: self._decided)
        await workflow.execute_local_activity(nothing, start_to_close_timeout=SHORT)

    @workflow.query
    def waits(self) -> bool:
        """Whether nobody has decided yet."""
        return not self._decided

    @workflow.signal
    def decide(self, instruction_id: str) -> None:
        """Somebody decided."""
        self._decided = True


@workflow.defn
class BareWait:
    """Waits for one timer."""

    @workflow.run
    async def run(self) -> None:
        """A month."""
        await workflow.sleep(MONTH)
