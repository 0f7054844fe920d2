"""A difference is cleared by an entry that two accountants want, and both sides agree again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.accounts import Kind
from domain.difference import Source
from ledger import differences, outside, outside_comparison
from tests.api.people import Person, code, pointers, sign, signup, staff
from tests.outside import booked, found, key, posted

STANDS = "select coalesce(sum(balance_minor), 0) from account where kind = :kind"
TASKS = "select count(*) from staff_task where kind = 'difference' and closed_at is null"


@pytest.fixture(scope="module")
async def ada(app: FastAPI, http: AsyncClient) -> Person:
    """An accountant."""
    return await staff(app, http, "accounting")


@pytest.fixture(scope="module")
async def bob(app: FastAPI, http: AsyncClient) -> Person:
    """Another accountant."""
    return await staff(app, http, "accounting")


@pytest.fixture
async def engine(app: FastAPI) -> AsyncEngine:
    """The books, in which all is known that Stripe booked so far."""
    engine: AsyncEngine = app.state.engine
    async with engine.begin() as c:
        await outside.is_complete(c, Source.STRIPE, datetime.now(UTC))
    return engine


@pytest.fixture(autouse=True)
def nothing_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of these tests are as good as an hour old."""
    monkeypatch.setitem(outside_comparison.UNDER_WAY, Source.STRIPE, timedelta(0))


async def seen(engine: AsyncEngine, by: Person, name: str) -> dict[str, Any]:
    """The difference with this id of the outside, once the night was over."""
    await differences.record(engine, Source.STRIPE)
    answer = await by.get("/v1/staff/differences", open=True, limit=100)
    assert answer.status_code == 200, answer.text
    return next(one for one in answer.json()["items"] if one["key"] == name)


async def clear(
    by: Person, one: dict[str, Any], kind: str = "suspense", once: str | None = None
) -> Response:
    """This person says what it is."""
    body = {"kind": kind, "reason": "Stripe's support says so"}
    return await by.post(f"/v1/staff/differences/{one['id']}/clear", body, key=once)


async def stands(engine: AsyncEngine, kind: Kind) -> int:
    """The balance of one of the platform's accounts."""
    async with engine.connect() as c:
        return int(await c.scalar(text(STANDS), {"kind": kind}) or 0)


def amounts(said: dict[str, Any]) -> tuple[int, int]:
    """The amount and the fee."""
    return said["amount"]["amount_minor"], said["fee"]["amount_minor"]


