"""People who use the API over HTTP, each with a token of their own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

LOOK_EVERY_S = 0.2
DECIDED_WITHIN_S = 60


class Refused(Exception):
    """The API refused; the text is its reason."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.code: str = problem.get("code", "")
        words = [problem.get("detail") or problem.get("title") or "Refused"]
        words += [" ".join(map(str, error.values())) for error in problem.get("errors", ())]
        super().__init__("; ".join(words))


@dataclass(frozen=True)
class Actor:
    """Somebody who is signed in."""

    http: httpx.AsyncClient = field(repr=False)
    id: str
    email: str
    name: str
    token: str = field(repr=False)

    @property
    def first(self) -> str:
        """What the others call them."""
        return self.name.split()[0]

    async def get(self, path: str, **query: Any) -> Any:
        """What stands there."""
        answer = await self.http.get(path, params=query, headers=self._headers())
        return checked(answer).json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do it; a decision that takes its time is waited for, and its instruction answered."""
        keyed = self._headers() | {"Idempotency-Key": uuid4().hex}
        answer = checked(await self.http.post(path, json=body or {}, headers=keyed))
        if answer.status_code == httpx.codes.ACCEPTED:
            return await self._outcome(answer.headers["Location"])
        return answer.json()

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Say how it is from now on."""
        return checked(await self.http.put(path, json=body, headers=self._headers())).json()

    async def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Store a file; what is known of it."""
        keyed = self._headers() | {"Idempotency-Key": uuid4().hex, "X-File-Name": quote(name)}
        answer = await self.http.post("/v1/files", content=content, headers=keyed)
        stored: dict[str, Any] = checked(answer).json()
        return stored

    async def download(self, path: str) -> bytes:
        """The content of the file there."""
        return checked(await self.http.get(path, headers=self._headers())).content

    async def _outcome(self, instruction: str) -> Any:
        async with asyncio.timeout(DECIDED_WITHIN_S):
            while True:
                found = await self.get(instruction)
                if found["refusal"]:
                    raise Refused(found["refusal"])
                if found["status"] != "pending":
                    return found
                await asyncio.sleep(LOOK_EVERY_S)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def log_in(http: httpx.AsyncClient, email: str, name: str, password: str) -> Actor | None:
    """The person with a fresh token; None when there is no such person with this password."""
    answer = await http.post("/v1/tokens", json={"email": email, "password": password})
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return None
    token = checked(answer).json()["token"]
    me = checked(await http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).json()
    return Actor(http, me["id"], email, name, token)


async def sign_up(http: httpx.AsyncClient, email: str, name: str, password: str) -> None:
    """Open an account, as anybody can."""
    body = {"email": email, "name": name, "password": password}
    checked(await http.post("/v1/accounts", json=body, headers={"Idempotency-Key": uuid4().hex}))


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer; Refused when it is a problem."""
    if answer.is_success:
        return answer
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    raise Refused(answer.json() if is_problem else {"title": f"HTTP {answer.status_code}"})
