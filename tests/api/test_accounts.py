"""Accounts: signing up, logging in and out, and what is refused."""

import asyncio
import json

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from api.main import create
from settings import Settings
from tests.api.people import PASSWORD, Person, code, new_key, pointers, signup


async def test_a_new_person_sees_themselves_and_an_empty_wallet(http: AsyncClient) -> None:
    """Signing up opens the wallet in the same transaction."""
    ana = await signup(http)
    me = (await ana.get("/v1/me")).json()
    assert me["id"] == ana.id and me["id"].startswith("user_")
    assert me["email"] == ana.email
    assert me["created_at"].endswith("Z")
    assert me["roles"] == [] and me["nda"] is None and me["work_permission"] is None
    wallet = (await ana.get("/v1/me/wallet")).json()
    nothing = {"amount_minor": 0, "currency": "USD"}
    names = ("credits", "earnings", "provisional", "withdrawable", "receivable", "total")
    assert wallet == dict.fromkeys(names, nothing)


async def test_the_same_sign_up_twice_makes_one_account(http: AsyncClient) -> None:
    """Same key and body: the same answer; another password under that key is another request."""
    key = {"Idempotency-Key": new_key()}
    body = {"email": "Twice@Example.com", "name": "Twice", "password": PASSWORD}
    first = await http.post("/v1/accounts", json=body, headers=key)
    again = await http.post("/v1/accounts", json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["email"] == "twice@example.com"
    other = await http.post("/v1/accounts", json=body | {"password": "x" * 12}, headers=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")
    other = await http.post("/v1/accounts", json=body | {"name": "Thrice"}, headers=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


async def test_an_email_belongs_to_one_account(http: AsyncClient) -> None:
    """The case of its letters makes no other email."""
    ana = await signup(http)
    body = {"email": ana.email.upper(), "name": "Other", "password": PASSWORD}
    answer = await http.post("/v1/accounts", json=body, headers={"Idempotency-Key": new_key()})
    assert (answer.status_code, code(answer)) == (409, "email_taken")


async def test_of_many_sign_ups_at_once_with_one_email_one_wins(http: AsyncClient) -> None:
    """However many arrive together, one account is made."""
    body = {"email": "crowd@example.com", "name": "Crowd", "password": PASSWORD}
    answers = await asyncio.gather(
        *(
            http.post("/v1/accounts", json=body, headers={"Idempotency-Key": new_key()})
            for _ in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"shoe_size": 44}, "#/shoe_size"),
        ({"email": "no-address"}, "#/email"),
        ({"email": "a@b\u0000.com"}, "#/email"),
        ({"email": 7}, "#/email"),
        ({"email": ":;@a.example"}, "#/email"),
        ({"email": "a@[.example"}, "#/email"),
        ({"email": "x,victim@example.com"}, "#/email"),
        ({"email": "two..dots@example.com"}, "#/email"),
        ({"email": '"quoted"@example.com'}, "#/email"),
        ({"email": "=?utf-8?q?x?=@example.com"}, "#/email"),
        ({"email": "a@-example.com"}, "#/email"),
        ({"email": "a@127.0.0.1"}, "#/email"),
        ({"email": f"{'x' * 65}@example.com"}, "#/email"),
        ({"name": ""}, "#/name"),
        ({"name": "x" * 201}, "#/name"),
        ({"name": "two\nlines"}, "#/name"),
        ({"name": "nul\u0000"}, "#/name"),
        ({"name": "half \ud800"}, "#/name"),
        ({"password": "too short"}, "#/password"),
        ({"password": "x" * 201}, "#/password"),
        ({"password": None}, "#/password"),
    ],
)
async def test_a_field_that_does_not_fit_is_named(
    http: AsyncClient, change: dict[str, object], pointer: str
) -> None:
    """422 with the JSON pointer of the field, and without what was sent."""
    body = {"email": "misfit@example.com", "name": "Mis", "password": PASSWORD} | change
    headers = {"Idempotency-Key": new_key(), "Content-Type": "application/json"}
    answer = await http.post("/v1/accounts", content=json.dumps(body), headers=headers)
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]
    assert PASSWORD not in answer.text


