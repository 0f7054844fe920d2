"""A decision: one committed row, one signal, and a wait for the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlalchemy import RowMapping, func
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from structlog import get_logger
from structlog.contextvars import bind_contextvars
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

import metrics
import tracing
from api import access
from api.callers import Caller, TheCaller
from api.command_bodies import made
from api.files import require_room
from api.glance import addressed, forbidden, glance
from api.idempotency import Key, request_hash
from api.outcomes import Outcomes
from api.problems import Problem, refusal
from api.state import Engine, Temporal, TheOutcomes, TheSettings
from domain.cases import Case, Role
from domain.commands import Command, Deliver
from domain.decide import row_for
from domain.outcome import CaseBrief, Recorded, Status, brief
from domain.process import require
from failpoints import here
from ledger import cases, ids, instructions
from ledger.cases import Pair
from settings import Settings
from workflows.doors import Doors

log = get_logger()
Content = Mapping[str, Any]
"""A request's body as JSON has it."""


@dataclass(frozen=True)
class Decider:
    """Somebody who decides by this request, and everything their decision passes through."""

    caller: Caller
    key: str
    request: Request
    hurried: bool
    """Whether the caller does not wait for the outcome."""
    engine: AsyncEngine
    doors: Doors
    outcomes: Outcomes
    settings: Settings

    async def decide(
        self, case_id: str, command: type[Command], content: Content, *, staff: bool
    ) -> tuple[str, Recorded | None]:
        """The instruction's id, and its outcome if there is one in time; Problem for a refusal."""
        here("decision.asked")
        async with self.engine.begin() as c:
            row = await self.known(c, content)
            pair = await _read(c, row["case_id"] if row else case_id)
            if row is None:
                role = access.role(self.caller, pair, staff=staff)
                if role is None:
                    raise Problem("not_found")
                case = addressed(pair, case_id, command)
                row = await self._record(c, pair, case, role, made(command, content), content)
                if row["case_id"] not in pair.ids:
                    pair = await _read(c, row["case_id"])
        return row["id"], await self.outcome(pair, row)

    async def begin(
        self,
        c: AsyncConnection,
        case: Case,
        command: Command,
        content: Content,
        role: Role = Role.CLIENT,
        *,
        title: str,
        text: str = "",
        confidentiality: str | None = None,
    ) -> RowMapping:
        """A new case with its first instruction; when the key made one meanwhile, that one.

        `title` and `text` say what it is about; `confidentiality`, what the client asks besides.
        DomainError when the law forbids it to whoever asks, before there is a case.
        """
        first = glance(Pair(case), case, role, self.caller.id, command)
        require(row_for(first), first)
        async with c.begin_nested() as point:
            await cases.draft(c, case)
            await cases.describe(c, case.id, title, text, confidentiality)
            row = await self._record(c, Pair(case), case, role, command, content)
            if row["case_id"] != case.id:
                await point.rollback()
        return row

    async def known(self, c: AsyncConnection, content: Content) -> RowMapping | None:
        """What this key sent before; Problem when that was another request."""
        row = await instructions.under_key(c, self.caller.id, self.key)
        if row is not None and row["request_hash"] != request_hash(self.request, content):
            raise Problem("idempotency_key_reused")
        return row

    async def outcome(self, pair: Pair, row: RowMapping) -> Recorded | None:
        """The instruction's outcome, if it is there in time; a refusal is raised as a problem."""
        bind_contextvars(case_id=row["case_id"], instruction_id=row["id"])
        if row["outcome"] is not None:
            outcome: Recorded | None = Recorded.model_validate(row["outcome"])
        else:
            here("decision.committed")
            await signal(self.doors, brief_of(pair, row["case_id"]), row["command"], row["id"])
            here("decision.signalled")
            patience = self.settings.outcome_wait
            outcome = None if self.hurried else await self.outcomes.of(row["id"], patience)
        said = "pending" if outcome is None else outcome.code or outcome.status.value
        metrics.DECISIONS.labels(row["command"], said).inc()
        if outcome is not None:
            here("decision.answered")
        if outcome is not None and outcome.status is Status.REFUSED:
            raise refusal(outcome.code or "refused", outcome.detail or "", outcome.facts)
        return outcome

    async def _record(
        self,
        c: AsyncConnection,
        pair: Pair,
        case: Case,
        role: Role,
        command: Command,
        content: Content,
    ) -> RowMapping:
        """The row, new or as this key has it; what the law forbids at once is refused in it."""
        row: dict[str, Any] = {
            "id": ids.fresh("instruction"),
            "caller_id": self.caller.id,
            "idempotency_key": self.key,
            "request_hash": request_hash(self.request, content),
            "case_id": case.id,
            "role": role.value,
            "command": command.name,
            "body": command.model_dump(mode="json"),
            "traceparent": tracing.parent(),
        }
        if not isinstance(command, Deliver):
            handed = getattr(command, "files", ())
            await require_room(c, self.settings, self.caller.id, handed)
        refused = await forbidden(c, pair, case, role, self.caller.id, command)
        if refused is not None:
            row |= {"outcome": refused.model_dump(mode="json"), "decided_at": func.now()}
        try:
            kept, _ = await instructions.record(c, row)
        except instructions.KeyReused as reused:
            raise Problem("idempotency_key_reused") from reused
        here("decision.written")
        return kept


async def signal(doors: Doors, case: CaseBrief, command: str, instruction_id: str) -> None:
    """Tell the case's workflow; when nobody can be told, the sweeper tells it later."""
    try:
        await doors.decided(case, command, instruction_id)
    except WorkflowAlreadyStartedError:
        log.info("the workflow has ended; the sweeper looks after it", case_id=case.id)
    except RPCError as error:
        log.warning("signal not sent", case_id=case.id, status=error.status.name)


def brief_of(pair: Pair, case_id: str) -> CaseBrief:
    """The case as a workflow is started with it."""
    return brief(pair.first, pair.dispute, pair.case(case_id))


async def _decider(
    caller: TheCaller,
    key: Key,
    request: Request,
    engine: Engine,
    temporal: Temporal,
    outcomes: TheOutcomes,
    settings: TheSettings,
    prefer: Annotated[
        str, Header(max_length=200, description="`respond-async` asks for 202 at once")
    ] = "",
) -> Decider:
    asked = {part.partition(";")[0].strip().lower() for part in prefer.split(",")}
    return Decider(
        caller=caller,
        key=key,
        request=request,
        hurried="respond-async" in asked,
        engine=engine,
        doors=Doors(temporal, settings.task_queue_prefix),
        outcomes=outcomes,
        settings=settings,
    )


TheDecider = Annotated[Decider, Depends(_decider)]


async def _read(c: AsyncConnection, case_id: str) -> Pair:
    pair = await cases.read(c, case_id)
    if pair is None:
        raise Problem("not_found")
    return pair
