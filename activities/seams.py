"""Where a worker stands between a workflow's wishes and their record; woven in only when armed."""

from collections.abc import Iterator
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.worker import (
    ContinueAsNewInput,
    Interceptor,
    StartActivityInput,
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
        handle.add_done_callback(_step_answered)
        return handle

    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        handle = super().start_activity(input)
        handle.add_done_callback(_activity_answered)
        return handle

    async def start_child_workflow(
        self,
        input: StartChildWorkflowInput,
    ) -> ChildWorkflowHandle[Any, Any]:
        if _is_new():
            here("child.starting", *_whose())
        handle = await super().start_child_workflow(input)
        if _is_new():
            here("child.started", *_whose())
        return handle

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        here("case.continuing", *_whose())
        super().continue_as_new(input)


def _step_answered(_: object) -> None:
    if _is_new():
        here("step.answered", *_whose())


def _activity_answered(_: object) -> None:
    if _is_new():
        here("activity.answered", *_whose())


def _is_new() -> bool:
    """Whether it happens now: a history that is replayed knows it already."""
    return not workflow.unsafe.is_replaying()


def _whose() -> Iterator[str]:
    """The workflow, and the one that started it."""
    about = workflow.info()
    yield about.workflow_id
    if about.parent is not None:
        yield about.parent.workflow_id
