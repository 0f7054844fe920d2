"""A direct hire: what a client may offer to whom, and how the money makes it start."""

from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient

from domain import commands as c
from tests.api.people import Person, code, new_key, pointers, sign, signup
from tests.api.test_decisions import offer_of
from tests.holding.hands import rows, sweeper
from tests.life import Life, eventually
from tests.world import World

LARGEST = 1_000_000_00


def priced(life: Life, amount_minor: object, currency: object = "USD") -> dict[str, Any]:
    return offer_of(life) | {"price": {"amount_minor": amount_minor, "currency": currency}}


async def nothing_stored(life: Life) -> bool:
    """Neither a job nor an instruction of this client."""
    query = "select 1 from cases where client_id = :id union select 1 from instruction"
    return not await rows(life.world, f"{query} where caller_id = :id", id=life.client.id)


async def test_an_offer_shows_both_what_they_agree_on(life: Life) -> None:
    """201 with its address; what the client asked for is what the freelancer sees."""
    answer = await life.client.post("/v1/jobs", offer_of(life) | {"days": 30})
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/jobs/{made['id']}")
    assert (made["state"], made["your_role"], made["work_days"]) == ("offered", "client", 30)
    seen = (await life.freelancer.get(f"/v1/jobs/{made['id']}")).json()
    mine = {"your_role": "freelancer", "actions": seen["actions"]}
    assert seen == made | mine
    assert seen["price"] == {"amount_minor": 200_00, "currency": "USD"}
    assert (seen["title"], seen["brief"], seen["offer_version"]) == ("A logo", "In blue", 1)


@pytest.mark.parametrize("by", ["id", "email", "EMAIL"])
async def test_a_freelancer_is_named_by_id_or_email(life: Life, by: str) -> None:
    """However the email is written."""
    names = {"id": life.freelancer.id, "email": life.freelancer.email}
    name = names.get(by, life.freelancer.email.upper())
    answer = await life.client.post("/v1/jobs", offer_of(life) | {"freelancer": name})
    assert answer.json()["freelancer"]["id"] == life.freelancer.id


async def test_a_policy_with_a_slip_of_the_pen_makes_no_contract(life: Life) -> None:
    """What `PEEROK_POLICY` names and no policy has is refused, not passed over."""
    settings = life.world.app.state.settings
    life.world.app.state.settings = settings.model_copy(update={"policy": {"offer_perod": 1}})
    answer = await life.client.post("/v1/jobs", offer_of(life))
    life.world.app.state.settings = settings
    assert (answer.status_code, code(answer)) == (500, "internal")
    assert await nothing_stored(life)


async def test_nobody_hires_themselves(life: Life) -> None:
    """A job takes two people."""
    for name in (life.client.id, life.client.email):
        answer = await life.client.post("/v1/jobs", offer_of(life) | {"freelancer": name})
        assert (answer.status_code, code(answer)) == (409, "linked")
    assert await nothing_stored(life)


@pytest.mark.parametrize("name", ["nobody@example.com", "user_01m83y1rnyet7bmhrbttj3yvdx", "x"])
async def test_an_unknown_freelancer_cannot_be_hired(life: Life, name: str) -> None:
    """422 names the field."""
    answer = await life.client.post("/v1/jobs", offer_of(life) | {"freelancer": name})
    assert (answer.status_code, code(answer)) == (422, "unknown_reference")
    assert pointers(answer) == ["#/freelancer"]
    assert await nothing_stored(life)


@pytest.mark.parametrize("price", [1, 9_99, LARGEST + 1])
async def test_a_price_outside_the_limits_is_refused(life: Life, price: int) -> None:
    """The refusal says what the limits are."""
    answer = await life.client.post("/v1/jobs", priced(life, price))
    assert (answer.status_code, code(answer)) == (422, "invalid_amount")
    assert pointers(answer)[0].startswith("#/price")
    assert answer.json()["facts"]["smallest_minor"] == 10_00
    assert answer.json()["facts"]["largest_minor"] == LARGEST
    assert await nothing_stored(life)


