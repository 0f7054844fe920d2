"""What a case has to act on: decisions in their order, what it was told, what the outside said."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.outcome import CaseBrief, Outcome, Said, Status
    from workflows.others import Outside

PEOPLE_FIRST = Status.PEOPLE_FIRST.value.replace("_", " ")


class Inbox:
    """Signals fill it, the loop empties it, one at a time; people's decisions come first."""

    def __init__(self) -> None:
        self._decisions: dict[str, str] = {}
        self._told = False
        self.outside = Outside()

    def decided(self, command: str, instruction_id: str) -> None:
        """Somebody decided; told twice while it waits, it is one decision."""
        self._decisions.setdefault(instruction_id, command)

    def told(self) -> None:
        """Something elsewhere may have changed the case."""
        self._told = True

    def hurry(self) -> None:
        """What was asked of the outside is asked anew."""
        self._told = self.outside.hurry() or self._told

    @property
    def has_decision(self) -> bool:
        """Whether somebody's decision waits."""
        return bool(self._decisions)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to act on before the clock's next moment."""
        return self.has_decision or self._told or self.outside.answered

    def next(self, case: CaseBrief | None) -> str | Said | None:
        """The next decision, or answer; None means the clock, which looks at all there is."""
        first = next(iter(self._decisions), None)
        if first is not None:
            return first
        told, self._told = self._told, False
        said = self.outside.answer() if self.outside.answered else None
        if case and said is None:
            self.outside.ask(case, told=told)
        self._told = told and said is not None
        return said

    def command(self, what: str | Said | None) -> str:
        """How the step is called that acts on this."""
        if isinstance(what, Said):
            return what.command
        return self._decisions[what] if what else "clock"

    def acted(self, what: str | Said | None, outcome: Outcome) -> None:
        """It is done; the step may have seen a decision that comes first, or must look again."""
        if isinstance(what, str):
            del self._decisions[what]
        if (first := outcome.instruction_id) is not None:
            command = self._decisions.get(first, PEOPLE_FIRST)
            self._decisions = {first: command} | self._decisions
            self._told = True  # The clock has not had its look yet.
        self._told = self._told or outcome.look_again
