"""Freelancers: what they say of themselves, and how they are found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import published
from api.bodies import Amount, Asked, Line, Prose, Tag
from api.callers import Caller, TheCaller
from api.finding import Sought
from api.idempotency import OwnOnce
from api.ids import FreelancerId
from api.pages import Limit, Page
from api.problems import Problem, field
from api.profile_views import FreelancerLine, FreelancerShown, ProfileShown, line, seen, whole
from api.published import OfRow
from api.state import Engine
from domain.profile import (
    MOST_LETTERS,
    ProfileState,
    letters,
    require_findable,
    require_open,
    require_publishable,
)
from ledger import people, profiles, reading
from ledger.database import to_read
from ledger.finding import Order

router = APIRouter(prefix="/freelancers", tags=["freelancers"])
mine = APIRouter(prefix="/me/profile", tags=["freelancers"])
Passage = Annotated[Prose, Field(max_length=2_000)]
Year = Annotated[int, Field(ge=1900, le=2200)]
MOST = 20
"""Items of each list of a profile."""


class Worked(Asked):
    """Something I did for a living; without `to_year` I do it to this day."""

    title: Line
    at: Line
    from_year: Year
    to_year: Year | None = None
    text: Passage | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_year is not None and self.to_year < self.from_year:
            raise ValueError("it ends after it begins")
        return self


class Piece(Asked):
    """Something I made, in words."""

    title: Line
    text: Passage


class Learned(Asked):
    """Something I learned, and where; or a certification, and who gave it."""

    title: Line
    at: Line
    year: Year | None = None


class Said(Asked):
    """All that I say of myself; whatever is left out is not said any more."""

    title: Line | None = None
    summary: Prose | None = None
    skills: Annotated[list[Tag], Field(max_length=MOST)] = Field(default_factory=list)
    hourly_rate: Amount | None = None
    credentials: Passage | None = None
    experience: Annotated[list[Worked], Field(max_length=MOST)] = Field(default_factory=list)
    portfolio: Annotated[list[Piece], Field(max_length=MOST)] = Field(default_factory=list)
    education: Annotated[list[Learned], Field(max_length=MOST)] = Field(default_factory=list)
    certifications: Annotated[list[Learned], Field(max_length=MOST)] = Field(default_factory=list)


@router.get("")
async def found(
    caller: TheCaller, engine: Engine, sought: Sought, limit: Limit = 50
) -> Page[FreelancerLine]:
    """Who can be hired; `q` looks into names and all that they say of themselves.

    Prices are hourly rates: bounds, and orders by price, leave out those who name none.
    """
    wanted = replace(sought, kind="freelancer")
    if wanted.order in (Order.CHEAPEST, Order.DEAREST):
        wanted = replace(wanted, at_least_minor=max(1, wanted.at_least_minor or 0))
    return await published.found(engine, wanted, limit, _lines)


@router.get("/{freelancer_id}")
async def one(freelancer_id: FreelancerId, caller: TheCaller, engine: Engine) -> FreelancerShown:
    """A published profile; 404 while there is none."""
    async with to_read(engine) as c:
        row = await profiles.of(c, freelancer_id)
        if row is None or row["state"] != ProfileState.PUBLISHED:
            raise Problem("not_found")
        names = await reading.names(c, [freelancer_id])
    return seen(row, names[freelancer_id])


@mine.get("")
async def my_profile(caller: TheCaller, engine: Engine) -> ProfileShown:
    """What I say of myself, and what is missing."""
    async with to_read(engine) as c:
        return await _whole(c, await profiles.of(c, caller.id), caller)


@mine.put("")
async def edit(asked: Said, caller: TheCaller, engine: Engine) -> ProfileShown:
    """Say it from now on; what is published changes at once, and stays findable."""
    said = _kept(asked)
    async with engine.begin() as c:
        held = await profiles.hold(c, caller.id)
        if held["state"] == ProfileState.PUBLISHED:
            require_findable(said)
        return await _whole(c, await profiles.change(c, caller.id, **said), caller)


@mine.post("/publish", response_model=ProfileShown)
async def publish(caller: TheCaller, once: OwnOnce) -> JSONResponse:
    """Let everybody find me."""

    async def keep(c: AsyncConnection) -> ProfileShown:
        await people.hold(c, caller.id)
        held = await profiles.hold(c, caller.id)
        standing = await people.standing(c, caller.id)
        require_publishable(ProfileState(held["state"]), held, standing)
        return await _whole(c, await profiles.publish(c, caller.id), caller)

    return await once(None, keep, status=200)


@mine.post("/unpublish", response_model=ProfileShown)
async def unpublish(caller: TheCaller, once: OwnOnce) -> JSONResponse:
    """Be found no longer; what I wrote is my draft."""

    async def keep(c: AsyncConnection) -> ProfileShown:
        held = await profiles.hold(c, caller.id)
        require_open("unpublish", ProfileState(held["state"]))
        return await _whole(c, await profiles.unpublish(c, caller.id), caller)

    return await once(None, keep, status=200)


async def _whole(c: AsyncConnection, row: profiles.Said | None, caller: Caller) -> ProfileShown:
    return whole(row, caller.id, (await reading.names(c, [caller.id]))[caller.id])


async def _lines(c: AsyncConnection, rows: Sequence[RowMapping]) -> OfRow[FreelancerLine]:
    names = await reading.names(c, [row["owner_id"] for row in rows])
    return lambda row: line(row, names)


def _kept(asked: Said) -> dict[str, Any]:
    """The columns of it."""
    said = asked.model_dump(exclude={"hourly_rate", "skills"})
    _require_short(said | {"skills": asked.skills})
    rate = asked.hourly_rate
    return said | {
        "skills": list(dict.fromkeys(one.lower() for one in asked.skills)),
        "rate_minor": rate.amount_minor if rate else None,
        "currency": rate.currency if rate else "USD",
    }


def _require_short(said: Mapping[str, Any]) -> None:
    """Raise what names the longest part when all of it together is too long."""
    parts = letters(said)
    if (many := sum(parts.values())) > MOST_LETTERS:
        longest = max(parts, key=parts.__getitem__)
        what = f"a profile has at most {MOST_LETTERS:,} letters; this one has {many:,}"
        raise field(f"#/{longest}", what)
