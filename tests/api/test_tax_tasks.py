"""What staff look after when somebody may not work, is not sure, or has sent a form on paper."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from domain.accounts import Kind
from domain.postings import entry, move
from ledger import journal, staff_tasks
from tests.api.people import Person, sign, signup, staff
from tests.api.tax import FORM, american, paper

ASK = "/v1/me/work-permission"
TASKS = "/v1/staff/tasks"
NO: dict[str, Any] = {"us_citizen": False, "lives_in_us": True, "permitted": "no"}
NOT_SURE, YES = NO | {"permitted": "not_sure"}, NO | {"permitted": "yes"}
FIVE_BUSINESS_DAYS = (timedelta(days=7), timedelta(days=12))
"""With the weekends and holidays there may be in between."""


@pytest.fixture(scope="module")
async def sam(app: FastAPI, http: AsyncClient) -> Person:
    """One of staff who has promised to keep confidences."""
    person = await staff(app, http, "staff")
    await sign(person, "undertaking")
    return person


async def tasks_of(sam: Person, name: str) -> list[dict[str, Any]]:
    """The open tasks whose words name this, by the time left."""
    found, query = [], {"due": True, "limit": 1}
    while True:
        page = (await sam.get(TASKS, **query)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [one["due_at"] for one in found] == sorted(one["due_at"] for one in found)
    return [one for one in found if name in one["what"]]


async def earns(app: FastAPI, person: Person) -> None:
    """This person has earned something."""
    earned = move(Kind.BANK_CLEARING, "platform", Kind.EARNINGS, person.id, 50_00, "USD")
    async with app.state.engine.begin() as c:
        one = entry("earlier_earnings", f"earlier/{person.id}", earned)
        await journal.post(c, [one], case_id=None, cause="test", effective_at=datetime.now(UTC))


async def test_whoever_may_not_work_and_has_earned_is_a_task_of_staff(
    app: FastAPI, http: AsyncClient, sam: Person
) -> None:
    """Once, however often they answer so; it ends when they answer that they may."""
    ana = await signup(http)
    await earns(app, ana)
    for _ in range(2):
        assert (await ana.post(ASK, NO)).json()["result"] == "not_allowed"
        [task] = await tasks_of(sam, ana.id)
    assert task["kind"] == "not_allowed_to_work"
    left = datetime.fromisoformat(task["due_at"]) - datetime.now(UTC)
    shortest, longest = FIVE_BUSINESS_DAYS
    assert shortest - timedelta(hours=2) < left < longest
    notices = (await sam.get("/v1/me/notices")).json()["items"]
    assert [one["body"] for one in notices if ana.id in one["body"]] == [task["what"]]
    assert (await ana.post(ASK, YES)).json()["result"] == "w9"
    assert await tasks_of(sam, ana.id) == []


async def test_whoever_may_not_work_and_leaves_nothing_is_no_task(
    http: AsyncClient, sam: Person
) -> None:
    """Nothing is open and nothing is theirs: there is nothing to look at."""
    ana = await signup(http)
    assert (await ana.post(ASK, NO)).json()["result"] == "not_allowed"
    assert await tasks_of(sam, ana.id) == []


async def test_whoever_is_not_sure_is_a_task_of_staff(http: AsyncClient, sam: Person) -> None:
    """Until they know."""
    ana = await signup(http)
    assert (await ana.post(ASK, NOT_SURE)).json()["result"] == "unclear"
    [task] = await tasks_of(sam, ana.id)
    assert task["kind"] == "permission_unclear"
    await ana.post(ASK, YES)
    assert await tasks_of(sam, ana.id) == []


async def test_a_form_on_paper_is_a_task_with_a_time(http: AsyncClient, sam: Person) -> None:
    """Staff see it among those that have one."""
    ana = await american(http)
    form = (await ana.post(f"{FORM}/upload", await paper(ana))).json()
    [task] = await tasks_of(sam, form["id"])
    assert (task["kind"], task["closed_at"], task["escalated_at"]) == ("tax_form_check", None, None)


async def test_a_late_task_is_told_to_a_head_once_a_day(
    app: FastAPI, http: AsyncClient, sam: Person
) -> None:
    """Not before it is late, of a form the head of accounting, and no more when it is closed."""
    support = await staff(app, http, "head_of_support")
    books = await staff(app, http, "head_of_accounting")
    due = datetime(2020, 1, 1, tzinfo=UTC)
    names = [f"{kind} of {support.id}" for kind in ("test", staff_tasks.CHECK)]
    async with app.state.engine.begin() as c:
        for name in names:
            await staff_tasks.open_task(c, name.split()[0], name, due)
    for hours, number in ((-1, 0), (0, 1), (23, 1), (24, 2), (24, 2)):
        await escalated(app, due + timedelta(hours=hours))
        for head, name in zip((support, books), names, strict=True):
            told = (await head.get("/v1/me/notices")).json()["items"]
            assert [one["body"] for one in told] == [name] * number
    closed = [one for one in await tasks_of(sam, support.id) if one["kind"] == "test"]
    await sam.post(f"{TASKS}/{closed[0]['id']}/close", {"reason": "Looked at"})
    await escalated(app, due + timedelta(days=2))
    assert len((await support.get("/v1/me/notices")).json()["items"]) == 2
    assert len((await books.get("/v1/me/notices")).json()["items"]) == 3
    async with app.state.engine.begin() as c:
        await staff_tasks.settle(c, staff_tasks.CHECK, names[1], sam.id, "Looked at")


async def escalated(app: FastAPI, now: datetime) -> None:
    """Somebody looks for late tasks at this moment."""
    async with app.state.engine.begin() as c:
        await staff_tasks.escalate(c, now)


async def test_a_place_in_the_list_by_time_cannot_be_made_up(sam: Person) -> None:
    """It is refused like any other."""
    answer = await sam.get(TASKS, due=True, cursor="dGFza19hYmM=")
    assert answer.status_code == 422
