"""One effect for each Idempotency-Key: for requests that change something but decide no case."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.callers import TheCaller
from api.problems import Problem
from api.state import Engine
from failpoints import here
from ledger import replies
from ledger.database import to_read

ANONYMOUS = "anonymous"
_SENDABLE = re.compile(r"[!-~]{1,200}")

Effect = Callable[[AsyncConnection], Awaitable[BaseModel]]


async def _key(
    idempotency_key: Annotated[
        str, Header(max_length=200, description="Your name for this request; 400 without it")
    ],
) -> str:
    if not idempotency_key:
        raise Problem("idempotency_key_missing")
    if not _SENDABLE.fullmatch(idempotency_key):
        raise Problem("malformed", "An Idempotency-Key is 1 to 200 printable ASCII characters")
    return idempotency_key


Key = Annotated[str, Depends(_key)]
"""The caller's name for this request; sent again, it has no second effect."""


def request_hash(request: Request, content: Mapping[str, Any] | None) -> bytes:
    """What makes two requests the same: method, path and what they ask for."""
    asked = [request.method, request.url.path, content]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()


class Once:
    """Runs an effect once for a caller and key, and gives the same answer ever after."""

    def __init__(self, engine: AsyncEngine, request: Request, caller: str, key: str) -> None:
        self._engine, self._request, self._caller, self._name = engine, request, caller, key
        self.repeated = False
        """Whether the answer was given before, so that there was no effect now."""

    async def is_answered(self) -> bool:
        """Whether the key has its answer, so that there will be no effect."""
        async with to_read(self._engine) as c:
            return await replies.is_given(c, self._caller, self._name)

    async def __call__(
        self, asked: BaseModel | Mapping[str, Any] | None, effect: Effect, *, status: int = 201
    ) -> JSONResponse:
        """The answer; effect and answer are kept in one transaction, a refusal leaves nothing."""
        here("effect.asked")
        content = asked.model_dump(mode="json") if isinstance(asked, BaseModel) else asked
        hashed = request_hash(self._request, content)
        async with self._engine.begin() as c:
            given = await replies.claim(c, self._caller, self._name, hashed)
            if given is None:
                body = (await effect(c)).model_dump(mode="json")
                await replies.record(c, self._caller, self._name, status, body)
                here("effect.written")
        if given is None:
            here("effect.committed")
            return JSONResponse(body, status)
        if given.request_hash != hashed:
            raise Problem("idempotency_key_reused")
        self.repeated = True
        return JSONResponse(given.body, given.status)


async def _own(engine: Engine, request: Request, caller: TheCaller, key: Key) -> Once:
    return Once(engine, request, caller.id, key)


async def _anonymous(engine: Engine, request: Request, key: Key) -> Once:
    return Once(engine, request, ANONYMOUS, key)


OwnOnce = Annotated[Once, Depends(_own)]
AnonymousOnce = Annotated[Once, Depends(_anonymous)]
