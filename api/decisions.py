"""One route per command of the law: POST /v1/<noun>/{id}/<command-in-kebab-case>.

What begins a case has a route of its own, and is answered as the others are.
"""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.callers import Caller
from api.command_bodies import body_of, needs_body
from api.paths import noun_of, path_of
from api.send import Content, Decider, TheDecider
from domain.cases import JobState, Role
from domain.commands import Command
from domain.decide import HOUSE
from domain.process import Process, Step
from ledger import cases
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

Show = Callable[[Any, Pair, Caller, Settings], Awaitable[BaseModel]]
Write = Callable[[AsyncConnection], Awaitable[RowMapping]]
"""Writes a new case with its first instruction, and gives the instruction's row."""


@dataclass(frozen=True)
class Noun:
    """Something people decide on: its table, what its ids look like, and how it is shown."""

    process: Process
    id: Any
    shown: Any
    show: Show
    passes_on: tuple[Process, ...] = ()
    """The tables of cases that are part of it, which take what it does not know itself."""


class Pending(BaseModel):
    """The decision counts; its outcome is not recorded yet."""

    instruction_id: str
    status: str = "pending"


class Left(BaseModel):
    """The decision was taken, and whoever took it has no part in the case any more."""

    instruction_id: str
    status: str = "applied"


LATER: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Pending,
        "description": "The outcome is not recorded yet",
        "headers": {
            "Location": {"description": "Where it will be", "schema": {"type": "string"}},
        },
    }
}
"""What an answer without an outcome looks like, for the documentation."""


def add_routes(
    router: APIRouter,
    noun: Noun,
    *,
    staff: bool = False,
    but: Set[type[Command]] = frozenset(),
) -> None:
    """A route for each command of the table that the parties, or staff, can give.

    What a draft becomes an offer by has a route of its own, which makes the case, as `but` have.
    """
    commands = {
        row.command: None
        for row in noun.process.steps
        if row.source != JobState.DRAFT and row.by & _givers(staff=staff)
    }
    for command in (one for one in commands if one not in but):
        add_route(router, noun, command, staff=staff)


def add_route(
    router: APIRouter, noun: Noun, command: type[Command], *, staff: bool = False
) -> None:
    """The command's route; it answers with the case as it then stands for the caller."""
    body_type = body_of(command)
    default = Body() if needs_body(command) else Body(default_factory=body_type)

    async def decide(case_id: str, decider: TheDecider, body: Any = default) -> JSONResponse:
        content = body.model_dump(mode="json")
        instruction_id, outcome = await decider.decide(case_id, command, content, staff=staff)
        if outcome is None:
            return pending(instruction_id)
        async with to_read(decider.engine) as c:
            pair = await cases.read(c, case_id)
            assert pair is not None, "cases are never deleted"
            if access.role(decider.caller, pair, staff=staff) is None:
                return JSONResponse(Left(instruction_id=instruction_id).model_dump())
            shown = await noun.show(c, pair, decider.caller, decider.settings)
        return JSONResponse(shown.model_dump(mode="json"))

    decide.__annotations__ |= {"body": body_type, "case_id": noun.id}
    router.post(
        f"/{{case_id}}/{path_of(command)}",
        name=f"{noun.process.name}_{command.name}" + ("_by_staff" if staff else ""),
        summary=(command.__doc__ or "").strip().removesuffix("."),
        description=_rows(noun, command),
        response_model=noun.shown,
        responses=LATER,
    )(decide)


async def begun(
    decider: Decider,
    noun: Noun,
    content: Content,
    write: Write,
    ready: Callable[[str], Awaitable[None]] | None = None,
) -> JSONResponse:
    """A new case as it stands when its first step was taken, and `ready` has waited; once a key."""
    async with decider.engine.begin() as c:
        row = await decider.known(c, content) or await write(c)
        pair = await cases.read(c, row["case_id"])
        assert pair is not None, "the draft is there"
    if await decider.outcome(pair, row) is None:
        return pending(row["id"])
    if ready is not None:
        await ready(row["case_id"])
    async with to_read(decider.engine) as c:
        pair = await cases.read(c, row["case_id"])
        assert pair is not None, "cases are never deleted"
        shown = await noun.show(c, pair, decider.caller, decider.settings)
    location = {"Location": f"/v1/{noun_of(noun.process)}/{row['case_id']}"}
    return JSONResponse(shown.model_dump(mode="json"), 201, location)


def pending(instruction_id: str) -> JSONResponse:
    """202, and where to look for the outcome."""
    location = {"Location": f"/v1/instructions/{instruction_id}"}
    return JSONResponse(Pending(instruction_id=instruction_id).model_dump(), 202, location)


def _givers(*, staff: bool) -> frozenset[Role]:
    return HOUSE if staff else frozenset({Role.CLIENT, Role.FREELANCER, Role.MEDIATOR})


def _rows(noun: Noun, command: type[Command]) -> str:
    """Where the command is open, to whom, where it leads and what it moves, from the tables."""
    rows = [row for process in (noun.process, *noun.passes_on) for row in process.steps]
    return "\n".join(f"- {_row(row)}" for row in rows if row.command is command)


def _row(row: Step) -> str:
    to = " or ".join(f"`{target}`" for target in row.targets) or "the same"
    who = " or ".join(sorted(row.by - {Role.CLOCK}))
    needs = "".join(f", if {condition.says}" for condition in row.when)
    money = f" Money: {row.money}." if row.money else ""
    return f"`{row.source}` → {to}, by the {who}{needs}.{money}"
