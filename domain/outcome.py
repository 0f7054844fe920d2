"""What travels between the doors, the workflows and the books: ids, states, times, no texts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.cases import OVER, Case, Dispute, JobState, Role
from domain.clock import ESCALATE_TASK, REMIND, RESUME, ending, wake_at
from domain.decide import party, process_of, turn
from domain.outlook import due_at
from domain.process import Silence

TOLD = "told"
"""The signal that makes a workflow look at its case again."""
RETRY = "retry"
"""The signal that makes a workflow try its failing step at once."""

BACKGROUND_SAYS = {
    RESUME: "then the clock goes on",
    ESCALATE_TASK: "then the open staff task is escalated",
}


class _Travels(BaseModel):
    """Between builds: what a newer one adds, an older one passes over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Start(_Travels):
    """A workflow's input: which case it lives."""

    case_id: str


class Status(StrEnum):
    """What became of a step."""

    APPLIED = "applied"
    REFUSED = "refused"
    NOTHING = "nothing"
    """The clock found nothing due."""
    PEOPLE_FIRST = "people_first"
    """The clock found a person's instruction, which goes first."""


class CaseBrief(_Travels):
    """The case as its workflow and its operators need it."""

    id: str
    kind: str
    state: str
    version: int
    over: bool
    owner: str | None
    due_at: datetime | None
    wake_at: datetime | None
    wake_says: str
    if_nobody_acts: str
    client: str
    freelancer: str
    staff_task: str = ""
    """What staff have to look at, whoever's turn it is."""
    asks: str = ""
    """What the case asks of the outside now, by the name of an activity."""

    @property
    def workflow_id(self) -> str:
        return f"{self.kind}/{self.id}"


class Said(_Travels):
    """What the outside said when it was asked: a command of the case's table, by ids and sums."""

    command: str
    body: dict[str, Any] = {}
    key: str
    """What it is about, in the outside's own name: said again, it is the same step."""


class Answer(_Travels):
    """What an activity learned of the outside; None: nothing that is a step."""

    said: Said | None = None


class StepRequest(_Travels):
    """One step, asked of the books: a person's instruction, what was said, else the clock's."""

    case_id: str
    version: int
    """The case's version as the workflow knows it; 0 before it has looked."""
    at: datetime
    instruction_id: str | None = None
    said: Said | None = None


class Outcome(_Travels):
    """What became of a step; it always carries the whole case, which the workflow adopts."""

    status: Status
    case: CaseBrief
    event: str = ""
    starts: tuple[CaseBrief, ...] = ()
    reminders: tuple[str, ...] = ()
    """Mails the workflow sends, because notice may have to be proven by them."""
    instruction_id: str | None = None
    """For PEOPLE_FIRST: the instruction that goes first."""
    look_again: bool = False
    """This look was taken before, by a worker that died: it has not seen what was told since."""


class Recorded(_Travels):
    """An outcome as it stands on the instruction, for whoever decided."""

    status: Status
    event: str = ""
    version: int
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    facts: dict[str, Any] = {}
    starts: tuple[CaseBrief, ...] = ()
    reminders: tuple[str, ...] = ()


def brief(first: Case, dispute: Dispute | None, case: Case) -> CaseBrief:
    """How `case`, one of the two, stands; a job's turn in a dispute is the dispute's."""
    process, over = process_of(case), case.state in OVER
    due = due_at(first, dispute)
    return CaseBrief(
        id=case.id,
        kind=process.name,
        state=case.state.value,
        version=case.version,
        over=over,
        owner=None if over else str(turn(first, dispute) or ""),
        due_at=None if over else due,
        wake_at=wake_at(case),
        wake_says=_wake_says(case, turn(first, dispute)),
        if_nobody_acts=_nobody(case, dispute),
        client=party(case, Role.CLIENT) or "",
        freelancer=party(case, Role.FREELANCER) or "",
        staff_task=case.tasks[0].kind if case.tasks and not over else "",
        asks=process.asks.get(case.state, "") if process.asks_if(case) else "",
    )


def _wake_says(case: Case, whose: Role | None) -> str:
    """What the case's next timer is for, in the words of its table."""
    if not case.timers:
        return ""
    timer = case.timers[0]
    if timer.row in BACKGROUND_SAYS:
        return BACKGROUND_SAYS[timer.row]
    process = process_of(case)
    if timer.row == REMIND:
        found = ending(process, case)
        assert found is not None, "a state that reminds has an end"
        until, row = found
        return f"reminder: {whose} has until {until.at:%Y-%m-%d %H:%M} UTC, else {_words(row)}"
    row = process.silence(timer.row, case.state)
    says = _words(row)
    return f"{whose} has until then, else {says}" if row.target else f"then {says}"


def _nobody(case: Case, dispute: Dispute | None) -> str:
    if case.state is JobState.REJECTION_OPEN and dispute is not None:
        return f"what dispute/{dispute.id} says"
    found = ending(process_of(case), case)
    return _words(found[1]) if found else ""


def _words(row: Silence) -> str:
    """What the row says, and what else it may come to be."""
    return f"{row.says}; or {row.unless[1].says}" if row.unless else row.says
