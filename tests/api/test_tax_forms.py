"""Giving one's tax form: which is due, what is asked, the act, what is shown, and its record."""

import asyncio
import io
import json
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from pypdf import PdfReader
from sqlalchemy import text

from api import tax_forms
from api.main import create
from api.problems import OF_THE_LAW
from domain import certifications
from domain.errors import DomainError, TaxFormExpired, TaxFormMissing
from domain.tax import FormKind
from settings import Settings
from tests.api.people import Person, code, new_key, pointers, signup
from tests.api.tax import FORM, american, answered, foreign, german, paper, signing
from tests.tax import AMERICAN, CLAIM, SSN, W8BEN_SENT, W9_SENT

NESTED = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(W9_SENT | W8BEN_SENT)) | st.text(max_size=5), inner
        )
    ),
)


@pytest.fixture(scope="module")
async def eve(http: AsyncClient) -> Person:
    """Somebody who owes a W-9 and sends anything."""
    return await american(http)


async def signed(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    """The form as it is shown after it was signed."""
    answer = await person.post(FORM, body)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_the_answers_say_which_form_is_due_and_its_text(http: AsyncClient) -> None:
    """Before anything was given."""
    for person, kind in ((await american(http), "w9"), (await german(http), "w8ben")):
        standing = (await person.get(FORM)).json()
        text_of = certifications.in_force(FormKind(kind))
        assert standing["needed"] == kind and standing["in_force"] is standing["newest"] is None
        assert standing["missing"]["code"] == "tax_form_missing"
        assert standing["certification"] == {
            "kind": kind,
            "version": text_of.version,
            "edition": text_of.edition,
            "text": text_of.text,
        }


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (None, "work_permission_missing"),
        ({"us_citizen": False, "lives_in_us": True, "permitted": "no"}, "not_allowed_to_work"),
        (
            {"us_citizen": False, "lives_in_us": True, "permitted": "not_sure"},
            "work_permission_missing",
        ),
    ],
)
async def test_without_permission_to_work_no_form_is_taken(
    http: AsyncClient, answers: dict[str, Any] | None, refusal: str
) -> None:
    """The person is told why, before and when they try."""
    ana = await signup(http) if answers is None else await answered(http, **answers)
    standing = (await ana.get(FORM)).json()
    assert (standing["needed"], standing["missing"]["code"]) == (None, refusal)
    answer = await ana.post(FORM, signing())
    assert (answer.status_code, code(answer)) == (403, refusal)


async def test_a_w9_is_in_force_once_it_is_signed(http: AsyncClient) -> None:
    """Of its number the kind and the last four are shown; it holds until it is replaced."""
    ana = await american(http)
    form = await signed(ana, signing())
    standing = (await ana.get(FORM)).json()
    assert standing["missing"] is None
    assert standing["in_force"] == standing["newest"] == form
    assert (form["state"], form["tin_type"], form["tin_last_four"]) == ("signed", "ssn", "4399")
    assert (form["valid_until"], form["reminders"]) == (None, [])
    assert form["certification"] == 1 and form["full_name"] == "Ana Nin"


async def test_a_w8ben_is_in_force_to_the_end_of_the_third_following_year(
    http: AsyncClient,
) -> None:
    """And its person is told when reminders will come."""
    ben = await german(http)
    form = await signed(ben, foreign(w8ben=W8BEN_SENT | {"treaty": CLAIM}))
    year = int(form["signed_on"][:4]) + 3
    assert form["valid_until"] == f"{year}-12-31" and form["reminders"][2] == f"{year}-12-24"
    assert (form["tin_type"], form["tin_last_four"]) == ("foreign", "5633")


