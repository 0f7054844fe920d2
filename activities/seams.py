"""Where a worker stands between a workflow's wishes and their record; woven in only when armed."""

from typing import Any, NoReturn

from temporalio.worker import (
    ContinueAsNewInput,
    Interceptor,
    StartChildWorkflowInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle, ChildWorkflowHandle

from failpoints import here


class Seams(Interceptor):
    """The fail points that no code of ours stands at: the SDK's own moments."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,
    ) -> type[WorkflowInboundInterceptor] | None:
        """What is woven around every workflow."""
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
        handle = super().start_local_activity(input)
        handle.add_done_callback(lambda _: here("step.answered"))
        return handle

    async def start_child_workflow(
        self,
        input: StartChildWorkflowInput,
    ) -> ChildWorkflowHandle[Any, Any]:
        here("child.starting")
        handle = await super().start_child_workflow(input)
        here("child.started")
        return handle

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        here("case.continuing")
        super().continue_as_new(input)
