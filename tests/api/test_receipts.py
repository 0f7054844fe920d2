"""Bank money: recorded by one person, confirmed by another, credited once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text

from domain import flows
from domain.accounts import Kind, Parts
from ledger import journal
from ledger.tables import tell
from tests.api.cases import open_case
from tests.api.people import Person, code, new_key, pointers, signup, staff


@pytest.fixture(scope="module")
async def ada(app: FastAPI, http: AsyncClient) -> Person:
    """An accountant."""
    return await staff(app, http, "accounting")


@pytest.fixture(scope="module")
async def bob(app: FastAPI, http: AsyncClient) -> Person:
    """Another accountant."""
    return await staff(app, http, "accounting", "staff")


def arrived(client: Person, **change: Any) -> dict[str, Any]:
    """What came for this client."""
    return {
        "client": client.email,
        "method": "bank_transfer",
        "amount": {"amount_minor": 120_00, "currency": "USD"},
        "bank_reference": f"REF {new_key()}",
        "received_on": datetime.now(UTC).date().isoformat(),
    } | change


async def recorded(by: Person, body: dict[str, Any]) -> str:
    answer = await by.post("/v1/staff/receipts", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def held(person: Person) -> dict[str, int]:
    wallet = (await person.get("/v1/me/wallet")).json()
    return {name: balance["amount_minor"] for name, balance in wallet.items()}


async def test_a_confirmed_receipt_is_credited(http: AsyncClient, ada: Person, bob: Person) -> None:
    """Recording credits nothing; confirming credits what came, and each line says why."""
    ana = await signup(http)
    receipt = await recorded(ada, arrived(ana))
    assert (await held(ana))["total"] == 0
    answer = await bob.post(f"/v1/staff/receipts/{receipt}/confirm")
    assert answer.status_code == 200
    assert answer.json()["confirmed_by"] == bob.id and answer.json()["recorded_by"] == ada.id
    assert answer.json()["amount"] == {"amount_minor": 120_00, "currency": "USD"}
    stands = await held(ana)
    assert stands["credits"] == stands["total"] == 120_00
    assert stands["withdrawable"] == stands["provisional"] == 0
    (line,) = (await ana.get("/v1/me/wallet/statement")).json()["items"]
    assert line["account"] == "credits" and line["amount"]["amount_minor"] == 120_00
    assert line["entry"] == {
        "reference": f"deposit/{receipt}/credit",
        "kind": "deposit",
        "cause": receipt,
        "case_id": None,
        "opens_at": f"/v1/me/wallet/statement/deposit/{receipt}/credit",
    }


async def test_of_fifty_confirmations_one_credits(
    http: AsyncClient, ada: Person, bob: Person
) -> None:
    """Whoever comes second is told that it was confirmed."""
    ana = await signup(http)
    path = f"/v1/staff/receipts/{await recorded(ada, arrived(ana))}/confirm"
    answers = await asyncio.gather(*(bob.post(path) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"already_over"}
    assert (await held(ana))["credits"] == 120_00


async def test_one_confirmation_sent_fifty_times_is_one(
    http: AsyncClient, ada: Person, bob: Person
) -> None:
    """The same key: fifty equal answers, one credit."""
    ana, key = await signup(http), new_key()
    path = f"/v1/staff/receipts/{await recorded(ada, arrived(ana))}/confirm"
    answers = await asyncio.gather(*(bob.post(path, key=key) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert (await held(ana))["credits"] == 120_00


async def test_who_recorded_it_may_not_confirm_it(
    http: AsyncClient, ada: Person, bob: Person
) -> None:
    """It takes two people, and neither of them gains by it."""
    ana = await signup(http)
    own = await recorded(ada, arrived(ana))
    refused = await ada.post(f"/v1/staff/receipts/{own}/confirm")
    assert (refused.status_code, code(refused)) == (403, "not_yours")
    refused = await ada.post("/v1/staff/receipts", arrived(ada))
    assert (refused.status_code, code(refused)) == (403, "not_yours")
    for_bob = await recorded(ada, arrived(bob))
    refused = await bob.post(f"/v1/staff/receipts/{for_bob}/confirm")
    assert (refused.status_code, code(refused)) == (403, "not_yours")
    assert (await held(ana))["total"] == (await held(bob))["total"] == 0


async def test_only_accounting_records_and_confirms(
    app: FastAPI, http: AsyncClient, ada: Person
) -> None:
    """Other staff, and clients least of all, have no part in it."""
    ana, sam = await signup(http), await staff(app, http, "staff", "head_of_support")
    receipt = await recorded(ada, arrived(ana))
    for other in (ana, sam):
        assert (await other.post("/v1/staff/receipts", arrived(ana))).status_code == 403
        assert (await other.post(f"/v1/staff/receipts/{receipt}/confirm")).status_code == 403
        assert (await other.get("/v1/staff/receipts")).status_code == 403
    assert (await held(ana))["total"] == 0


async def test_a_check_is_provisional(http: AsyncClient, ada: Person, bob: Person) -> None:
    """It may still bounce: it can be spent and not withdrawn."""
    ana = await signup(http)
    receipt = await recorded(ada, arrived(ana, method="check"))
    await bob.post(f"/v1/staff/receipts/{receipt}/confirm")
    stands = await held(ana)
    assert stands["provisional"] == stands["total"] == 120_00 and stands["credits"] == 0


async def test_what_a_client_owes_is_settled_first(
    app: FastAPI, http: AsyncClient, ada: Person, bob: Person
) -> None:
    """A debt of 150.00 takes the whole first deposit, and 30.00 of the second."""
    ana = await signup(http)
    await owe(app, ana, 150_00)
    assert (await held(ana))["receivable"] == 150_00
    for left, owed in ((0, 30_00), (90_00, 0)):
        receipt = await recorded(ada, arrived(ana))
        await bob.post(f"/v1/staff/receipts/{receipt}/confirm")
        stands = await held(ana)
        assert (stands["credits"], stands["receivable"]) == (left, owed)


async def test_jobs_that_wait_for_this_money_are_told(
    app: FastAPI, http: AsyncClient, ada: Person, bob: Person
) -> None:
    """In the order they began to wait, and nobody else's."""
    ana, other = await signup(http), await signup(http)
    first = await open_case(app, ana.id, other.id, state="awaiting_funds")
    await open_case(app, ana.id, other.id, state="in_review")
    await open_case(app, other.id, ana.id, state="awaiting_funds")
    second = await open_case(app, ana.id, other.id, state="awaiting_funds")
    receipt = await recorded(ada, arrived(ana))
    await bob.post(f"/v1/staff/receipts/{receipt}/confirm")
    async with app.state.engine.connect() as c:
        rows = (await c.execute(select(tell).order_by(tell.c.id))).all()
    told = [(row.workflow_id, row.signal) for row in rows]
    assert told == [(f"job/{first}", "told"), (f"job/{second}", "told")]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": {"amount_minor": 0}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": -5}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 10_000_000_01}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 10**30}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": "120"}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 1.5}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": True}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 5, "currency": "EUR"}}, "#/amount/currency"),
        ({"amount": {"amount_minor": 5, "cents": 3}}, "#/amount/cents"),
        ({"amount": 120}, "#/amount"),
        ({"method": "cash"}, "#/method"),
        ({"bank_reference": "x" * 201}, "#/bank_reference"),
        ({"bank_reference": ""}, "#/bank_reference"),
        ({"received_on": "yesterday"}, "#/received_on"),
        ({"received_on": str(datetime.now(UTC).date() + timedelta(days=2))}, "#/received_on"),
        ({"note": "hello"}, "#/note"),
    ],
)
async def test_a_receipt_that_does_not_fit_is_refused(
    http: AsyncClient, ada: Person, change: dict[str, object], pointer: str
) -> None:
    """422 names the field, and nothing is recorded."""
    answer = await ada.post("/v1/staff/receipts", arrived(await signup(http), **change))
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_a_receipt_for_nobody_is_refused(ada: Person) -> None:
    """The client has to exist, by email or id."""
    body = arrived(ada) | {"client": "nobody@example.com"}
    answer = await ada.post("/v1/staff/receipts", body)
    assert (answer.status_code, code(answer)) == (422, "unknown_reference")
    assert pointers(answer) == ["#/client"]


