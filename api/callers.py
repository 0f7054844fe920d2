"""Who calls: the bearer token as a person with roles, looked up once for each request."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import Problem
from api.state import Engine
from domain.errors import NotYours
from ledger import tokens
from ledger.database import to_read

_bearer = HTTPBearer(auto_error=False, description="A token from POST /v1/tokens")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True)
class Caller:
    """The person behind a request."""

    id: str
    roles: frozenset[str]
    token: str

    def require(self, *roles: str) -> None:
        """Raise when the caller holds none of these roles."""
        if self.roles.isdisjoint(roles):
            raise NotYours(f"This takes the role {' or '.join(roles)}")


async def signed_in(credentials: Credentials, engine: Engine) -> Caller:
    """The person whose token it is; 401 when it is nobody's."""
    if credentials is None:
        raise _not_signed_in()
    async with to_read(engine) as c:
        holder = await tokens.holder(c, credentials.credentials)
    if holder is None:
        raise _not_signed_in()
    return Caller(holder.id, frozenset(holder.roles), credentials.credentials)


def _not_signed_in() -> Problem:
    return Problem("not_signed_in", headers={"WWW-Authenticate": "Bearer"})


TheCaller = Annotated[Caller, Depends(signed_in)]


async def _accountant(caller: TheCaller) -> Caller:
    caller.require("accounting")
    return caller


Accountant = Annotated[Caller, Depends(_accountant)]
"""A caller with the role accounting."""


async def _house(caller: TheCaller) -> None:
    caller.require("accounting", "staff")


OF_THE_HOUSE = Depends(_house)
"""What a router asks of everybody before it says anything of a case."""
