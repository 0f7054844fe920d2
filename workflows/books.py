"""How a workflow takes a step: quickly if it can, else visibly and without end."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Outcome, StepRequest
    from workflows import options, showing

SECOND = timedelta(seconds=1)


class Books:
    """The books, as one workflow asks them; `retry_asked` tries a failing step again at once."""

    def __init__(self) -> None:
        self.retry_asked = False

    async def commit(self, request: StepRequest, command: str) -> Outcome:
        """The outcome of the step; only an operator's cancellation leaves this as a failure."""
        try:
            outcome: Outcome = await workflow.execute_local_activity(
                options.COMMIT_STEP,
                request,
                result_type=Outcome,
                start_to_close_timeout=options.SHORT,
                retry_policy=options.QUICKLY,
                summary=command,
            )
        except FailureError as failure:
            if is_cancelled_exception(failure):
                raise
            return await self._commit_visibly(request, command, failure)
        return outcome

    async def _commit_visibly(
        self, request: StepRequest, command: str, failure: FailureError
    ) -> Outcome:
        """The step as a pending activity that operators see and can hurry."""
        patience_ends = workflow.now() + options.STUCK_AFTER
        while True:
            self.retry_asked = False
            trying = workflow.start_activity(
                options.COMMIT_STEP,
                request,
                result_type=Outcome,
                start_to_close_timeout=options.STEP_TIMEOUT,
                retry_policy=options.WITHOUT_END,
                summary=command,
            )
            await self._wait(trying, patience_ends, command, failure)
            if not trying.done():
                trying.cancel()
            try:
                outcome: Outcome = await trying
            except FailureError as again:
                if is_cancelled_exception(again) and not self.retry_asked:
                    raise
                failure = failure if is_cancelled_exception(again) else again
            else:
                return outcome

    async def _wait(
        self,
        trying: "workflow.ActivityHandle[Outcome]",
        patience_ends: datetime,
        command: str,
        failure: FailureError,
    ) -> None:
        """Until the step has an end or an operator asks for another try; late, say stuck."""

        def ready() -> bool:
            return trying.done() or self.retry_asked

        try:
            await workflow.wait_condition(
                ready,
                timeout=max(patience_ends - workflow.now(), SECOND),
                timeout_summary="then the case counts as stuck",
            )
        except TimeoutError:
            showing.stuck(command, failure)
            await workflow.wait_condition(ready)
