"""Texts people sign by an explicit act: the freelancer's NDA, and the undertaking of our people."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Agreed, Asked, Line, Shown
from api.callers import Caller, TheCaller
from api.idempotency import Once, OwnOnce
from api.state import Engine
from ledger import agreements, people
from ledger.database import to_read

router = APIRouter(tags=["agreements"])


class Agreement(Shown):
    """A text in force."""

    kind: agreements.Kind
    version: int
    body: str
    in_force_at: datetime


class Signing(Asked):
    """The explicit act: which version, by which name."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    full_name: Line
    agree: Agreed


class Signature(Shown):
    """Who signed which version, when, and whether that version is in force."""

    kind: agreements.Kind
    version: int
    full_name: str
    signed_at: datetime
    in_force: bool


@router.get("/nda")
async def nda(engine: Engine) -> Agreement:
    """The freelancer's confidentiality agreement in force."""
    return await _current(engine, "nda")


@router.get("/undertaking")
async def undertaking(engine: Engine) -> Agreement:
    """The confidentiality undertaking of mediators and staff in force."""
    return await _current(engine, "undertaking")


@router.get("/me/signatures")
async def signatures(caller: TheCaller, engine: Engine) -> list[Signature]:
    """Every version of every text I signed, the newest first, and which are in force."""
    async with to_read(engine) as c:
        rows = await agreements.every(c, caller.id)
    return [Signature.model_validate(row) for row in rows]


@router.post("/me/nda", status_code=201, response_model=Signature)
async def sign_nda(asked: Signing, caller: TheCaller, once: OwnOnce) -> JSONResponse:
    """Sign the NDA in force."""
    return await _sign(once, caller, "nda", asked)


@router.post("/me/undertaking", status_code=201, response_model=Signature)
async def sign_undertaking(asked: Signing, caller: TheCaller, once: OwnOnce) -> JSONResponse:
    """Sign the undertaking in force; only mediators and staff are asked to."""
    caller.require(*sorted(people.ROLES))
    return await _sign(once, caller, "undertaking", asked)


async def signature_of(
    c: AsyncConnection, person_id: str, kind: agreements.Kind
) -> Signature | None:
    """The newest version of the text this person signed."""
    row = await agreements.latest(c, person_id, kind)
    return Signature.model_validate(row) if row else None


async def _current(engine: Engine, kind: agreements.Kind) -> Agreement:
    async with engine.connect() as c:
        return Agreement.model_validate(await agreements.current(c, kind))


async def _sign(once: Once, caller: Caller, kind: agreements.Kind, asked: Signing) -> JSONResponse:
    async def sign(c: AsyncConnection) -> Signature:
        row = await agreements.sign(c, caller.id, kind, asked.version, asked.full_name)
        return Signature.model_validate(row)

    return await once(asked, sign)