async def test_what_two_people_clear_agrees_from_then_on(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """The first one's word changes no balance; the second's moves amount and fee."""
    name, before = key(), await stands(engine, Kind.SUSPENSE)
    await booked(engine, name, 50_00, 1_75)
    one = await seen(engine, ada, name)
    assert (one["side"], amounts(one["here"]), amounts(one["there"])) == (
        "only there",
        (0, 0),
        (50_00, 1_75),
    )
    proposed = (await clear(ada, one)).json()
    assert proposed["gone_at"] is None and proposed["proposal"]["proposed_by"] == ada.id
    assert await stands(engine, Kind.SUSPENSE) == before
    assert name in await found(engine, Source.STRIPE)
    cleared = await clear(bob, one)
    assert cleared.status_code == 200, cleared.text
    assert cleared.json()["gone_at"] and cleared.json()["proposal"]["confirmed_by"] == bob.id
    assert await stands(engine, Kind.SUSPENSE) == before + 50_00
    assert name not in await found(engine, Source.STRIPE)
    again = await clear(ada, one)
    assert (again.status_code, code(again)) == (409, "already_over")


async def test_the_entry_opens_to_the_difference_and_the_two_who_cleared_it(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """Who looks at it years later reads why."""
    name = key()
    await booked(engine, name, 13_00)
    one = await seen(engine, ada, name)
    await clear(ada, one)
    await clear(bob, one)
    async with engine.connect() as c:
        entry = "select reference from clearing_line where key = :key"
        reference = await c.scalar(text(entry), {"key": name})
    shown = (await ada.get(f"/v1/staff/entries/{reference}")).json()
    assert shown["clearance"]["key"] == name and shown["clearance"]["kind"] == "suspense"
    assert shown["clearance"]["reason"] == "Stripe's support says so"
    assert (shown["clearance"]["proposed_by"], shown["clearance"]["confirmed_by"]) == (
        ada.id,
        bob.id,
    )
    assert shown["decision"]["by"] == "two people of accounting"


async def test_of_confirmations_at_once_one_makes_the_entry(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """The others are told that it is over."""
    name, before = key(), await stands(engine, Kind.SUSPENSE)
    await booked(engine, name, 14_00)
    one = await seen(engine, ada, name)
    await clear(ada, one)
    answers = await asyncio.gather(*(clear(bob, one) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert await stands(engine, Kind.SUSPENSE) == before + 14_00


async def test_nobody_clears_a_difference_alone(engine: AsyncEngine, ada: Person) -> None:
    """Not with another key, and not by saying it twice."""
    name = key()
    await booked(engine, name, 10_00)
    one = await seen(engine, ada, name)
    assert (await clear(ada, one)).status_code == 200
    alone = await clear(ada, one)
    assert (alone.status_code, code(alone)) == (403, "not_yours")
    assert name in await found(engine, Source.STRIPE)


async def test_the_same_request_is_one_proposal_and_one_entry(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """The key answers what it answered; another body with it is refused."""
    name, before = key(), await stands(engine, Kind.SUSPENSE)
    await booked(engine, name, 11_00)
    one = await seen(engine, ada, name)
    for by in (ada, bob):
        first, second = await clear(by, one, once=name), await clear(by, one, once=name)
        assert first.json() == second.json()
    assert await stands(engine, Kind.SUSPENSE) == before + 11_00
    other = await clear(bob, one, "losses", once=name)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


async def test_whoever_says_something_else_proposes_anew(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """Then the first one is the second person."""
    name, before = key(), await stands(engine, Kind.LOSSES)
    await booked(engine, name, -20_00)
    one = await seen(engine, ada, name)
    await clear(ada, one, "suspense")
    changed = (await clear(bob, one, "losses")).json()
    assert changed["gone_at"] is None and changed["proposal"]["kind"] == "losses"
    assert (await clear(ada, one, "losses")).json()["gone_at"]
    assert await stands(engine, Kind.LOSSES) == before - 20_00
    assert name not in await found(engine, Source.STRIPE)


async def test_an_entry_that_only_we_have_can_be_a_loss(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """The book then has as little there as Stripe."""
    name, before = await posted(engine, key("dep"), 30_00), await stands(engine, Kind.LOSSES)
    one = await seen(engine, ada, name)
    assert one["side"] == "only here" and one["reference"] == name
    for by in (ada, bob):
        assert (await clear(by, one, "losses")).status_code == 200
    assert await stands(engine, Kind.LOSSES) == before - 30_00
    assert name not in await found(engine, Source.STRIPE)


@pytest.mark.parametrize("fee_minor", [30, -30])
async def test_a_fee_alone_is_a_cost_and_nothing_else(
    engine: AsyncEngine, ada: Person, bob: Person, fee_minor: int
) -> None:
    """More than was taken for it, or less."""
    name, before = key(), await stands(engine, Kind.PROCESSOR_COSTS)
    await booked(engine, name, 0, fee_minor)
    one = await seen(engine, ada, name)
    wrong = await clear(ada, one, "losses")
    assert (wrong.status_code, code(wrong)) == (409, "condition_missing")
    for by in (ada, bob):
        assert (await clear(by, one, "processor_fee")).status_code == 200
    assert await stands(engine, Kind.PROCESSOR_COSTS) == before - fee_minor
    assert name not in await found(engine, Source.STRIPE)


async def test_what_is_not_in_suspense_cannot_be_taken_from_it(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """An account that never stands below zero does not for this either."""
    name = key()
    await booked(engine, name, -9_999_999_00)
    one = await seen(engine, ada, name)
    assert (await clear(ada, one)).status_code == 200
    refused = await clear(bob, one)
    assert (refused.status_code, code(refused)) == (409, "condition_missing")
    assert name in await found(engine, Source.STRIPE)


async def test_what_changed_since_the_night_is_not_cleared(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """An entry for a sum that is not missing any more would make a difference of its own."""
    name = await posted(engine, key("dep"), 40_00)
    one = await seen(engine, ada, name)
    await clear(ada, one, "losses")
    await booked(engine, name, 15_00)
    stale = await clear(bob, one, "losses")
    assert (stale.status_code, code(stale)) == (409, "seen_is_stale")
    now = await seen(engine, bob, name)
    assert now["id"] == one["id"] and now["side"] == "differs"
    assert (await clear(bob, now, "losses")).json()["gone_at"] is None
    assert (await clear(ada, now, "losses")).json()["gone_at"]
    assert name not in await found(engine, Source.STRIPE)


async def test_a_difference_that_went_by_itself_is_gone(engine: AsyncEngine, ada: Person) -> None:
    """It stays in the list of all, with when it was seen first and last."""
    name = await posted(engine, key("dep"), 8_00)
    one = await seen(engine, ada, name)
    await booked(engine, name, 8_00)
    await differences.record(engine, Source.STRIPE)
    (gone,) = [
        each
        for each in (await ada.get("/v1/staff/differences", open=False)).json()["items"]
        if each["id"] == one["id"]
    ]
    assert gone["gone_at"] >= gone["first_seen_at"] and gone["proposal"] is None


async def test_staff_have_a_task_while_something_differs(
    engine: AsyncEngine, ada: Person, bob: Person
) -> None:
    """One for Stripe, however much differs; it is closed with the last difference."""
    name = key()
    await booked(engine, name, 12_00)
    one = await seen(engine, ada, name)
    await seen(engine, ada, name)
    async with engine.connect() as c:
        assert await c.scalar(text(TASKS)) == 1
    listed = (await ada.get("/v1/staff/differences", open=True, limit=100)).json()["items"]
    for each in [*(each for each in listed if each["id"] != one["id"]), one]:
        for by in (ada, bob, ada):
            # Some have a proposal of an earlier test.
            await clear(by, each, "losses")
    async with engine.connect() as c:
        assert await c.scalar(text(TASKS)) == 0
    assert await found(engine, Source.STRIPE) == {}


async def test_staff_who_have_the_task_see_differences_and_accounting_clears_them(
    engine: AsyncEngine, app: FastAPI, http: AsyncClient
) -> None:
    """They promised to keep to themselves what they see."""
    sam, name = await staff(app, http, "staff"), key()
    await booked(engine, name, 1_00)
    assert (await sam.get("/v1/staff/differences")).status_code == 403
    await sign(sam, "undertaking")
    assert (await clear(sam, await seen(engine, sam, name))).status_code == 403


async def test_nobody_else_sees_or_clears_differences(http: AsyncClient, ada: Person) -> None:
    """A client is refused; what there is not is not found; what is no kind is a wrong field."""
    client, path = await signup(http), "/v1/staff/differences"
    assert (await client.get(path)).status_code == 403
    nowhere = {"id": "difference_01m83y1rnyet7bmhrbttj3yvdx"}
    assert (await clear(client, nowhere)).status_code == 403
    assert (await clear(ada, nowhere)).status_code == 404
    assert pointers(await clear(ada, nowhere, "gift")) == ["#/kind"]


async def test_pages_of_differences_go_on_where_the_one_before_ended(
    engine: AsyncEngine, ada: Person
) -> None:
    """Newest first, none twice."""
    names = [key() for _ in range(3)]
    for name in names:
        await booked(engine, name, 1_00)
        await differences.record(engine, Source.STRIPE)
    first = (await ada.get("/v1/staff/differences", limit=2)).json()
    rest = await ada.get("/v1/staff/differences", limit=1, cursor=first["next_cursor"])
    shown = [one["key"] for one in [*first["items"], *rest.json()["items"]]]
    assert shown == names[::-1]