async def test_an_unknown_email_and_a_wrong_password_look_alike(http: AsyncClient) -> None:
    """Whoever guesses learns nothing about who has an account."""
    ana = await signup(http)
    wrong = await http.post("/v1/tokens", json={"email": ana.email, "password": "wrong"})
    unknown = await http.post(
        "/v1/tokens", json={"email": "nobody@example.com", "password": PASSWORD}
    )
    assert wrong.status_code == unknown.status_code == 401
    assert code(wrong) == code(unknown) == "credentials_wrong"
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_a_token_opens_nothing_after_logging_out(http: AsyncClient) -> None:
    """Logging out ends this token and no other."""
    ana = await signup(http)
    answer = await http.post("/v1/tokens", json={"email": ana.email, "password": PASSWORD})
    second = Person(http, ana.id, ana.email, answer.json()["token"])
    assert answer.json()["expires_at"].endswith("Z")
    assert (await ana.delete("/v1/tokens/current")).status_code == 204
    refused = await ana.get("/v1/me")
    assert (refused.status_code, code(refused)) == (401, "not_signed_in")
    assert (await second.get("/v1/me")).status_code == 200


async def test_a_made_up_token_opens_nothing(http: AsyncClient) -> None:
    """401, with the scheme that would do."""
    stranger = Person(http, "", "", "made-up")
    refused = await stranger.get("/v1/me")
    assert (refused.status_code, code(refused)) == (401, "not_signed_in")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert (await http.get("/v1/me")).status_code == 401


async def test_preferences_stay(http: AsyncClient) -> None:
    """What is put is what is shown."""
    ana = await signup(http)
    assert (await ana.get("/v1/me")).json()["start_when_funded"] is True
    answer = await ana.put("/v1/me/preferences", {"start_when_funded": False})
    assert answer.json()["start_when_funded"] is False
    assert (await ana.get("/v1/me")).json()["start_when_funded"] is False
    refused = await ana.put("/v1/me/preferences", {"start_when_funded": "no"})
    assert pointers(refused) == ["#/start_when_funded"]


async def test_attempts_on_one_email_are_limited(api_settings: Settings) -> None:
    """429 says when to come back; another email may still be tried."""
    strict = create(api_settings.model_copy(update={"login_limit": "3/minute"}))
    async with strict.router.lifespan_context(strict), _client(strict) as http:
        for _ in range(3):
            await _try(http, "guess@example.com", 401)
        limited = await http.post(
            "/v1/tokens", json={"email": "GUESS@example.com", "password": "wrong"}
        )
        assert (limited.status_code, code(limited)) == (429, "too_many_requests")
        assert 1 <= int(limited.headers["retry-after"]) <= 60
        await _try(http, "other@example.com", 401)


async def test_attempts_from_one_address_are_limited_whatever_the_email(
    api_settings: Settings,
) -> None:
    """Trying many emails is no way around the limit on one."""
    strict = create(api_settings.model_copy(update={"login_address_limit": "3/minute"}))
    async with strict.router.lifespan_context(strict), _client(strict) as http:
        for guess in ("a", "b", "c"):
            await _try(http, f"{guess}@example.com", 401)
        await _try(http, "d@example.com", 429)


async def test_sign_ups_from_one_address_are_limited(api_settings: Settings) -> None:
    """The next one is refused before anything is done."""
    strict = create(api_settings.model_copy(update={"signup_limit": "1/hour"}))
    async with strict.router.lifespan_context(strict), _client(strict) as http:
        await signup(http)
        body = {"email": "late@example.com", "name": "Late", "password": PASSWORD}
        limited = await http.post("/v1/accounts", json=body, headers={"Idempotency-Key": "k"})
        assert limited.status_code == 429


def _client(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://api.test")


async def _try(http: AsyncClient, email: str, status: int) -> None:
    answer = await http.post("/v1/tokens", json={"email": email, "password": "wrong"})
    assert answer.status_code == status