async def test_a_reference_is_recorded_once(http: AsyncClient, ada: Person, bob: Person) -> None:
    """Two people typing in the same line of the bank statement record it once."""
    ana = await signup(http)
    body = arrived(ana) | {"client": ana.id}
    await recorded(ada, body)
    answer = await bob.post("/v1/staff/receipts", body)
    assert (answer.status_code, code(answer)) == (409, "receipt_known")


async def test_receipts_that_wait_are_listed_a_page_at_a_time(
    http: AsyncClient, ada: Person, bob: Person
) -> None:
    """Newest first, and each once."""
    ana = await signup(http)
    made = [await recorded(ada, arrived(ana)) for _ in range(5)]
    await bob.post(f"/v1/staff/receipts/{made[2]}/confirm")
    listed: list[str] = []
    query: dict[str, Any] = {"confirmed": "false", "limit": 2}
    while len(listed) < 4:
        page = (await bob.get("/v1/staff/receipts", **query)).json()
        listed += [receipt["id"] for receipt in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert listed == [made[4], made[3], made[1], made[0]]
    (newest,) = (await bob.get("/v1/staff/receipts", confirmed=True, limit=1)).json()["items"]
    assert newest["id"] == made[2]


async def test_a_receipt_that_is_none_cannot_be_confirmed(bob: Person) -> None:
    """404, also for an id that could be one."""
    answer = await bob.post("/v1/staff/receipts/receipt_01m83y1rnyet7bmhrbttj3yvdx/confirm")
    assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_the_books_balance_after_all_this(app: FastAPI) -> None:
    """Whatever was confirmed at once, every entry sums to zero."""
    async with app.state.engine.connect() as c:
        assert await c.scalar(text("select coalesce(sum(amount_minor), 0) from leg")) == 0


async def owe(app: FastAPI, person: Person, amount_minor: int) -> None:
    """The platform has lent this person so much."""
    taken = Parts(advanced=amount_minor)
    entry = flows.deposit_reversed(new_key(), person.id, taken, Kind.BANK_CLEARING, "USD")
    async with app.state.engine.begin() as c:
        now = datetime.now(UTC)
        await journal.post(c, [entry], case_id=None, cause="test", effective_at=now)