@pytest.mark.parametrize("price", [10_00, LARGEST])
async def test_a_price_at_the_limits_is_taken(life: Life, price: int) -> None:
    """10.00 is the smallest price there is."""
    answer = await life.client.post("/v1/jobs", priced(life, price))
    assert answer.json()["price"]["amount_minor"] == price


@pytest.mark.parametrize("amount", [0, -1, 2**63, 10**30, "1000", 1000.0, 10.5, True, None, [], {}])
async def test_a_price_is_a_whole_amount_above_zero(life: Life, amount: object) -> None:
    """Nothing is guessed, nothing rounded."""
    answer = await life.client.post("/v1/jobs", priced(life, amount))
    assert (answer.status_code, pointers(answer)) == (422, ["#/price/amount_minor"])
    assert await nothing_stored(life)


@pytest.mark.parametrize("currency", ["EUR", "usd", "", None, 840])
async def test_another_currency_is_refused(life: Life, currency: object) -> None:
    """Accounts are in dollars."""
    answer = await life.client.post("/v1/jobs", priced(life, 200_00, currency))
    assert (answer.status_code, pointers(answer)) == (422, ["#/price/currency"])


@pytest.mark.parametrize(
    ("days", "status"), [(1, 201), (365, 201), (0, 422), (366, 422), (-1, 422)]
)
async def test_the_work_takes_a_day_to_a_year(life: Life, days: int, status: int) -> None:
    """Both limits are inside."""
    answer = await life.client.post("/v1/jobs", offer_of(life) | {"days": days})
    assert answer.status_code == status
    assert status == 201 or pointers(answer) == ["#/days"]


WRONG: dict[str, list[object]] = {
    "title": ["", " ", "x" * 201, "a\nb", "a\x00b", "\x1b[1m", 5, None],
    "brief": ["", "\n", "x" * 20_001, "a\x00b", "\x7f", 5, None, []],
    "days": ["7", 7.0, 7.5, True, None, 2**63],
    "start_when_funded": ["true", 1, 0, "no"],
    "files": ["x", None, {"a": 1}, ["file_x"] * 201],
    "freelancer": ["", "x" * 201, "a\x00b", None, 5],
}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [(field, wrong) for field, values in WRONG.items() for wrong in values],
    ids=lambda value: repr(value)[:12],
)
async def test_every_field_of_an_offer_is_checked(life: Life, field: str, wrong: object) -> None:
    """422 names it, and nothing is stored."""
    answer = await life.client.post("/v1/jobs", offer_of(life) | {field: wrong})
    assert (answer.status_code, pointers(answer)) == (422, [f"#/{field}"])
    assert await nothing_stored(life)


async def test_every_missing_field_is_named(life: Life) -> None:
    """All at once, and an unknown one with them."""
    answer = await life.client.post("/v1/jobs", {"tilte": "A logo"})
    missing = ["freelancer", "title", "brief", "price", "days"]
    assert sorted(pointers(answer)) == sorted(f"#/{name}" for name in [*missing, "tilte"])


async def test_an_offer_takes_a_key(world: World, life: Life) -> None:
    """Without one it could be made twice."""
    headers = life.client.headers()
    answer = await world.http.post("/v1/jobs", json=offer_of(life), headers=headers)
    assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")


