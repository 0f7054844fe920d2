"""One route per command of the law: POST /v1/<noun>/{id}/<command-in-kebab-case>."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from api import access, send
from api.callers import Caller, TheCaller
from api.idempotency import Key, request_hash
from api.paths import path_of
from api.problems import Problem
from api.state import Engine, Temporal, TheOutcomes, TheSettings
from domain.cases import Dispute, Job, JobState
from domain.commands import Command
from domain.job import JOB
from domain.outcome import Recorded, Status
from domain.registry import DISPUTE_COMMANDS
from ledger import cases, ids
from ledger.cases import Pair

Show = Callable[[Any, Pair, Caller, Any], Awaitable[BaseModel]]


@dataclass(frozen=True)
class Door:
    """What every decision needs of its request and its process."""

    engine: Engine
    temporal: Temporal
    outcomes: TheOutcomes
    settings: TheSettings
    caller: TheCaller
    key: Key
    request: Request
    prefer: str | None

    async def decide(
        self, case_id: str, kind: str, command: type[Command], body: BaseModel, *, staff: bool
    ) -> tuple[Pair, str, Recorded | None]:
        """Commit the decision, signal it, wait; the case's two, the instruction, the outcome."""
        content = body.model_dump(mode="json")
        async with self.engine.begin() as c:
            pair = await cases.read(c, case_id)
            if pair is None:
                raise Problem("not_found")
            role = access.role(self.caller, pair, staff=staff)
            request = request_hash(self.request, content)
            if role is None:
                row = await send.known(c, self.caller.id, self.key, request)
                case = pair.case(row["case_id"])
            else:
                case = addressed(pair, kind, command)
                asked = send.Request(self.caller, role, self.key, request, made(command, content))
                row = await send.record(c, pair, case, asked)
        outcome = await self.outcome(pair, case, row["id"], row["command"], row["outcome"])
        return pair, row["id"], outcome

    async def outcome(
        self, pair: Pair, case: Job | Dispute, instruction_id: str, command: str, known: Any
    ) -> Recorded | None:
        """The outcome if it is recorded in time; a refusal is raised as a problem."""
        if known is not None:
            outcome: Recorded | None = Recorded.model_validate(known)
        else:
            await send.signal(self.temporal, send.brief_of(pair, case), command, instruction_id)
            hurry = self.prefer is not None and "respond-async" in self.prefer
            outcome = None
            if not hurry:
                outcome = await self.outcomes.of(instruction_id, self.settings.outcome_wait)
        if outcome is not None and outcome.status is Status.REFUSED:
            raise send.as_problem(outcome)
        return outcome


def _door(
    engine: Engine,
    temporal: Temporal,
    outcomes: TheOutcomes,
    settings: TheSettings,
    caller: TheCaller,
    key: Key,
    request: Request,
    prefer: Annotated[str | None, Header(max_length=200)] = None,
) -> Door:
    return Door(engine, temporal, outcomes, settings, caller, key, request, prefer)


TheDoor = Annotated[Door, Depends(_door)]


class Pending(BaseModel):
    """The decision counts; its outcome is not recorded yet."""

    instruction_id: str
    status: str = "pending"


class Left(BaseModel):
    """The decision was taken, and whoever took it has no part in the case any more."""

    instruction_id: str
    status: str = "applied"


def pending(instruction_id: str) -> JSONResponse:
    """202, and where to look for the outcome."""
    location = {"Location": f"/v1/instructions/{instruction_id}"}
    body = Pending(instruction_id=instruction_id).model_dump()
    return JSONResponse(body, 202, location)


def addressed(pair: Pair, kind: str, command: type[Command]) -> Job | Dispute:
    """The case a command is for: on a disputed job, what only the dispute knows is for it."""
    if kind == "dispute":
        if pair.dispute is None:
            raise Problem("not_found")
        return pair.dispute
    knows = any(
        row.command is command and row.source is JobState.REJECTION_OPEN for row in JOB.steps
    )
    if pair.dispute is not None and not knows and command.name in DISPUTE_COMMANDS:
        return pair.dispute
    return pair.job


def made(command: type[Command], content: dict[str, Any]) -> Command:
    """The command with the id the door gives to what it makes."""
    own = {"id": ids.fresh(command.makes)} if command.makes else {}
    try:
        return command.model_validate(content | own)
    except ValidationError as error:
        errors = [{"pointer": "#", "detail": one["msg"]} for one in error.errors()]
        raise Problem("invalid", errors=errors) from error


@cache
def body_of(command: type[Command]) -> type[BaseModel]:
    """What a caller sends for a command: its fields without the id the door makes."""
    fields: dict[str, Any] = {
        name: (one.annotation, one)
        for name, one in command.model_fields.items()
        if not (command.makes and name == "id")
    }
    config = ConfigDict(extra="forbid", frozen=True)
    return create_model(f"{command.__name__}Body", __config__=config, **fields)


def route(
    router: APIRouter,
    kind: str,
    command: type[Command],
    show: Show,
    *,
    staff: bool = False,
) -> None:
    """Add the command's route; `show` makes the answer of the case as it now stands."""
    body_type = body_of(command)
    required = any(one.is_required() for one in body_type.model_fields.values())
    default = Body() if required else Body(default_factory=body_type)

    async def decide(case_id: str, door: TheDoor, body: Any = default) -> JSONResponse:
        _, instruction_id, outcome = await door.decide(case_id, kind, command, body, staff=staff)
        if outcome is None:
            return pending(instruction_id)
        async with door.engine.connect() as c:
            pair = await cases.read(c, case_id)
            assert pair is not None, "cases are never deleted"
            if access.role(door.caller, pair, staff=staff) is None:
                return JSONResponse(Left(instruction_id=instruction_id).model_dump())
            shown = await show(c, pair, door.caller, door.settings)
        return JSONResponse(shown.model_dump(mode="json"))

    decide.__annotations__["body"] = body_type
    decide.__doc__ = command.__doc__
    router.post(
        f"/{{case_id}}/{path_of(command)}",
        name=f"{kind}_{command.name}" + ("_by_staff" if staff else ""),
        responses={202: {"model": Pending, "description": "The outcome is not recorded yet"}},
    )(decide)
