"""Forms signed on paper: uploaded by their person, checked by somebody else of accounting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from tests.api.people import Person, code, pointers, sign, signup, staff
from tests.api.tax import FORM, HOUSE, accountant, american, paper, signing
from tests.tax import SSN, W9_SENT


@pytest.fixture(scope="module")
async def sam(app: FastAPI, http: AsyncClient) -> Person:
    """Somebody of accounting."""
    return await accountant(app, http)


async def uploaded(person: Person) -> dict[str, Any]:
    """The form as it is shown after its paper was uploaded."""
    answer = await person.post(f"{FORM}/upload", await paper(person))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def waiting(sam: Person) -> set[str]:
    """The forms that wait for a check."""
    listed = await sam.get(HOUSE, state="awaiting_check", limit=100)
    return {form["id"] for form in listed.json()["items"]}


async def test_an_accepted_paper_is_in_force(http: AsyncClient, sam: Person) -> None:
    """Until then it is missing; afterwards its person knows why, and by mail."""
    ana = await american(http)
    form = await uploaded(ana)
    standing = (await ana.get(FORM)).json()
    assert (form["state"], standing["missing"]["code"]) == ("awaiting_check", "tax_form_missing")
    assert "Staff still have to check" in standing["missing"]["detail"]
    assert form["id"] in await waiting(sam)
    accepted = await sam.post(f"{HOUSE}/{form['id']}/accept", {"reason": "It is signed"})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "signed")
    assert form["id"] not in await waiting(sam)
    standing = (await ana.get(FORM)).json()
    assert standing["missing"] is None and standing["in_force"]["reason"] == "It is signed"
    notices = (await ana.get("/v1/me/notices")).json()["items"]
    assert [one["subject"] for one in notices] == ["Your tax form was accepted"]
    assert (await ana.get(f"{FORM}/record")).status_code == 200


async def test_a_rejected_paper_says_why(http: AsyncClient, sam: Person) -> None:
    """The form before stays in force, and a decision is made once."""
    ana = await american(http)
    await ana.post(FORM, signing())
    form = await uploaded(ana)
    rejected = await sam.post(f"{HOUSE}/{form['id']}/reject", {"reason": "No signature"})
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    standing = (await ana.get(FORM)).json()
    assert standing["missing"] is None and standing["newest"]["reason"] == "No signature"
    again = await sam.post(f"{HOUSE}/{form['id']}/accept", {"reason": "It is signed"})
    assert (again.status_code, code(again)) == (409, "already_over")


async def test_staff_are_told_of_a_paper_and_the_task_ends_with_it(
    app: FastAPI, http: AsyncClient, sam: Person
) -> None:
    """By the decision, or because the person signed another form meanwhile."""
    ana = await american(http)
    replaced, decided = await uploaded(ana), await american(http)
    await ana.post(FORM, signing())
    form = await uploaded(decided)
    query = text("select what, reason from staff_task where kind = 'tax_form_check'")

    async def tasks() -> dict[str, str | None]:
        async with app.state.engine.connect() as c:
            rows = (await c.execute(query)).all()
        named = (replaced["id"], form["id"])
        return {one: row.reason for one in named for row in rows if one in row.what}

    newer = "A newer form took the place of this one"
    assert await tasks() == {replaced["id"]: newer, form["id"]: None}
    await sam.post(f"{HOUSE}/{form['id']}/reject", {"reason": "No signature"})
    assert await tasks() == {replaced["id"]: newer, form["id"]: "No signature"}


async def test_what_a_form_says_is_read_with_the_last_four_and_written_down(
    app: FastAPI, http: AsyncClient, sam: Person
) -> None:
    """So is a look at the paper."""
    ana = await american(http)
    form = await uploaded(ana)
    read = await sam.get(f"{HOUSE}/{form['id']}")
    assert read.json()["says"]["tin"] == "•••4399" and SSN not in read.text
    assert read.json()["person_id"] == ana.id
    file = await sam.get(f"{HOUSE}/{form['id']}/file")
    assert (file.content, file.headers["content-type"]) == (b"%PDF-1.7 signed", "application/pdf")
    query = text("select reader_id, purpose from tax_access where form_id = :id")
    async with app.state.engine.connect() as c:
        rows = [tuple(row) for row in await c.execute(query, {"id": form["id"]})]
    assert rows == [(sam.id, "record")] * 2


async def test_a_form_signed_here_has_no_paper(http: AsyncClient, sam: Person) -> None:
    """And needs no check."""
    ana = await american(http)
    form = (await ana.post(FORM, signing())).json()
    assert (await sam.get(f"{HOUSE}/{form['id']}/file")).status_code == 404
    answer = await sam.post(f"{HOUSE}/{form['id']}/reject", {"reason": "x"})
    assert (answer.status_code, code(answer)) == (409, "already_over")


async def test_nobody_checks_their_own_form(http: AsyncClient, sam: Person) -> None:
    """Somebody else of accounting does."""
    await sam.post("/v1/me/work-permission", {"us_citizen": True, "lives_in_us": True})
    form = await uploaded(sam)
    for decision in ("accept", "reject"):
        answer = await sam.post(f"{HOUSE}/{form['id']}/{decision}", {"reason": "mine"})
        assert (answer.status_code, code(answer)) == (403, "not_yours")


@pytest.mark.parametrize("roles", [(), ("staff",), ("mediator", "head_of_support")])
async def test_tax_forms_are_for_accounting_alone(
    app: FastAPI, http: AsyncClient, roles: tuple[str, ...]
) -> None:
    """Not for other staff, nor for anybody else."""
    ana = await american(http)
    form = await uploaded(ana)
    other = await staff(app, http, *roles) if roles else await signup(http)
    for answer in (
        await other.get(HOUSE),
        await other.get(f"{HOUSE}/{form['id']}"),
        await other.get(f"{HOUSE}/{form['id']}/file"),
        await other.post(f"{HOUSE}/{form['id']}/accept", {"reason": "x"}),
    ):
        assert (answer.status_code, code(answer)) == (403, "not_yours")


async def test_accounting_promises_silence_first(app: FastAPI, http: AsyncClient) -> None:
    """Without the undertaking nothing is shown."""
    new = await staff(app, http, "accounting")
    refused = await new.get(HOUSE)
    assert (refused.status_code, code(refused)) == (403, "nda_missing")
    await sign(new, "undertaking")
    assert (await new.get(HOUSE)).status_code == 200


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("", 422),
        ("The number is 536-90-4399", 422),
        ("It says 536904399", 422),
        ("It says 04-2103594", 422),
        ("Signed on 2026-01-02, page 1 of 12", 200),
    ],
)
async def test_a_reason_has_words_and_no_taxpayer_number(
    http: AsyncClient, sam: Person, reason: str, status: int
) -> None:
    """It is mailed, and kept as it is."""
    form = await uploaded(await american(http))
    answer = await sam.post(f"{HOUSE}/{form['id']}/reject", {"reason": reason})
    assert answer.status_code == status
    assert status == 200 or pointers(answer) == ["#/reason"]


async def test_a_file_is_one_s_own_paper(http: AsyncClient) -> None:
    """Not another's, not a text, not one that is none."""
    ana, eve = await american(http), await american(http)
    body = await paper(ana)
    words = (await ana.upload(b"words")).json()["id"]
    missing = "file_" + "0" * 26
    for person, change, refusal in (
        (eve, {}, "unknown_reference"),
        (ana, {"file": missing}, "unknown_reference"),
        (ana, {"file": words}, "tax_form_invalid"),
        (ana, {"file": "x"}, "invalid"),
    ):
        answer = await person.post(f"{FORM}/upload", body | change)
        assert (answer.status_code, code(answer)) == (422, refusal)
        assert pointers(answer) == ["#/file"]


async def test_what_the_paper_says_is_checked_as_if_it_were_signed_here(
    http: AsyncClient,
) -> None:
    """Its lines, its name, and the day it was signed."""
    ana = await american(http)
    body = await paper(ana)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for change, pointer in (
        ({"w9": W9_SENT | {"tin": "1"}}, "#/w9/tin"),
        ({"full_name": "Eve"}, "#/full_name"),
        ({"signed_on": tomorrow}, "#/signed_on"),
        ({"signed_on": 0}, "#/signed_on"),
    ):
        answer = await ana.post(f"{FORM}/upload", body | change)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_a_form_that_is_none_is_not_found(sam: Person) -> None:
    """404 for whatever is no id, and for one that names nothing."""
    for name in ("x", "user_01m83y1rnyet7bmhrbttj3yvdx", "taxform_" + "0" * 26):
        answer = await sam.get(f"{HOUSE}/{name}")
        assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_the_list_takes_a_state_that_there_is(sam: Person) -> None:
    """422 names the parameter."""
    answer = await sam.get(HOUSE, state="lost")
    assert answer.status_code == 422 and answer.json()["errors"][0]["parameter"] == "state"
