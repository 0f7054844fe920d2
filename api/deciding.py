"""A request that decides: its row is committed, its workflow signalled, its outcome awaited."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access, send
from api.callers import Caller, TheCaller
from api.command_bodies import made
from api.idempotency import Key, request_hash
from api.problems import Problem
from api.state import Engine, Temporal, TheOutcomes, TheSettings
from domain.cases import Dispute, Job
from domain.commands import Command
from domain.decide import process_of
from domain.outcome import Recorded, Status
from domain.process import Step
from ledger import cases
from ledger.cases import Pair
from workflows.doors import Doors


@dataclass(frozen=True)
class Decider:
    """Somebody who decides by this request, and everything their decision passes through."""

    caller: Caller
    key: str
    request: Request
    hurried: bool
    """Whether the caller does not wait for the outcome."""
    engine: Engine
    temporal: Temporal
    outcomes: TheOutcomes
    settings: TheSettings

    async def decide(
        self, case_id: str, command: type[Command], body: BaseModel, *, staff: bool
    ) -> tuple[str, Recorded | None]:
        """The instruction's id, and its outcome if there is one in time; Problem for a refusal."""
        content = body.model_dump(mode="json")
        hashed = request_hash(self.request, content)
        async with self.engine.begin() as c:
            row = await send.known(c, self.caller.id, self.key, hashed)
            pair = await _read(c, row["case_id"] if row else case_id)
            if row is None:
                stands_as = access.role(self.caller, pair, staff=staff)
                if stands_as is None:
                    raise Problem("not_found")
                asked = send.Request(
                    self.caller, stands_as, self.key, hashed, made(command, content)
                )
                row = await send.record(c, pair, addressed(pair, case_id, command), asked)
                if row["case_id"] not in pair.ids:
                    pair = await _read(c, row["case_id"])
        return row["id"], await self.outcome(pair, row)

    async def outcome(self, pair: Pair, row: RowMapping) -> Recorded | None:
        """The instruction's outcome, if it is there in time; a refusal is raised as a problem."""
        if row["outcome"] is not None:
            outcome: Recorded | None = Recorded.model_validate(row["outcome"])
        else:
            outcome = await self._awaited(pair, row)
        if outcome is not None and outcome.status is Status.REFUSED:
            raise send.as_problem(outcome)
        return outcome

    async def _awaited(self, pair: Pair, row: RowMapping) -> Recorded | None:
        case = send.brief_of(pair, pair.case(row["case_id"]))
        doors = Doors(self.temporal, self.settings.task_queue)
        await send.signal(doors, case, row["command"], row["id"])
        if self.hurried:
            return None
        return await self.outcomes.of(row["id"], self.settings.outcome_wait)


def _decider(
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
    hurried = "respond-async" in asked
    return Decider(caller, key, request, hurried, engine, temporal, outcomes, settings)


TheDecider = Annotated[Decider, Depends(_decider)]


def addressed(pair: Pair, case_id: str, command: type[Command]) -> Job | Dispute:
    """The case a command is for: on a disputed job, what only the dispute knows is for it."""
    job, dispute = pair.job, pair.dispute
    if dispute is None or case_id != job.id:
        return pair.case(case_id)
    now = any(row.command is command and row.source == job.state for row in _rows(job))
    elsewhere = any(row.command is command for row in _rows(dispute))
    return dispute if elsewhere and not now else job


def _rows(case: Job | Dispute) -> tuple[Step, ...]:
    return process_of(case).steps


async def _read(c: AsyncConnection, case_id: str) -> Pair:
    pair = await cases.read(c, case_id)
    if pair is None:
        raise Problem("not_found")
    return pair
