"""What the door knows of a case without a lock: whom a command is for, and what can't be at all."""

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar
from domain.cases import Case, Role
from domain.commands import Command
from domain.decide import process_of, row_for
from domain.errors import DomainError
from domain.facts import Facts
from domain.outcome import Recorded
from domain.process import Scene, Step, require
from ledger import cases, instructions
from ledger.cases import Pair
from ledger.recording import refused


def glance(pair: Pair, case: Case, role: Role, person: str, command: Command | None) -> Scene:
    """The scene as far as it is known without a lock: states and conditions, no facts."""
    return Scene(
        at=case.last_event_at,
        step_id="",
        actor=role,
        actor_id=person,  # type: ignore[arg-type] # ids of people are plain text at the edge
        command=command,
        case=case,
        facts=Facts(Calendar()),
        other=pair.beside(case),
    )


async def forbidden(
    c: AsyncConnection, pair: Pair, case: Case, role: Role, person: str, command: Command
) -> Recorded | None:
    """What the law refuses by the state alone.

    What was read is a moment old: while an instruction waits, or when a step was committed
    since, the next step decides. Only what its table does not know at all is refused anyway,
    because no step could take it.
    """
    scene = glance(pair, case, role, person, command)
    try:
        require(row_for(scene), scene)
    except DomainError as refusal:
        takes = {row.command for row in _rows(case)}
        if type(command) in takes and await _may_have_moved(c, pair, case):
            return None
        return refused(refusal, case.version)
    return None


def addressed(pair: Pair, case_id: str, command: type[Command]) -> Case:
    """The case a command is for: on a disputed job, what only the dispute knows is for it."""
    job, dispute = pair.first, pair.dispute
    if dispute is None or case_id != job.id:
        return pair.case(case_id)
    now = any(row.command is command and row.source == job.state for row in _rows(job))
    elsewhere = any(row.command is command for row in _rows(dispute))
    return dispute if elsewhere and not now else job


async def _may_have_moved(c: AsyncConnection, pair: Pair, case: Case) -> bool:
    """Whether somebody's instruction waits, or a step changed what was read."""
    if await instructions.waiting(c, pair.ids) is not None:
        return True
    return case.version > 0 and await cases.read(c, case.id) != pair


def _rows(case: Case) -> tuple[Step, ...]:
    return process_of(case).steps
