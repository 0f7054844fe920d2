"""People who give tax forms over HTTP."""

from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient

from tests.api.people import Person, sign, signup, staff
from tests.tax import W8BEN_SENT, W9_SENT

FORM = "/v1/me/tax-form"
HOUSE = "/v1/staff/tax-forms"
PDF = {"Content-Type": "application/pdf", "X-File-Name": "w9.pdf"}


def signing(**change: Any) -> dict[str, Any]:
    """A W-9 with the explicit act of signing it."""
    act = {"full_name": "Ana Nin", "certification": 1, "agree": True}
    return {"w9": W9_SENT} | act | change


def foreign(**change: Any) -> dict[str, Any]:
    """A W-8BEN with the explicit act."""
    act = {"full_name": "Ben Ode", "certification": 1, "agree": True}
    return {"w8ben": W8BEN_SENT} | act | change


async def american(http: AsyncClient) -> Person:
    """Somebody who owes a W-9."""
    return await answered(http, us_citizen=True, lives_in_us=True)


async def german(http: AsyncClient) -> Person:
    """Somebody who owes a W-8BEN."""
    return await answered(http, us_citizen=False, lives_in_us=False)


async def answered(http: AsyncClient, **answers: object) -> Person:
    """Somebody who gave these answers."""
    person = await signup(http)
    answer = await person.post("/v1/me/work-permission", answers)
    assert answer.status_code == 201, answer.text
    return person


async def accountant(app: FastAPI, http: AsyncClient) -> Person:
    """One of accounting who has signed the undertaking."""
    person = await staff(app, http, "accounting")
    await sign(person, "undertaking")
    return person


async def paper(person: Person, **change: Any) -> dict[str, Any]:
    """What is sent with a W-9 on paper, its file uploaded."""
    file = (await person.upload(b"%PDF-1.7 signed", PDF)).json()["id"]
    given = {"w9": W9_SENT, "full_name": "Ana Nin", "signed_on": "2026-01-02", "file": file}
    return given | change
