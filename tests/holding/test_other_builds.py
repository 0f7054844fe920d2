"""What a newer build wrote is read by an older one, which passes over what it does not know."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from api.outcomes import Outcomes
from domain import commands as c
from domain.cases import Role
from domain.outcome import CaseBrief, Outcome, Recorded, Start, StepRequest
from domain.registry import parse
from ledger import instructions
from tests.holding.hands import commit, hands, leaves, outcome, rows
from tests.life import Life
from tests.world import World

NEWER: dict[str, Any] = {"later": {"added": 1}}
WHILE = timedelta(seconds=20)


def with_more(value: Any) -> Any:
    """The same JSON as a newer build may write it: each object has a field more."""
    if isinstance(value, dict):
        return {name: with_more(one) for name, one in value.items()} | NEWER
    return [with_more(one) for one in value] if isinstance(value, list) else value


async def newer(world: World, table: str, column: str, key: str) -> None:
    """A newer build wrote this row."""
    [row] = await rows(world, f"select {column} from {table} where id = :key", key=key)
    written = json.dumps(with_more(row[0]))
    query = f"update {table} set {column} = cast(:written as jsonb) where id = :key returning id"
    assert await rows(world, query, written=written, key=key)


async def test_a_case_that_a_newer_build_wrote_goes_on(world: World, life: Life) -> None:
    """Its terms, its policy and what the law remembers of it may hold more than is known here."""
    async with hands(world):
        await life.rejected()
        for column in ("terms", "data"):
            await newer(world, "cases", column, life.job_id)
            await newer(world, "cases", column, await life.open_dispute() or "")
        await life.freelancer_does(c.AcceptRejection)
    assert await life.states() == ("cancelled", "accepted")


async def test_an_outcome_that_nobody_here_can_read_keeps_nobody_else_waiting(
    world: World, life: Life
) -> None:
    """Everybody's outcomes are read at once; one that is wrong is an error of its own alone."""
    other = await Life.begin(world)
    async with hands(world):
        await life.offered()
        await other.offered()
    asked = [await leaves(one, Role.FREELANCER, c.Decline) for one in (life, other)]
    for one, instruction in zip((life, other), asked, strict=True):
        await commit(world, one.job_id, version=1, instruction_id=instruction)
    found = [await outcome(world, one) or {} for one in asked]
    answers = {asked[0]: found[0] | {"status": "a word of tomorrow"}, asked[1]: found[1] | NEWER}

    async def recorded(*_: Any) -> dict[str, Any]:
        return answers

    ours = Outcomes(world.engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instructions, "recorded", recorded)
        waiting = (ours.of(one, WHILE) for one in asked)
        wrong, right = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(wrong, ValidationError)
    assert isinstance(right, Recorded) and right.event == "offer_declined"


@pytest.mark.parametrize("kind", [Start, StepRequest, Outcome])
def test_what_travels_may_hold_more(kind: type[Start] | type[StepRequest] | type[Outcome]) -> None:
    """An API of one build starts workflows of another; histories are read by all that follow."""
    brief: dict[str, Any] = dict.fromkeys(CaseBrief.model_fields, "")
    brief |= {"version": 1, "over": False, "due_at": None, "wake_at": None}
    case = {"case_id": "job_1", "version": 1, "at": "2026-11-23T14:00:00Z"}
    known = case | {"status": "applied", "case": brief, "starts": [brief]}
    ours = {name: value for name, value in known.items() if name in kind.model_fields}
    assert kind.model_validate(with_more(ours)) == kind.model_validate(ours)


def test_a_decision_that_a_newer_door_took_is_read_without_what_it_added() -> None:
    """The worker may be the older one while builds change; the door itself refuses what is new."""
    body = {"reason": "too far"}
    assert parse("job", "decline", body | NEWER) == c.Decline(reason="too far")
    with pytest.raises(ValidationError):
        c.Decline.model_validate(body | NEWER)