async def test_an_offer_key_means_one_offer(life: Life) -> None:
    """With another price it is refused; with the same one, it is the same job."""
    key = new_key()
    first = await life.client.post("/v1/jobs", offer_of(life), key=key)
    again = await life.client.post("/v1/jobs", offer_of(life), key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await life.client.post("/v1/jobs", priced(life, 300_00), key=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


async def test_files_of_somebody_else_are_not_offered(life: Life) -> None:
    """422 names the field; no job is made."""
    theirs = (await life.freelancer.upload(b"mine")).json()["id"]
    for files in ([theirs], ["file_x"], [(await life.client.upload(b"x")).json()["id"], theirs]):
        answer = await life.client.post("/v1/jobs", offer_of(life) | {"files": files})
        assert (answer.status_code, code(answer)) == (422, "unknown_reference")
        assert pointers(answer) == ["#/files"]
    assert await nothing_stored(life)


async def test_a_draft_is_its_clients_until_it_is_offered(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """The freelancer does not learn of an offer that is not made yet."""
    client = replace(life.client, http=unheard)
    kept = await client.post("/v1/jobs", offer_of(life))
    assert kept.status_code == 202
    job = (await life.client.get(kept.headers["location"])).json()["case_id"]
    assert (await life.client.get(f"/v1/jobs/{job}")).json()["state"] == "draft"
    for path in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/timeline", f"/v1/jobs/{job}/files"):
        assert code(await life.freelancer.get(path)) == "not_found"
    answer = await life.freelancer.post(f"/v1/jobs/{job}/accept", {"offer_version": 1})
    assert code(answer) == "not_found"
    assert (await life.freelancer.get("/v1/jobs")).json()["items"] == []
    await sweeper(world).instructions()
    await eventually(lambda: in_state(life.freelancer, job, "offered"))


async def test_work_begins_when_the_money_comes(world: World) -> None:
    """A job that waits for funds starts by itself when the receipt is confirmed; nothing sweeps."""
    life = await (await Life.begin(world, wallet=0)).awaiting_funds()
    assert (await life.shown())["state"] == "awaiting_funds"
    await life.money_comes(200_00)
    await eventually(lambda: in_state(life.client, life.job_id, "in_progress"))
    assert (await life.shown())["escrow"]["amount_minor"] == 200_00


@pytest.mark.parametrize("by", ["offer", "preference"])
async def test_money_does_not_start_what_waits_for_a_word(world: World, by: str) -> None:
    """With "start when funded" off, in the offer or for all of the client's, Fund starts it."""
    life = await Life.begin(world, wallet=0)
    said: dict[str, Any] = {"start_when_funded": False} if by == "offer" else {}
    await life.client.put("/v1/me/preferences", {"start_when_funded": by == "offer"})
    waits = await life.awaiting_funds(**said)
    starts = await replace(life).awaiting_funds(start_when_funded=True)
    await life.money_comes(400_00)
    await eventually(lambda: in_state(life.client, starts.job_id, "in_progress"))
    assert (await waits.shown())["state"] == "awaiting_funds"
    assert (await waits.client_does(c.Fund))["state"] == "in_progress"


async def test_fund_without_money_says_what_is_missing(world: World) -> None:
    """402 with the missing sum, and nothing happens."""
    life = await (await Life.begin(world, wallet=60_00)).awaiting_funds()
    answer = await life.client.post(f"/v1/jobs/{life.job_id}/fund", {})
    assert (answer.status_code, code(answer)) == (402, "insufficient_funds")
    assert answer.json()["facts"] == {"missing_minor": 140_00}
    assert (await life.client.get("/v1/me/wallet")).json()["credits"]["amount_minor"] == 60_00


async def test_who_may_not_work_yet_is_told_what_is_missing(world: World, life: Life) -> None:
    """The three questions and the NDA come before the first acceptance."""
    freelancer = await signup(world.http)
    offered = await replace(life, freelancer=freelancer).offered()
    path, body = f"/v1/jobs/{offered.job_id}/accept", {"offer_version": 1}
    refused = await freelancer.post(path, body)
    assert (refused.status_code, code(refused)) == (403, "work_permission_missing")
    await freelancer.post("/v1/me/work-permission", {"us_citizen": True, "lives_in_us": True})
    assert code(await freelancer.post(path, body)) == "nda_missing"
    await sign(freelancer)
    assert (await freelancer.post(path, body)).json()["state"] == "in_progress"


async def in_state(person: Person, job: str, state: str) -> bool:
    return bool((await person.get(f"/v1/jobs/{job}")).json().get("state") == state)
