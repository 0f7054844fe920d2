"""Signing by an explicit act, and the three questions."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from domain.standing import Permission, Standing
from ledger import people as ledger_people
from tests.api.people import code, new_key, pointers, sign, signup, staff


async def test_the_text_in_force_is_public(http: AsyncClient) -> None:
    """Everybody may read what they would sign."""
    nda = (await http.get("/v1/nda")).json()
    assert nda["version"] == 1 and nda["body"].startswith("# Freelancer non-disclosure agreement")
    undertaking = (await http.get("/v1/undertaking")).json()
    assert undertaking["body"].startswith("# Confidentiality undertaking")


async def test_a_signature_names_version_name_and_time(http: AsyncClient) -> None:
    """It is shown on the person, and signing again changes nothing."""
    ana = await signup(http)
    await sign(ana)
    nda = (await ana.get("/v1/me")).json()["nda"]
    assert nda["version"] == 1 and nda["full_name"] == "Ana Nin" and nda["in_force"] is True
    again = {"version": 1, "full_name": "Somebody Else", "agree": True}
    answer = await ana.post("/v1/me/nda", again)
    assert answer.json() == nda


async def test_only_the_version_in_force_can_be_signed(http: AsyncClient) -> None:
    """A text that changed since it was read is not signed."""
    ana = await signup(http)
    answer = await ana.post("/v1/me/nda", {"version": 2, "full_name": "Ana Nin", "agree": True})
    assert (answer.status_code, code(answer)) == (409, "seen_is_stale")
    assert (await ana.get("/v1/me")).json()["nda"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"agree": False}, "#/agree"),
        ({"agree": 1}, "#/agree"),
        ({"agree": "true"}, "#/agree"),
        ({"version": "1"}, "#/version"),
        ({"version": True}, "#/version"),
        ({"version": 2**40}, "#/version"),
        ({"full_name": " "}, "#/full_name"),
        ({"signature": "x"}, "#/signature"),
    ],
)
async def test_a_signature_takes_an_explicit_act(
    http: AsyncClient, change: dict[str, object], pointer: str
) -> None:
    """Nothing that merely resembles agreement is one."""
    ana = await signup(http)
    body = {"version": 1, "full_name": "Ana Nin", "agree": True} | change
    answer = await ana.post("/v1/me/nda", body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_the_undertaking_is_for_mediators_and_staff(app: FastAPI, http: AsyncClient) -> None:
    """Other people are not asked for it."""
    ana, mia = await signup(http), await staff(app, http, "mediator")
    body = {"version": 1, "full_name": "Mia", "agree": True}
    refused = await ana.post("/v1/me/undertaking", body)
    assert (refused.status_code, code(refused)) == (403, "not_yours")
    assert (await mia.post("/v1/me/undertaking", body)).status_code == 201
    assert (await mia.get("/v1/me")).json()["undertaking"]["full_name"] == "Mia"


@pytest.mark.parametrize(
    ("us_citizen", "lives_in_us", "permitted", "result"),
    [
        (True, True, None, "w9"),
        (True, False, None, "w9"),
        (False, True, "yes", "w9"),
        (False, True, "no", "not_allowed"),
        (False, True, "not_sure", "unclear"),
        (False, False, None, "w8ben"),
    ],
)
async def test_the_answers_decide_who_may_work(
    http: AsyncClient, us_citizen: bool, lives_in_us: bool, permitted: str | None, result: str
) -> None:
    """Each way through the three questions."""
    ana = await signup(http)
    body = {"us_citizen": us_citizen, "lives_in_us": lives_in_us, "permitted": permitted}
    answer = await ana.post("/v1/me/work-permission", body)
    assert (answer.status_code, answer.json()["result"]) == (201, result)
    assert (await ana.get("/v1/me")).json()["work_permission"] == answer.json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"us_citizen": False, "lives_in_us": True}, "#"),
        ({"us_citizen": False, "lives_in_us": True, "permitted": "maybe"}, "#/permitted"),
        ({"us_citizen": "no", "lives_in_us": False}, "#/us_citizen"),
        ({"us_citizen": False}, "#/lives_in_us"),
        ({"us_citizen": False, "lives_in_us": False, "ssn": "1"}, "#/ssn"),
    ],
)
async def test_answers_that_leave_a_question_open_are_refused(
    http: AsyncClient, body: dict[str, object], pointer: str
) -> None:
    """Nothing is kept, and the question is named."""
    ana = await signup(http)
    answer = await ana.post("/v1/me/work-permission", body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert (await ana.get("/v1/me")).json()["work_permission"] is None


async def test_signatures_and_answers_are_the_standing(app: FastAPI, http: AsyncClient) -> None:
    """What the law asks before somebody works is what they did here."""
    ana = await signup(http)
    await sign(ana)
    await ana.post("/v1/me/work-permission", {"us_citizen": False, "lives_in_us": False})
    async with app.state.engine.connect() as c:
        standing = await ledger_people.standing(c, ana.id)
    assert standing == Standing(nda_signed=True, permission=Permission.W8BEN)


async def test_one_key_has_one_effect_and_one_answer(http: AsyncClient) -> None:
    """Sent twenty times at once, then with other words, then to another address."""
    ana, key = await signup(http), new_key()
    body = {"version": 1, "full_name": "Ana Nin", "agree": True}
    answers = await asyncio.gather(*(ana.post("/v1/me/nda", body, key=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    other = await ana.post("/v1/me/nda", body | {"full_name": "Ann"}, key=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")
    elsewhere = {"us_citizen": True, "lives_in_us": True}
    other = await ana.post("/v1/me/work-permission", elsewhere, key=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


async def test_a_refused_request_leaves_its_key_unused(http: AsyncClient) -> None:
    """What had no effect may be corrected and sent under the same key."""
    ana, key = await signup(http), new_key()
    body = {"version": 2, "full_name": "Ana Nin", "agree": True}
    assert (await ana.post("/v1/me/nda", body, key=key)).status_code == 409
    assert (await ana.post("/v1/me/nda", body | {"version": 1}, key=key)).status_code == 201


async def test_a_key_belongs_to_its_caller(http: AsyncClient) -> None:
    """Two people may happen to use the same key."""
    key, body = new_key(), {"version": 1, "full_name": "Same Name", "agree": True}
    for person in (await signup(http), await signup(http)):
        assert (await person.post("/v1/me/nda", body, key=key)).status_code == 201
