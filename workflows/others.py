"""What a case sets going besides its own steps: other cases, and reminders it waits for."""

import asyncio
from collections.abc import Iterable

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.outcome import Answer, CaseBrief, Said, Start
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


class Outside:
    """What a case asks of the outside: when its state begins, and whenever it is told."""

    def __init__(self) -> None:
        self._asking: asyncio.Task[Said | None] | None = None
        self._what = ""
        self._asked_at = -1
        self._again = False

    def ask(self, case: CaseBrief, *, told: bool) -> None:
        """Ask what this case asks, unless that is under way or known; told, it is asked again.

        A question that is not the case's any more is dropped: its answer would be another's.
        """
        told, self._again = told or self._again, False
        if self._asking is not None and self._what != case.asks:
            self.forget()
        if not case.asks or (self._asked_at == case.version and not told):
            return
        if self._asking is not None:
            self._again = told
            return
        self._what, self._asked_at = case.asks, case.version
        self._asking = asyncio.create_task(_asked(case))

    @property
    def answered(self) -> bool:
        """Whether an answer is there."""
        return self._asking is not None and self._asking.done()

    @property
    def under_way(self) -> bool:
        """Whether something was asked, and its answer not taken yet."""
        return self._asking is not None

    def answer(self) -> Said | None:
        """Take the answer that is there, if it says anything."""
        assert self._asking is not None, "somebody asked"
        said, self._asking = self._asking.result(), None
        return said

    def forget(self) -> None:
        """Nobody waits for the answer any more."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def hurry(self) -> bool:
        """An operator wants to know now: what waits for its next try is dropped, to be asked anew.

        Whether there was any.
        """
        waits = self._asking is not None and not self._asking.done()
        if waits:
            self.forget()
        return waits


async def _asked(case: CaseBrief) -> Said | None:
    try:
        answer: Answer = await workflow.execute_activity(
            case.asks,
            case.id,
            result_type=Answer,
            start_to_close_timeout=options.OUTSIDE_TIMEOUT,
            retry_policy=options.WITHOUT_END,
            summary=case.asks,
        )
    except FailureError as failure:
        # Dropped, or given up by somebody: who wants to know asks again.
        if not is_cancelled_exception(failure):
            workflow.logger.warning("outside not asked", extra={"case_id": case.id})
        return None
    return answer.said


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
