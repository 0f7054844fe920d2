"""A decision is one instruction, whatever happens to its request, and its outcome can be asked."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, new_key, signup
from tests.holding.hands import rows, sweeper
from tests.life import Life, eventually
from tests.sums import as_sent
from tests.world import World

FIVE, SIX = as_sent({"freelancer_minor": 5}), as_sent({"freelancer_minor": 6})
HURRIED = {"Prefer": "respond-async"}


async def kept(world: World, person: Person) -> list[Any]:
    """The instructions this person gave, oldest first."""
    query = "select * from instruction where caller_id = :id order by received_at, id"
    return list(await rows(world, query, id=person.id))


async def test_a_decision_without_an_idempotency_key_is_refused(world: World, life: Life) -> None:
    """400, and nothing is kept: sent again, it could happen twice."""
    await life.in_review()
    before = len(await kept(world, life.freelancer))
    path = f"/v1/jobs/{life.job_id}/resign"
    answer = await world.http.post(path, json={}, headers=life.freelancer.headers())
    assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")
    assert len(await kept(world, life.freelancer)) == before


async def test_the_same_request_twice_is_one_decision(world: World, life: Life) -> None:
    """The second answer is the outcome of the first; one instruction, one payment."""
    await life.in_review()
    path, body = f"/v1/jobs/{life.job_id}/approve", await delivered(life)
    key = new_key()
    first, second = [await life.client.post(path, body, key=key) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert [row.command for row in await kept(world, life.client)] == ["offer_job", "approve"]


async def test_a_repeated_request_answers_how_the_case_stands_now(life: Life) -> None:
    """The outcome stays; what is shown is as new as it can be."""
    await life.in_progress()
    path, key = f"/v1/jobs/{life.job_id}/deliver", new_key()
    assert (await life.freelancer.post(path, {"note": "done"}, key=key)).status_code == 200
    await life.client_does(c.Approve)
    again = await life.freelancer.post(path, {"note": "done"}, key=key)
    assert (again.status_code, again.json()["state"]) == (200, "completed")


async def test_a_repeated_refusal_stays_refused(world: World, life: Life) -> None:
    """Also when the same command has become possible since; a new try takes a new key."""
    await life.offered()
    path, key = f"/v1/jobs/{life.job_id}/deliver", new_key()
    for _ in range(2):
        answer = await life.freelancer.post(path, {"note": "early"}, key=key)
        assert (answer.status_code, code(answer)) == (409, "not_open")
    await life.freelancer_does(c.Accept)
    assert code(await life.freelancer.post(path, {"note": "early"}, key=key)) == "not_open"
    assert (await life.freelancer.post(path, {"note": "early"})).status_code == 200


async def test_a_refusal_is_recorded_with_its_reason(world: World, life: Life) -> None:
    """What the door refuses is a row with its outcome, like anything else."""
    await life.offered()
    await life.client.post(f"/v1/jobs/{life.job_id}/accept", {"offer_version": 1})
    row = (await kept(world, life.client))[-1]
    assert (row.command, row.role, row.outcome["status"]) == ("accept", "client", "refused")
    assert row.outcome["code"] == "not_yours" and row.decided_at is not None
    shown = (await life.client.get(f"/v1/instructions/{row.id}")).json()
    assert shown["status"] == "refused"
    assert shown["refusal"]["type"] == "/problems/not_yours"


@pytest.mark.parametrize("other", ["body", "command", "case"])
async def test_a_key_means_one_request(life: Life, other: str) -> None:
    """With another body, command or case the same key is refused, and nothing happens."""
    elsewhere = await replace(life).offered()
    await life.in_review()
    path, key = f"/v1/jobs/{life.job_id}/offer-settlement", new_key()
    assert (await life.client.post(path, FIVE, key=key)).status_code == 200
    path, body = {
        "body": (path, SIX),
        "command": (f"/v1/jobs/{life.job_id}/request-rejection", {"reason": "none"}),
        "case": (f"/v1/jobs/{elsewhere.job_id}/offer-settlement", FIVE),
    }[other]
    answer = await life.client.post(path, body, key=key)
    assert (answer.status_code, code(answer)) == (409, "idempotency_key_reused")
    (offer,) = (await life.shown())["settlement_offers"]
    assert offer["freelancer"]["amount_minor"] == 5


async def test_keys_are_each_callers_own(life: Life) -> None:
    """Two people who happen to use the same key make two decisions."""
    await life.in_review()
    key, path = new_key(), f"/v1/jobs/{life.job_id}/offer-settlement"
    for person in (life.client, life.freelancer):
        assert (await person.post(path, FIVE, key=key)).status_code == 200
    assert len((await life.shown())["settlement_offers"]) == 2


async def test_twenty_requests_with_one_key_are_one_decision(world: World, life: Life) -> None:
    """All at the same moment: each is answered alike, and one instruction is kept."""
    await life.in_review()
    path, body, key = f"/v1/jobs/{life.job_id}/approve", await delivered(life), new_key()
    answers = await asyncio.gather(*(life.client.post(path, body, key=key) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 20}
    assert [row.command for row in await kept(world, life.client)] == ["offer_job", "approve"]


async def test_a_caller_who_hangs_up_takes_nobody_elses_answer(world: World, life: Life) -> None:
    """The same request, sent again by a program that lost patience, is answered all the same."""
    await life.in_review()
    path, body, key = f"/v1/jobs/{life.job_id}/approve", await delivered(life), new_key()
    async with world.engine.begin() as held:
        lock = text("select 1 from cases where id = :job for no key update")
        await held.execute(lock, {"job": life.job_id})
        first, second = [
            asyncio.create_task(life.client.post(path, body, key=key)) for _ in range(2)
        ]
        await asyncio.sleep(0.3)
        first.cancel()
        await asyncio.wait([first])
    answer = await second
    assert (answer.status_code, answer.json()["state"]) == (200, "completed")


async def test_twenty_offers_with_one_key_are_one_job(world: World, life: Life) -> None:
    """A key makes one case, and every answer shows that one."""
    body = offer_of(life)
    key = new_key()
    answers = await asyncio.gather(
        *(life.client.post("/v1/jobs", body, key=key) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    listed = (await life.client.get("/v1/jobs")).json()["items"]
    assert len(listed) == len(await kept(world, life.client)) == 1


async def test_a_caller_in_a_hurry_is_told_where_the_outcome_will_be(
    world: World, life: Life
) -> None:
    """202 at once; the instruction is then found applied, with the version it led to."""
    await life.in_review()
    headers = life.freelancer.headers(new_key()) | HURRIED
    path = f"/v1/jobs/{life.job_id}/deliver"
    answer = await world.http.post(path, json={"note": "2"}, headers=headers)
    assert answer.status_code == 202
    location = answer.headers["location"]
    assert location == f"/v1/instructions/{answer.json()['instruction_id']}"
    await eventually(lambda: has_status(life.freelancer, location, "applied"))
    shown = (await life.freelancer.get(location)).json()
    assert (shown["command"], shown["case_id"]) == ("deliver", life.job_id)
    assert (shown["event"], shown["refusal"]) == ("work_delivered", None)
    assert shown["version"] == (await life.shown())["version"]
    assert shown["decided_at"].endswith("Z") and shown["received_at"] <= shown["decided_at"]


async def test_a_decision_nobody_hears_is_kept_and_acted_on_later(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Without Temporal the answer is 202; the sweeper brings it to its workflow, once."""
    await life.in_review()
    key, path = new_key(), f"/v1/jobs/{life.job_id}/approve"
    body = await delivered(life)
    elsewhere = replace(life.client, http=unheard)
    answer = await elsewhere.post(path, body, key=key)
    assert answer.status_code == 202
    location = answer.headers["location"]
    assert await has_status(life.client, location, "pending")
    again = await elsewhere.post(path, body, key=key)
    assert (again.status_code, again.headers["location"]) == (202, location)
    await sweeper(world).instructions()
    await eventually(lambda: has_status(life.client, location, "applied"))
    now = await elsewhere.post(path, body, key=key)
    assert (now.status_code, now.json()["state"]) == (200, "completed")