async def test_a_new_form_replaces_the_one_before(http: AsyncClient) -> None:
    """Also when both are signed at once: one is in force."""
    ana = await american(http)
    answers = await asyncio.gather(*(ana.post(FORM, signing()) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    last = await signed(ana, signing(w9=W9_SENT | {"tin_type": "itin", "tin": "912-90-3456"}))
    assert (await ana.get(FORM)).json()["in_force"] == last


async def test_a_form_of_another_kind_than_due_is_missing(http: AsyncClient) -> None:
    """Whoever's answers change owes the other one, and only that one is taken."""
    ana = await american(http)
    await signed(ana, signing())
    await ana.post("/v1/me/work-permission", {"us_citizen": False, "lives_in_us": False})
    standing = (await ana.get(FORM)).json()
    assert (standing["needed"], standing["missing"]["code"]) == ("w8ben", "tax_form_missing")
    answer = await ana.post(FORM, signing())
    assert (answer.status_code, code(answer)) == (422, "tax_form_invalid")
    assert pointers(answer) == ["#/w9"]


async def test_an_expired_form_is_shown_as_expired(
    http: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the day after its last, before anybody has marked it; its record can still be had."""
    ben = await german(http)
    form = await signed(ben, foreign())
    ended = date(int(form["valid_until"][:4]) + 1, 1, 1)
    monkeypatch.setattr(tax_forms, "today", lambda: ended)
    standing = (await ben.get(FORM)).json()
    assert standing["missing"]["code"] == "tax_form_expired" and standing["in_force"] is None
    assert standing["newest"]["state"] == "expired"
    assert (await ben.get(f"{FORM}/record")).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (signing(agree=False), "#/agree"),
        (signing(agree=1), "#/agree"),
        (signing(certification="1"), "#/certification"),
        (signing(full_name=" "), "#/full_name"),
        (signing(signature="x"), "#/signature"),
        (signing(w9=None), "#"),
        (signing(w8ben=W8BEN_SENT), "#"),
        (signing(w9="x"), "#/w9"),
        (signing(w9=[]), "#/w9"),
        (signing(w9=W9_SENT | {"tin": "000-00-0000"}), "#/w9/tin"),
        (signing(w9=W9_SENT | {"tin": 5}), "#/w9/tin"),
        (signing(w9=W9_SENT | {"tin_type": "ein"}), "#/w9/tin"),
        (signing(w9=W9_SENT | {"name": "a\x00"}), "#/w9/name"),
        (signing(full_name="536-90-4399"), "#/full_name"),
        (signing(w9=W9_SENT | {"llc_code": "C"}), "#/w9/llc_code"),
        (signing(w9=W9_SENT | {"address": AMERICAN | {"region": "XX"}}), "#/w9/address/region"),
        (foreign(w8ben=W8BEN_SENT | {"birth": "1990"}), "#/w8ben/birth"),
        (foreign(w8ben=W8BEN_SENT | {"birth": 0}), "#/w8ben/birth"),
        (
            foreign(w8ben=W8BEN_SENT | {"treaty": CLAIM | {"rate": "31"}}),
            "#/w8ben/treaty/rate",
        ),
    ],
)
async def test_what_does_not_fit_is_named_by_its_pointer(
    http: AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    """422, without a word of what was sent, and nothing is kept."""
    ana = await american(http)
    answer = await ana.post(FORM, body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert "000-00" not in answer.text
    assert (await ana.get(FORM)).json()["newest"] is None


@pytest.mark.parametrize(
    ("change", "status", "refusal"),
    [
        ({"certification": 2}, 409, "seen_is_stale"),
        ({"full_name": "Somebody Else"}, 422, "tax_form_invalid"),
    ],
)
async def test_the_signature_is_one_s_own_under_the_text_in_force(
    http: AsyncClient, change: dict[str, Any], status: int, refusal: str
) -> None:
    """A text that changed since it was read, or another's name, signs nothing."""
    ana = await american(http)
    answer = await ana.post(FORM, signing(**change))
    assert (answer.status_code, code(answer)) == (status, refusal)


async def test_one_key_signs_once(http: AsyncClient) -> None:
    """Sent again it has the same answer; with another number it is another request."""
    ana, key = await american(http), new_key()
    answers = await asyncio.gather(*(ana.post(FORM, signing(), key=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    other = signing(w9=W9_SENT | {"tin": "536-90-4398"})
    answer = await ana.post(FORM, other, key=key)
    assert (answer.status_code, code(answer)) == (409, "idempotency_key_reused")


async def test_the_record_says_what_was_signed_and_no_number(http: AsyncClient) -> None:
    """The lines, the text, the act; of the number the last four."""
    ana = await american(http)
    form = await signed(ana, signing())
    answer = await ana.get(f"{FORM}/record")
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    words = " ".join(" ".join(one.extract_text() for one in pages).split())
    for said in (form["id"], "Ana Nin", "12 Elm Street", "•••4399", "SSN", "W-9 (Rev. March 2024)"):
        assert said in words
    assert "Under penalties of perjury, I certify that" in words
    assert SSN not in words and "536-90" not in words


async def test_the_record_of_a_w8ben_has_its_treaty(http: AsyncClient) -> None:
    """With letters of every kind."""
    ben = await german(http)
    name = "Bén Ödé 李"
    body = foreign(w8ben=W8BEN_SENT | {"name": name, "treaty": CLAIM}, full_name=name)
    await signed(ben, body)
    pages = PdfReader(io.BytesIO((await ben.get(f"{FORM}/record")).content)).pages
    words = " ".join(" ".join(one.extract_text() for one in pages).split())
    assert "Article 14" in words and "Bén Ödé" in words and "•••5633" in words
    assert "872 495" not in words


async def test_there_is_no_record_of_what_was_not_signed(http: AsyncClient) -> None:
    """404 while there is none, also while a paper waits for its check."""
    ana = await american(http)
    assert (await ana.get(f"{FORM}/record")).status_code == 404
    assert (await ana.post(f"{FORM}/upload", await paper(ana))).status_code == 201
    assert (await ana.get(f"{FORM}/record")).status_code == 404


async def test_reading_one_s_record_is_written_down(app: FastAPI, http: AsyncClient) -> None:
    """As everybody's reading is; what shows the last four alone opens nothing."""
    ana = await american(http)
    form = await signed(ana, signing())
    await ana.get(FORM)
    await ana.get(f"{FORM}/record")
    query = text("select reader_id, purpose from tax_access where form_id = :id")
    async with app.state.engine.connect() as c:
        rows = [tuple(row) for row in await c.execute(query, {"id": form["id"]})]
    assert rows == [(ana.id, "signer")]


async def test_without_keys_forms_can_be_neither_given_nor_read(
    app: FastAPI, http: AsyncClient
) -> None:
    """503 with its code; which form is due can still be seen."""
    ana = await american(http)
    await signed(ana, signing())
    kept, app.state.sealing_keys = app.state.sealing_keys, None
    try:
        for answer in (
            await ana.post(FORM, signing()),
            await ana.post(f"{FORM}/upload", await paper(ana)),
            await ana.get(f"{FORM}/record"),
        ):
            assert (answer.status_code, code(answer)) == (503, "tax_keys_missing")
        assert (await ana.get(FORM)).json()["missing"] is None
    finally:
        app.state.sealing_keys = kept


async def test_a_form_under_a_key_that_was_taken_away_is_no_bug(
    app: FastAPI, http: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """503, and the log names the key that is missing by its id."""
    ana = await american(http)
    await signed(ana, signing())
    kept = app.state.sealing_keys
    app.state.sealing_keys = type(kept)(f"k2:{'7b' * 32}")
    try:
        answer = await ana.get(f"{FORM}/record")
    finally:
        app.state.sealing_keys = kept
    assert (answer.status_code, code(answer)) == (503, "tax_keys_missing")
    assert "there is no key k1" in capsys.readouterr().out


@pytest.mark.parametrize("error", [TaxFormMissing, TaxFormExpired])
def test_money_that_waits_for_a_form_is_a_conflict(error: type[DomainError]) -> None:
    """409: what is asked for may be asked for again when the form is there."""
    assert OF_THE_LAW[error.code] == 409


def test_keys_that_are_none_keep_the_process_from_starting(api_settings: Settings) -> None:
    """And are not quoted."""
    wrong = api_settings.model_copy(update={"tax_keys": SecretStr("k1:0a0a")})
    with pytest.raises(ValueError, match="sealing keys are id:64") as refused:
        create(wrong)
    assert "0a0a" not in str(refused.value)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    body=st.dictionaries(
        st.sampled_from(["w9", "w8ben", "full_name", "certification", "agree", "file", "x"]),
        NESTED,
    ),
    path=st.sampled_from([FORM, f"{FORM}/upload"]),
)
async def test_no_body_breaks_anything(eve: Person, body: dict[str, Any], path: str) -> None:
    """Whatever is sent in place of a form is refused, with the places that are wrong."""
    headers = eve.headers(new_key()) | {"Content-Type": "application/json"}
    content = json.dumps(body)
    answer = await eve.http.post(path, content=content, headers=headers)
    assert answer.status_code in (400, 422) and code(answer)
