"""Accounts of people: signing up, logging in and out, and what one sees of oneself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.agreements import Signature, signature_of
from api.bodies import Asked, Email, Line, Password, Shown
from api.callers import TheCaller
from api.idempotency import AnonymousOnce
from api.permission import WorkPermission
from api.problems import Problem
from api.state import Engine, TheRates, TheSettings
from ledger import passwords, people, tokens

router = APIRouter(tags=["accounts"])


class SignUp(Asked):
    """A new account."""

    email: Email
    name: Line
    password: Password


class Person(Shown):
    """What people see of themselves."""

    id: str
    email: str
    name: str
    roles: list[str]
    start_when_funded: bool
    created_at: datetime


class Me(Person):
    """The same, with what opens work to them."""

    nda: Signature | None
    undertaking: Signature | None
    work_permission: WorkPermission | None


class LogIn(Asked):
    """Who wants a token."""

    email: Email
    password: Annotated[str, Field(max_length=200)]


class Token(Shown):
    """A bearer token, shown this once."""

    token: str
    expires_at: datetime


class Preferences(Asked):
    """What happens without asking."""

    start_when_funded: bool


@router.post("/accounts", status_code=201, response_model=Person)
async def sign_up(
    asked: SignUp,
    request: Request,
    once: AnonymousOnce,
    engine: Engine,
    rates: TheRates,
    settings: TheSettings,
) -> JSONResponse:
    """Open an account; its wallet is there at once."""
    await rates.take(settings.signup_limit, "sign-up", address(request))
    password_hash = await passwords.hashed(asked.password)

    async def make(c: AsyncConnection) -> Person:
        made = await people.create(
            c, email=asked.email, name=asked.name, password_hash=password_hash
        )
        if made is None:
            raise Problem("email_taken")
        return Person.model_validate(await people.of(c, made))

    # A hash of the whole request would be a second, weak hash of the password.
    answer = await once(asked.model_dump(exclude={"password"}), make)
    if once.repeated and await _person_with(engine, asked.email, asked.password) is None:
        raise Problem("idempotency_key_reused")
    return answer


@router.post("/tokens", status_code=201)
async def log_in(
    asked: LogIn, request: Request, engine: Engine, rates: TheRates, settings: TheSettings
) -> Token:
    """A token for 30 days; it is shown this once, so this takes no Idempotency-Key."""
    await rates.take(settings.login_limit, "log-in", asked.email, address(request))
    await rates.take(settings.login_address_limit, "log-in from", address(request))
    await rates.take(settings.login_email_limit, "log-in as", asked.email)
    person_id = await _person_with(engine, asked.email, asked.password)
    if person_id is None:
        raise Problem("credentials_wrong", headers={"WWW-Authenticate": "Bearer"})
    async with engine.begin() as c:
        token, expires_at = await tokens.issue(c, person_id)
    return Token(token=token, expires_at=expires_at)


@router.delete("/tokens/current", status_code=204)
async def log_out(caller: TheCaller, engine: Engine) -> None:
    """The token of this request opens nothing any more."""
    async with engine.begin() as c:
        await tokens.revoke(c, caller.token)


@router.get("/me")
async def me(caller: TheCaller, engine: Engine) -> Me:
    """Who I am, what I signed and what I answered."""
    async with engine.connect() as c:
        return await _me(c, caller.id)


@router.put("/me/preferences")
async def prefer(asked: Preferences, caller: TheCaller, engine: Engine) -> Me:
    """Whether new jobs of mine start by themselves when money comes."""
    async with engine.begin() as c:
        await people.prefer(c, caller.id, start_when_funded=asked.start_when_funded)
        return await _me(c, caller.id)


def address(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else "unknown"


async def _me(c: AsyncConnection, person_id: str) -> Me:
    answers = await people.answers(c, person_id)
    return Me(
        **await people.of(c, person_id),
        nda=await signature_of(c, person_id, "nda"),
        undertaking=await signature_of(c, person_id, "undertaking"),
        work_permission=WorkPermission.model_validate(answers) if answers else None,
    )


async def _person_with(engine: Engine, email: str, password: str) -> str | None:
    """Whose email and password these are; it takes as long when there is no such email."""
    async with engine.connect() as c:
        found = await people.credentials(c, email)
    person_id, kept = found or (None, None)
    return person_id if await passwords.matches(password, kept) else None
