"""The one loop all cases share: look, wait for a person or the clock, take the step, adopt."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import RETRY, TOLD, CaseBrief, Said, Start, StepRequest
    from workflows import showing
    from workflows.books import Books
    from workflows.inbox import Inbox
    from workflows.others import Reminders, start_child


class CaseLife:
    """One case's life; a class per process adds its named signals. Handlers enqueue, run acts."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._books = Books()
        self._reminders = Reminders()
        self._case: CaseBrief | None = None

    def decided(self, command: str, instruction_id: str) -> None:
        """Somebody decided."""
        self._inbox.decided(command, instruction_id)

    @workflow.signal(name=TOLD)
    def told(self) -> None:
        """Another case, or money that came, may have changed this one."""
        self._inbox.told()

    @workflow.signal(name=RETRY)
    def retry(self) -> None:
        """An operator wants a failing step, or question, tried again at once."""
        self._books.retry_asked = True
        self._inbox.hurry()

    async def live(self, start: Start) -> None:
        """Take steps until the case is over; then record what came too late."""
        case = await self._step(start)
        while not case.over:
            await self._something_to_do(case)
            case = await self._step(start)
            if workflow.info().is_continue_as_new_suggested() and not self._busy():
                workflow.continue_as_new(start)
        self._inbox.outside.forget()
        await workflow.wait_condition(lambda: not self._reminders.under_way)
        while self._inbox.has_decision:
            await self._step(start)

    def _busy(self) -> bool:
        """Whether something would be lost if this run ended now."""
        under_way = self._reminders.under_way or self._inbox.outside.under_way
        return self._inbox.has_decision or under_way

    async def _something_to_do(self, case: CaseBrief) -> None:
        """Until somebody decided, something was told, or the clock's next moment has come."""
        left = max(case.wake_at - workflow.now(), timedelta(0)) if case.wake_at else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._inbox.has_something, timeout=left, timeout_summary=case.wake_says
            )
        if case.wake_at is not None and case.wake_at <= workflow.now():
            # Silence may need the proof that these reminders give; people need not wait for it.
            await workflow.wait_condition(
                lambda: self._inbox.has_decision or not self._reminders.under_way
            )

    async def _step(self, start: Start) -> CaseBrief:
        """Act on what comes next, and adopt the case as it then stands."""
        what = self._inbox.next(self._case)
        request = StepRequest(
            case_id=start.case_id,
            version=self._case.version if self._case else 0,
            at=workflow.now(),
            instruction_id=what if isinstance(what, str) else None,
            said=what if isinstance(what, Said) else None,
        )
        outcome = await self._books.commit(request, self._inbox.command(what))
        self._inbox.acted(what, outcome)
        showing.adopt(self._case, outcome.case)
        self._case = outcome.case
        for child in outcome.starts:
            await start_child(child)
        self._reminders.send(outcome.reminders)
        self._inbox.outside.ask(outcome.case, told=False)
        return outcome.case
