"""Instructions: what became of a decision."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from api.bodies import Shown
from api.callers import TheCaller
from api.ids import InstructionId
from api.problems import Problem
from api.state import Engine
from domain.outcome import Recorded
from ledger import instructions
from ledger.database import to_read

router = APIRouter(prefix="/instructions", tags=["instructions"])


class Refusal(Shown):
    """Why the law refused it."""

    type: str
    code: str
    title: str
    detail: str
    facts: dict[str, Any]


class Instruction(Shown):
    """A decision: `pending`, `applied`, or `refused` with the reason."""

    id: str
    case_id: str
    command: str
    status: str
    received_at: datetime
    decided_at: datetime | None
    version: int | None
    event: str | None
    refusal: Refusal | None


@router.get("/{instruction_id}")
async def one(instruction_id: InstructionId, caller: TheCaller, engine: Engine) -> Instruction:
    """The caller's own instruction; staff may look at any."""
    async with to_read(engine) as c:
        row = await instructions.of(c, instruction_id)
    if row is None or (row["caller_id"] != caller.id and "staff" not in caller.roles):
        raise Problem("not_found")
    outcome = Recorded.model_validate(row["outcome"]) if row["outcome"] else None
    return Instruction(
        **{k: row[k] for k in ("id", "case_id", "command", "received_at", "decided_at")},
        status=outcome.status.value if outcome else "pending",
        version=outcome.version if outcome else None,
        event=outcome.event or None if outcome else None,
        refusal=_refusal(outcome) if outcome and outcome.code else None,
    )


def _refusal(outcome: Recorded) -> Refusal:
    code = outcome.code or "refused"
    return Refusal(
        type=f"/problems/{code}",
        code=code,
        title=outcome.title or "",
        detail=outcome.detail or "",
        facts=outcome.facts,
    )
