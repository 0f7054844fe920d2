"""Bank statements are imported whole and once, and compared with the receipts of the book."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.accounts import Kind
from domain.difference import Source
from papers.bank_csv import COLUMNS
from tests.api.people import Person, code, signup, staff
from tests.api.test_receipts import arrived, recorded
from tests.outside import found, key, posted

STATEMENTS = Path(__file__).parents[1] / "papers" / "statements"
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
async def ada(app: FastAPI, http: AsyncClient) -> Person:
    """An accountant."""
    return await staff(app, http, "accounting")


@pytest.fixture(scope="module")
async def bob(app: FastAPI, http: AsyncClient) -> Person:
    """Another accountant."""
    return await staff(app, http, "accounting")


@pytest.fixture
def engine(app: FastAPI) -> AsyncEngine:
    """The books."""
    engine: AsyncEngine = app.state.engine
    return engine


def statement(*lines: tuple[str, str], day: date | None = None) -> bytes:
    """A statement as CSV, by default of today: a reference and an amount for each line."""
    booked = day or datetime.now(UTC).date()
    rows = [f"123,{name},{booked},{amount},USD,Ann,,,no" for name, amount in lines]
    return statement_of(*rows)


def statement_of(*rows: str) -> bytes:
    """A statement of these lines, as CSV."""
    return "\n".join([",".join(COLUMNS), *rows]).encode()


async def imports(by: Person, content: bytes, once: str | None = None) -> Response:
    """Upload it, and have its lines kept."""
    file = (await by.upload(content)).json()["id"]
    return await by.post("/v1/staff/bank-statements", {"file_id": file}, key=once)


def said(answer: Response) -> tuple[int, int]:
    """How many lines it had, and how many were new."""
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown["lines"], shown["new"]


async def test_the_same_lines_in_whatever_file_are_kept_once(ada: Person, bob: Person) -> None:
    """Twice the same file, the same day as CAMT.053 of either version, and as CSV."""
    camt = (STATEMENTS / "booked.08.xml").read_bytes()
    lines, new = said(await imports(ada, camt))
    assert lines == new > 0
    assert said(await imports(bob, camt)) == (lines, 0)
    for name in ("booked.02.xml", "booked.csv"):
        assert said(await imports(ada, (STATEMENTS / name).read_bytes())) == (lines, 0)


async def test_a_line_with_another_sum_than_before_is_refused_with_all_of_its_file(
    engine: AsyncEngine, ada: Person
) -> None:
    """Nothing of the file is kept: one of the two statements is not the bank's."""
    name, other = key("B"), key("B")
    said(await imports(ada, statement((name, "10.00"))))
    changed = await imports(ada, statement((other, "1.00"), (name, "10.01")))
    assert (changed.status_code, code(changed)) == (409, "statement_contradicts")
    assert other not in await found(engine, Source.BANK)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"not a statement", "line 1: the columns must be"),
        (statement(("B-1", "1.005")), "line 2: '1.005' has parts of a cent"),
        (statement(("", "1.00")), "line 2: the bank's reference is missing"),
        (b"<Document>", "Document"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_the_place(
    ada: Person, content: bytes, where: str
) -> None:
    """Whoever uploaded it knows what to look at."""
    refused = await imports(ada, content)
    assert (refused.status_code, code(refused)) == (422, "invalid")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "#/file_id" and where in error["detail"]


async def test_a_file_of_somebody_else_is_not_there(ada: Person, bob: Person) -> None:
    """Nor is one that nobody has uploaded."""
    theirs = (await bob.upload(statement((key("B"), "1.00")))).json()["id"]
    for file in (theirs, "file_01m83y1rnyet7bmhrbttj3yvdx"):
        refused = await ada.post("/v1/staff/bank-statements", {"file_id": file})
        assert (refused.status_code, code(refused)) == (422, "unknown_reference")


async def test_the_same_request_is_answered_the_same(ada: Person) -> None:
    """Though all of its lines are known by then."""
    file = (await ada.upload(statement((key("B"), "1.00")))).json()["id"]
    name = key("once")
    answers = [
        await ada.post("/v1/staff/bank-statements", {"file_id": file}, key=name) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json() and answers[0].json()["new"] == 1


async def test_only_accounting_imports_statements(http: AsyncClient) -> None:
    """They say who paid."""
    client = await signup(http)
    assert (await imports(client, statement((key("B"), "1.00")))).status_code == 403


async def test_a_receipt_and_its_line_agree_or_the_difference_is_told(
    engine: AsyncEngine, ada: Person, bob: Person, http: AsyncClient
) -> None:
    """By the bank's reference: 120.00 came as typed, 130.00 not, 140.00 was never typed."""
    ana, names = await signup(http), [key("B") for _ in range(3)]
    for name, minor in zip(names[:2], (120_00, 125_00), strict=True):
        amount = {"amount_minor": minor, "currency": "USD"}
        body = arrived(ana, bank_reference=name, amount=amount)
        receipt = await recorded(ada, body)
        assert (await bob.post(f"/v1/staff/receipts/{receipt}/confirm")).status_code == 200
    lines = zip(names, ("120.00", "130.00", "140.00"), strict=True)
    said(await imports(ada, statement(*lines)))
    told = await found(engine, Source.BANK)
    assert names[0] not in told
    assert (told[names[1]].here, told[names[1]].there) == ("here 125.00 USD", "there 130.00 USD")
    assert (told[names[2]].side, told[names[2]].there) == ("only there", "there 140.00 USD")


async def test_an_entry_the_bank_does_not_have_is_told_when_its_day_was_imported(
    engine: AsyncEngine, ada: Person
) -> None:
    """Money that went counts below zero."""
    went, reference = key("B"), await posted(engine, key("dep"), 7_00, Kind.BANK_CLEARING)
    said(await imports(ada, statement((went, "-20.00"))))
    told = await found(engine, Source.BANK)
    assert told[reference].side == "only here" and told[went].there == "there -20.00 USD"
