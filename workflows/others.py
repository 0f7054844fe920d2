"""What a case sets going besides its own steps: other cases, and reminders it waits for."""

import asyncio
from collections.abc import Iterable

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.outcome import CaseBrief, Start
    from workflows import options


async def start_child(case: CaseBrief) -> None:
    """Start another case's workflow; if that fails, the sweeper starts it from its row."""
    try:
        await workflow.start_child_workflow(
            options.WORKFLOWS[case.kind],
            Start(case_id=case.id),
            id=case.workflow_id,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            search_attributes=options.search_attributes(case),
            static_summary=options.SUMMARIES[case.kind],
            static_details=options.FOR_OPERATORS,
        )
    except FailureError as failure:
        if is_cancelled_exception(failure):
            raise
        workflow.logger.warning("child not started", extra={"case_id": case.id})


class Reminders:
    """Reminders under way; they hold up nobody's decision, only the clock waits for them."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def send(self, mail_ids: Iterable[str]) -> None:
        """Send these mails; what became of each is recorded on it."""
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks += [asyncio.create_task(_remind(mail_id)) for mail_id in mail_ids]

    @property
    def under_way(self) -> bool:
        """Whether one has been neither delivered nor given up yet."""
        return any(not task.done() for task in self._tasks)


async def _remind(mail_id: str) -> None:
    try:
        await workflow.execute_activity(
            options.SEND_REMINDER,
            mail_id,
            result_type=str,
            start_to_close_timeout=options.REMINDER_TIMEOUT,
            schedule_to_close_timeout=3 * options.REMINDER_TIMEOUT,
            retry_policy=options.BOUNDED,
            summary="reminder",
        )
    except FailureError as failure:
        if is_cancelled_exception(failure):
            raise
        workflow.logger.warning("reminder not delivered", extra={"mail_id": mail_id})
