"""The one loop all cases share: look, wait for a person or the clock, take the step, adopt."""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import RETRY, TOLD, CaseBrief, Said, Start, Status, StepRequest
    from workflows import showing
    from workflows.books import Books
    from workflows.others import Outside, Reminders, start_child


PEOPLE_FIRST = Status.PEOPLE_FIRST.value.replace("_", " ")


class CaseLife:
    """One case's life; a class per process adds its named signals. Handlers enqueue, run acts."""

    def __init__(self) -> None:
        self._inbox: dict[str, str] = {}
        self._told = False
        self._books = Books()
        self._reminders = Reminders()
        self._outside = Outside()
        self._case: CaseBrief | None = None

    def decided(self, command: str, instruction_id: str) -> None:
        """Somebody decided; told twice while it waits, it is one decision."""
        self._inbox.setdefault(instruction_id, command)

    @workflow.signal(name=TOLD)
    def told(self) -> None:
        """Another case, or money that came, may have changed this one."""
        self._told = True

    @workflow.signal(name=RETRY)
    def retry(self) -> None:
        """An operator wants a failing step, or question, tried again at once."""
        self._books.retry_asked = True
        self._told = self._outside.hurry() or self._told

    async def live(self, start: Start) -> None:
        """Take steps until the case is over; then record what came too late."""
        case = await self._step(start, self._next())
        while not case.over:
            await self._something_to_do(case)
            case = await self._step(start, self._next())
            if workflow.info().is_continue_as_new_suggested() and not self._busy():
                workflow.continue_as_new(start)
        self._outside.forget()
        await workflow.wait_condition(lambda: not self._reminders.under_way)
        while self._inbox:
            await self._step(start, self._next())

    def _busy(self) -> bool:
        """Whether something would be lost if this run ended now."""
        return bool(self._inbox) or self._reminders.under_way or self._outside.under_way

    async def _something_to_do(self, case: CaseBrief) -> None:
        """Until somebody decided, something was told, or the clock's next moment has come."""
        left = max(case.wake_at - workflow.now(), timedelta(0)) if case.wake_at else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: bool(self._inbox) or self._told or self._outside.answered,
                timeout=left,
                timeout_summary=case.wake_says,
            )
        if case.wake_at is not None and case.wake_at <= workflow.now():
            # Silence may need the proof that these reminders give; people need not wait for it.
            await workflow.wait_condition(
                lambda: bool(self._inbox) or not self._reminders.under_way
            )

    def _next(self) -> str | Said | None:
        """The next decision, or answer; None means the clock, which looks at all there is."""
        first = next(iter(self._inbox), None)
        if first is not None:
            return first
        case, told, self._told = self._case, self._told, False
        said = self._outside.answer() if self._outside.answered else None
        if case and said is None:
            self._outside.ask(case, told=told)
        self._told = told and said is not None
        return said

    async def _step(self, start: Start, what: str | Said | None) -> CaseBrief:
        instruction_id = what if isinstance(what, str) else None
        request = StepRequest(
            case_id=start.case_id,
            version=self._case.version if self._case else 0,
            at=workflow.now(),
            instruction_id=instruction_id,
            said=what if isinstance(what, Said) else None,
        )
        command = self._inbox[instruction_id] if instruction_id else "clock"
        command = what.command if isinstance(what, Said) else command
        outcome = await self._books.commit(request, command)
        if instruction_id is not None:
            del self._inbox[instruction_id]
        if (first := outcome.instruction_id) is not None:
            self._inbox = {first: self._inbox.get(first, PEOPLE_FIRST)} | self._inbox
            self._told = True  # The clock has not had its look yet.
        self._told = self._told or outcome.look_again
        showing.adopt(self._case, outcome.case)
        self._case = outcome.case
        for child in outcome.starts:
            await start_child(child)
        self._reminders.send(outcome.reminders)
        self._outside.ask(outcome.case, told=False)
        return outcome.case