async def test_the_door_refuses_nothing_while_an_instruction_waits(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """What it reads may be a moment old: the step decides, in the order of arrival."""
    await life.in_progress()
    freelancer, client = (replace(one, http=unheard) for one in (life.freelancer, life.client))
    answers = [
        await freelancer.post(f"/v1/jobs/{life.job_id}/deliver", {"note": "done"}),
        await client.post(f"/v1/jobs/{life.job_id}/request-revision", {"instructions": "bluer"}),
        await client.post(f"/v1/jobs/{life.job_id}/request-revision", {"instructions": "again"}),
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    await sweeper(world).instructions()
    last = answers[2].headers["location"]
    await eventually(lambda: has_status(life.client, last, "refused"))
    shown = (await life.client.get(last)).json()
    assert shown["refusal"]["code"] == "not_open"
    assert shown["refusal"]["detail"] == "request_revision is not open while in_progress"
    assert (await life.shown())["round"] == 1


async def test_what_no_step_could_take_is_refused_even_then(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """A job without a dispute does not know WithdrawRejection: a row of it would wait for ever."""
    await life.in_review()
    client = replace(life.client, http=unheard)
    await client.post(f"/v1/jobs/{life.job_id}/request-rejection", {"reason": "none"})
    answer = await client.post(f"/v1/jobs/{life.job_id}/withdraw-rejection", {})
    assert (answer.status_code, code(answer)) == (409, "not_open")
    await sweeper(world).instructions()
    await eventually(lambda: is_disputed(life))
    await life.client_does(c.WithdrawRejection)


async def test_an_instruction_is_its_callers(world: World, life: Life) -> None:
    """The other party does not learn of it; staff may look."""
    await life.offered()
    (row,) = await kept(world, life.client)
    path = f"/v1/instructions/{row.id}"
    assert (await life.client.get(path)).status_code == 200
    assert (await world.house.staff.get(path)).status_code == 200
    for other in (life.freelancer, world.house.accountants[0], await signup(world.http)):
        assert code(await other.get(path)) == "not_found"
    assert code(await life.client.get("/v1/instructions/instruction_1")) == "not_found"


async def test_a_mediator_who_declines_is_told_that_it_was_taken(life: Life) -> None:
    """They may not see the case any more, but their answer is an answer, also when repeated."""
    await life.appointing()
    mediator, key = await life.person(Role.MEDIATOR), new_key()
    path = f"/v1/disputes/{life.dispute_id}/decline-appointment"
    for _ in range(2):
        answer = await mediator.post(path, {}, key=key)
        assert (answer.status_code, answer.json()["status"]) == (200, "applied")
    again = await mediator.post(path, {})
    assert (again.status_code, code(again)) == (404, "not_found")


async def delivered(life: Life) -> dict[str, str]:
    return {"delivery_id": (await life.shown())["deliveries"][-1]["id"]}


async def has_status(person: Person, location: str, status: str) -> bool:
    return bool((await person.get(location)).json()["status"] == status)


async def is_disputed(life: Life) -> bool:
    return (await life.shown())["dispute_id"] is not None


def offer_of(life: Life) -> dict[str, Any]:
    price = {"amount_minor": life.price, "currency": "USD"}
    texts = {"title": "A logo", "brief": "In blue"}
    return {"freelancer": life.freelancer.id, "price": price, "days": 7} | texts


async def test_one_key_names_one_request_whatever_it_asks(life: Life) -> None:
    """An upload's key does not decide, a decision's key does not upload; neither has an effect."""
    await life.in_review()
    path, uploads, decides = f"/v1/jobs/{life.job_id}/offer-settlement", new_key(), new_key()
    assert (await life.client.upload(b"x", key=uploads)).status_code == 201
    assert code(await life.client.post(path, FIVE, key=uploads)) == "idempotency_key_reused"
    assert (await life.shown())["settlement_offers"] == []
    assert (await life.client.post(path, FIVE, key=decides)).status_code == 200
    assert code(await life.client.upload(b"x", key=decides)) == "idempotency_key_reused"
