"""Linked people: staff see what links somebody with others, and decide of each pair."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Line, Prose, Shown
from api.callers import Caller
from api.idempotency import Once, OwnOnce
from api.ids import PersonId
from api.pages import Limit, Page, Place, page
from api.problems import Problem, field
from api.staff import Staff, sworn
from api.state import Engine
from domain.errors import NotYours
from ledger import link_decisions, people
from ledger.database import to_read

router = APIRouter(
    prefix="/staff/people/{person_id}/links",
    tags=["linked people"],
    dependencies=[Depends(sworn)],
)


class LinkDecision(Shown):
    """What staff said last."""

    linked: bool
    reason: str
    decided_by: str
    decided_at: datetime


class LinkShown(Shown):
    """Somebody else, and why the two are linked, or are not although it would seem so."""

    id: str
    """Who it is."""
    name: str
    linked: bool
    common: Sequence[str]
    """The kinds of what they have in common, never what that is."""
    decision: LinkDecision | None


class Deciding(Asked):
    """Of whom, and why; `other` is an email or an id."""

    other: Line
    reason: Prose


@router.get("")
async def listed(
    person_id: PersonId, caller: Staff, engine: Engine, place: Place, limit: Limit = 50
) -> Page[LinkShown]:
    """With whom somebody is linked, or was until staff cleared it."""
    async with to_read(engine) as c:
        await _require_somebody(c, person_id)
        rows = await link_decisions.of_person(c, person_id, place, limit + 1)
    return page(rows, limit, _shown)


@router.post("", response_model=LinkShown)
async def link(person_id: PersonId, asked: Deciding, caller: Staff, once: OwnOnce) -> JSONResponse:
    """Link two people, whether they have anything in common or not."""
    return await _decide(once, caller, person_id, asked, linked=True)


@router.post("/clear", response_model=LinkShown)
async def clear(person_id: PersonId, asked: Deciding, caller: Staff, once: OwnOnce) -> JSONResponse:
    """They are two people: what they have, or will have, in common links them no longer."""
    return await _decide(once, caller, person_id, asked, linked=False)


async def _decide(
    once: Once, caller: Caller, person_id: str, asked: Deciding, *, linked: bool
) -> JSONResponse:
    async def decide(c: AsyncConnection) -> LinkShown:
        await _require_somebody(c, person_id)
        other = await people.find(c, asked.other)
        if other is None:
            raise field("#/other", "nobody has this email or id", code="unknown_reference")
        if other == person_id:
            raise field("#/other", "a link takes two people")
        if caller.id in (person_id, other):
            raise NotYours("Somebody else decides of your own links")
        await link_decisions.decide(c, person_id, other, caller.id, asked.reason, linked=linked)
        row = await link_decisions.between(c, person_id, other)
        assert row is not None, "it has just been decided"
        return _shown(row)

    return await once(asked, decide, status=200)


async def _require_somebody(c: AsyncConnection, person_id: str) -> None:
    if await people.find(c, person_id) is None:
        raise Problem("not_found")


def _shown(row: RowMapping) -> LinkShown:
    said = LinkDecision(**{**row, "linked": row["decision"]}) if row["decided_at"] else None
    return LinkShown(**{**row, "decision": said})
