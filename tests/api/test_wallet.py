"""The statement: every line, in pages or as CSV."""

import asyncio
import csv
import io
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from domain import flows
from domain.accounts import Kind
from ledger import journal, statement
from ledger.database import connect
from tests.api.people import Person, new_key, signup

DEPOSITS = 7


@pytest.fixture(scope="module")
async def ana(app: FastAPI, http: AsyncClient) -> Person:
    """Somebody who deposited 1.00, 2.00, … 7.00."""
    ana = await signup(http)
    for n in range(1, DEPOSITS + 1):
        entry = flows.deposit(new_key(), ana.id, n * 100, Kind.BANK_CLEARING, "USD")
        async with app.state.engine.begin() as c:
            now = datetime.now(UTC)
            await journal.post(c, [entry], case_id=None, cause="test", effective_at=now)
    return ana


async def test_the_statement_comes_in_pages(ana: Person) -> None:
    """Newest first, each line once, and the last page says that it is the last."""
    amounts: list[int] = []
    query: dict[str, object] = {"limit": 3}
    while "cursor" not in query or query["cursor"]:
        page = (await ana.get("/v1/me/wallet/statement", **query)).json()
        amounts += [line["amount"]["amount_minor"] for line in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert amounts == [n * 100 for n in range(DEPOSITS, 0, -1)]


async def test_each_line_says_what_stood_after_it(ana: Person) -> None:
    """The newest line's balance is the wallet's."""
    (line,) = (await ana.get("/v1/me/wallet/statement", limit=1)).json()["items"]
    wallet = (await ana.get("/v1/me/wallet")).json()
    assert line["balance_after"] == wallet["credits"] == wallet["total"]
    assert line["recorded_at"].endswith("Z") and line["effective_at"].endswith("Z")


@pytest.mark.parametrize("by_header", [True, False])
async def test_the_whole_statement_is_a_csv(ana: Person, by_header: bool) -> None:
    """By Accept or by ?format=csv."""
    headers = ana.headers() | ({"Accept": "text/csv"} if by_header else {})
    path = "/v1/me/wallet/statement" + ("" if by_header else "?format=csv")
    answer = await ana.http.get(path, headers=headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["amount_minor"]) for row in rows] == [n * 100 for n in range(DEPOSITS, 0, -1)]
    assert rows[0]["account"] == "credits" and rows[0]["kind"] == "deposit"
    assert rows[0]["recorded_at"].endswith("Z") and rows[0]["balance_after_minor"] == "2800"


async def test_whoever_reads_a_csv_slowly_holds_no_connection(
    ana: Person, api_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole statement, in as many goes as it takes, while others have the only connection."""
    monkeypatch.setattr(statement, "AT_ONCE", 3)
    engine, amounts = connect(api_database, pool=1), list[int]()
    async for line in statement.every(engine, ana.id):
        amounts.append(line["amount_minor"])
        async with asyncio.timeout(5), engine.connect() as c:
            await c.execute(text("select 1"))
    assert amounts == [n * 100 for n in range(DEPOSITS, 0, -1)]
    await engine.dispose()


async def test_a_statement_is_its_owners(http: AsyncClient, ana: Person) -> None:
    """Another person's cursor shows nothing of theirs."""
    page = (await ana.get("/v1/me/wallet/statement", limit=1)).json()
    eve = await signup(http)
    answer = await eve.get("/v1/me/wallet/statement", cursor=page["next_cursor"])
    assert answer.json() == {"items": [], "next_cursor": None}
