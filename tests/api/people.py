"""People who use the API in tests, each with a token of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from httpx import AsyncClient, Response

from ledger import people

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """Somebody signed in."""

    http: AsyncClient
    id: str
    email: str
    token: str

    async def get(self, path: str, **query: Any) -> Response:
        return await self.http.get(path, params=query, headers=self.headers())

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Response:
        return await self.http.post(path, json=body, headers=self.headers(key or new_key()))

    async def put(self, path: str, body: object) -> Response:
        return await self.http.put(path, json=body, headers=self.headers())

    async def delete(self, path: str) -> Response:
        return await self.http.delete(path, headers=self.headers())

    async def upload(
        self, content: Any, headers: Mapping[str, str] | None = None, *, key: str | None = None
    ) -> Response:
        named = {"X-File-Name": "work.txt"} | self.headers(key or new_key()) | dict(headers or {})
        return await self.http.post("/v1/files", content=content, headers=named)

    def headers(self, key: str | None = None) -> dict[str, str]:
        signed = {"Authorization": f"Bearer {self.token}"}
        return signed | ({"Idempotency-Key": key} if key else {})


def new_key() -> str:
    """An Idempotency-Key nobody has used."""
    return uuid4().hex


async def signup(http: AsyncClient, name: str = "Ana") -> Person:
    """A new person with an empty wallet."""
    email = f"{name.lower()}-{uuid4().hex[:12]}@example.com"
    body = {"email": email, "name": name, "password": PASSWORD}
    made = await http.post("/v1/accounts", json=body, headers={"Idempotency-Key": new_key()})
    assert made.status_code == 201, made.text
    return await login(http, made.json()["id"], email)


async def staff(app: FastAPI, http: AsyncClient, *roles: str) -> Person:
    """A person of the house, made as the command line makes them."""
    email = f"staff-{uuid4().hex[:12]}@example.com"
    made = await people.add_staff(app.state.engine, email, "Sam", PASSWORD, roles)
    return await login(http, made, email)


async def login(http: AsyncClient, person_id: str, email: str) -> Person:
    """The person with a fresh token."""
    answer = await http.post("/v1/tokens", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return Person(http, person_id, email, answer.json()["token"])


async def sign(person: Person, text: str = "nda") -> None:
    """The person signs the text in force."""
    current = (await person.get(f"/v1/{text}")).json()
    body = {"version": current["version"], "full_name": "Ana Nin", "agree": True}
    answer = await person.post(f"/v1/me/{text}", body)
    assert answer.status_code == 201, answer.text


def pointers(answer: Response) -> list[str]:
    """The fields a problem names."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def code(answer: Response) -> str:
    """The code of a problem, whose documented type it is too."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == answer.status_code
    return str(problem["code"])
