"""A decision: one committed row, and one signal."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog import get_logger
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from api.callers import Caller
from api.problems import Problem
from domain.calendar import Calendar
from domain.cases import Dispute, Job, Role
from domain.commands import Command
from domain.decide import row_for
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


async def record(c: AsyncConnection, pair: Pair, case: Job | Dispute, asked: Request) -> RowMapping:
    """The instruction, new or as this key has it; what the law forbids at once is refused here.

    The door refuses only while no other instruction waits: else what it reads is a moment old.
    """
    refusal = None
    if await instructions.waiting(c, pair.ids) is None:
        refusal = forbidden(pair, case, asked)
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
    if refusal is not None:
        row |= {"outcome": refusal.model_dump(mode="json"), "decided_at": func.now()}
    try:
        kept, _ = await instructions.record(c, row)
    except instructions.KeyReused as reused:
        raise Problem("idempotency_key_reused") from reused
    return kept


async def offer(c: AsyncConnection, job: Job, asked: Request) -> RowMapping:
    """A new case with its first instruction, in one transaction; or what this key made before."""
    known = await instructions.under_key(c, asked.caller.id, asked.key)
    if known is None:
        async with c.begin_nested() as point:
            await cases.draft(c, job)
            kept = await record(c, Pair(job, None), job, asked)
            if kept["case_id"] != job.id:
                await point.rollback()
            return kept
    if known["request_hash"] != asked.hash:
        raise Problem("idempotency_key_reused")
    return known


async def known(c: AsyncConnection, caller: str, key: str, request: bytes) -> RowMapping:
    """What this key sent before, for somebody who has no part in the case; else there is none."""
    row = await instructions.under_key(c, caller, key)
    if row is None or row["request_hash"] != request:
        raise Problem("not_found")
    return row


def forbidden(pair: Pair, case: Job | Dispute, asked: Request) -> Recorded | None:
    """What the law refuses by the state alone."""
    scene = glance(pair, case, asked.role, asked.caller.id, asked.command)
    try:
        require(row_for(scene), scene)
    except DomainError as refusal:
        return refused(refusal, case.version)
    return None


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


async def signal(client: Client, case: CaseBrief, command: str, instruction_id: str) -> None:
    """Tell the case's workflow; when nobody can be told, the sweeper tells it later."""
    try:
        await Doors(client).decided(case, command, instruction_id)
    except WorkflowAlreadyStartedError:
        log.info("the workflow has ended; the sweeper looks after it", case_id=case.id)
    except RPCError as error:
        log.warning("signal not sent", case_id=case.id, status=error.status.name)


def brief_of(pair: Pair, case: Job | Dispute) -> CaseBrief:
    """The case as a workflow is started with it."""
    return brief(pair.job, pair.dispute, case)


def as_problem(outcome: Recorded) -> Problem:
    """A recorded refusal as the same problem a raised one is."""
    facts: dict[str, Any] = outcome.facts
    return Problem(outcome.code or "refused", outcome.detail or "", facts=facts)
