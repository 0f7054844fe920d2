"""What operators see of a step: its lines in the log carry its ids, it is counted and traced."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from structlog.contextvars import bound_contextvars
from temporalio import activity

import metrics
import tracing
from domain.outcome import StepRequest
from ledger.recording import Taken

CLOCK, SOMEBODY = "clock", "somebody"


class Watched:
    """One step, and what came of it as soon as that is known."""

    def __init__(self, request: StepRequest, ids: Mapping[str, str]) -> None:
        self.command = SOMEBODY if request.instruction_id else CLOCK
        self.outcome = "failed"
        self._ids = ids

    def traced(self, under: str | None) -> AbstractContextManager[None]:
        """What is done in this block, in the trace of its request."""
        return tracing.span("commit_step", under, **self._ids)

    def came_to(self, taken: Taken) -> None:
        """It was committed."""
        self.outcome = taken.outcome.status.value
        self.command = taken.command or self.command
        if taken.waited is not None:
            metrics.DECIDED_SECONDS.labels(self.command).observe(taken.waited.total_seconds())


@contextmanager
def watched(request: StepRequest) -> Iterator[Watched]:
    """Watch the step that is taken in this block."""
    about = {"case_id": request.case_id, "instruction_id": request.instruction_id}
    ids = {name: one for name, one in about.items() if one is not None} | _workflow()
    step, begun = Watched(request, ids), time.monotonic()
    try:
        with bound_contextvars(**ids):
            yield step
    finally:
        seconds = time.monotonic() - begun
        metrics.STEP_SECONDS.labels(step.command, step.outcome).observe(seconds)


def _workflow() -> dict[str, str]:
    if not activity.in_activity():
        return {}
    if not activity.info().is_local:
        metrics.VISIBLE.inc()
    return {"workflow_id": activity.info().workflow_id or ""}
