"""A decision: one committed row, and one signal."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog import get_logger
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from api.callers import Caller
from api.problems import Problem, refusal
from domain.calendar import Calendar
from domain.cases import Dispute, Job, Role
from domain.commands import Command
from domain.decide import process_of, row_for
from domain.errors import DomainError
from domain.outcome import CaseBrief, Recorded, brief
from domain.process import Facts, Scene, require
from ledger import cases, ids, instructions
from ledger.cases import Pair
from ledger.recording import refused
from workflows.doors import Doors

log = get_logger()


@dataclass(frozen=True)
class Request:
    """What one caller wants of one case."""

    caller: Caller
    role: Role
    key: str
    hash: bytes
    command: Command


async def known(c: AsyncConnection, caller: str, key: str, request: bytes) -> RowMapping | None:
    """What this key sent before; Problem when that was another request."""
    row = await instructions.under_key(c, caller, key)
    if row is not None and row["request_hash"] != request:
        raise Problem("idempotency_key_reused")
    return row


async def record(c: AsyncConnection, pair: Pair, case: Job | Dispute, asked: Request) -> RowMapping:
    """The instruction, new or as this key has it; what the law forbids at once is refused here."""
    row: dict[str, Any] = {
        "id": ids.fresh("instruction"),
        "caller_id": asked.caller.id,
        "idempotency_key": asked.key,
        "request_hash": asked.hash,
        "case_id": case.id,
        "role": asked.role.value,
        "command": asked.command.name,
        "body": asked.command.model_dump(mode="json"),
    }
    refused_now = await forbidden(c, pair, case, asked)
    if refused_now is not None:
        row |= {"outcome": refused_now.model_dump(mode="json"), "decided_at": func.now()}
    try:
        kept, _ = await instructions.record(c, row)
    except instructions.KeyReused as reused:
        raise Problem("idempotency_key_reused") from reused
    return kept


async def offer(c: AsyncConnection, job: Job, asked: Request) -> RowMapping:
    """A new case with its first instruction; when the key made one meanwhile, that one."""
    async with c.begin_nested() as point:
        await cases.draft(c, job)
        kept = await record(c, Pair(job, None), job, asked)
        if kept["case_id"] != job.id:
            await point.rollback()
    return kept


async def forbidden(
    c: AsyncConnection, pair: Pair, case: Job | Dispute, asked: Request
) -> Recorded | None:
    """What the law refuses by the state alone.

    What was read is a moment old: while an instruction waits, or when a step was committed
    since, the next step decides. Only what its table does not know at all is refused anyway,
    because no step could take it.
    """
    scene = glance(pair, case, asked.role, asked.caller.id, asked.command)
    try:
        require(row_for(scene), scene)
    except DomainError as error:
        takes = {row.command for row in process_of(case).steps}
        if type(asked.command) in takes and await _may_have_moved(c, pair, case):
            return None
        return refused(error, case.version)
    return None


async def _may_have_moved(c: AsyncConnection, pair: Pair, case: Job | Dispute) -> bool:
    """Whether somebody's instruction waits, or a step changed what was read."""
    if await instructions.waiting(c, pair.ids) is not None:
        return True
    return case.version > 0 and await cases.read(c, case.id) != pair


def glance(
    pair: Pair, case: Job | Dispute, role: Role, person: str, command: Command | None
) -> Scene:
    """The scene as far as it is known without a lock: states and conditions, no facts."""
    return Scene(
        at=case.last_event_at,
        step_id="",
        actor=role,
        actor_id=person,  # type: ignore[arg-type] # ids of people are plain text at the edge
        command=command,
        job=pair.job,
        dispute=pair.dispute,
        facts=Facts(Calendar()),
        on_dispute=isinstance(case, Dispute),
    )


async def signal(doors: Doors, case: CaseBrief, command: str, instruction_id: str) -> None:
    """Tell the case's workflow; when nobody can be told, the sweeper tells it later."""
    try:
        await doors.decided(case, command, instruction_id)
    except WorkflowAlreadyStartedError:
        log.info("the workflow has ended; the sweeper looks after it", case_id=case.id)
    except RPCError as error:
        log.warning("signal not sent", case_id=case.id, status=error.status.name)


def brief_of(pair: Pair, case: Job | Dispute) -> CaseBrief:
    """The case as a workflow is started with it."""
    return brief(pair.job, pair.dispute, case)


def as_problem(outcome: Recorded) -> Problem:
    """A recorded refusal as the same problem a raised one is."""
    return refusal(outcome.code or "refused", outcome.detail or "", outcome.facts)
