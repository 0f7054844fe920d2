"""What can go wrong with an activity, provoked in a worker as bad luck would."""

import asyncio
from collections import Counter
from typing import Any

from temporalio import activity, client, worker
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput


class Fault(client.Interceptor, worker.Interceptor):
    """Something that a worker's activities meet; a client carries it to the worker."""


class LostAnswers(Fault):
    """The first `each` tries of every step are done, and their answers never arrive."""

    def __init__(self, each: int) -> None:
        self.count = 0
        self._each = each
        self._tries: Counter[Any] = Counter()

    def intercept_activity(self, inner: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Losing(inner, self)

    def loses(self, request: Any) -> bool:
        """Whether the answer to this request gets lost."""
        self._tries[request] += 1
        lost = self._tries[request] <= self._each
        self.count += lost
        return lost


class _Losing(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, lost: LostAnswers) -> None:
        super().__init__(inner)
        self._lost = lost

    async def execute_activity(self, call: ExecuteActivityInput) -> Any:
        answer = await super().execute_activity(call)
        if activity.info().activity_type == "commit_step" and self._lost.loses(call.args[0]):
            raise ConnectionResetError("the answer was lost")
        return answer


class Failing(Fault):
    """Activities of this type fail until they have failed so often, or the fault is over.

    With a `workflow_id` only its own do: others of the same world may be at work too.
    """

    def __init__(
        self, activity_type: str, failure: Exception, times: int = 1_000, workflow_id: str = ""
    ) -> None:
        self.activity_type = activity_type
        self.workflow_id = workflow_id
        self.failure = failure
        self.times = times
        self.met = 0

    def intercept_activity(self, inner: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Failing(inner, self)

    def concerns(self, about: activity.Info) -> bool:
        """Whether this activity is one that fails."""
        return (
            about.activity_type == self.activity_type
            and self.workflow_id in ("", about.workflow_id)
            and self.met < self.times
        )


class _Failing(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, fault: Failing) -> None:
        super().__init__(inner)
        self._fault = fault

    async def execute_activity(self, call: ExecuteActivityInput) -> Any:
        fault = self._fault
        if fault.concerns(activity.info()):
            fault.met += 1
            raise fault.failure
        return await super().execute_activity(call)


class Hanging(Fault):
    """Activities of this type wait until they are let go."""

    def __init__(self, activity_type: str) -> None:
        self.activity_type = activity_type
        self.let_go = asyncio.Event()
        self.met = 0

    def intercept_activity(self, inner: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Hanging(inner, self)


class _Hanging(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, fault: Hanging) -> None:
        super().__init__(inner)
        self._fault = fault

    async def execute_activity(self, call: ExecuteActivityInput) -> Any:
        if activity.info().activity_type == self._fault.activity_type:
            self._fault.met += 1
            await self._fault.let_go.wait()
        return await super().execute_activity(call)
