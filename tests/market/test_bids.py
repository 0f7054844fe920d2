"""Bids: one for each freelancer, edited, compared, sealed; and what is asked before."""

import asyncio
from typing import Any

import pytest

from tests.api.people import code, new_key
from tests.deposits.remitting import sum_of
from tests.holding.hands import rows
from tests.market.posting import BID, Posting
from tests.world import World


async def test_a_freelancer_has_one_bid(world: World) -> None:
    """A second one is refused and names the first; withdrawn, it may be placed again."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    ana, first = it.bidders[0], it.bids[0]
    again = await it.bids_of(ana, 90_00)
    assert (again.status_code, code(again)) == (409, "not_open")
    assert again.json()["facts"]["bid"] == first["id"]
    assert (await ana.delete(f"/v1/bids/{first['id']}")).status_code == 204
    assert (await ana.delete(f"/v1/bids/{first['id']}")).status_code == 204
    placed = (await it.bids_of(ana, 90_00)).json()
    assert (placed["id"], placed["version"], placed["state"]) == (first["id"], 3, "placed")
    assert (await it.shown())["bids"] == 1


async def test_bids_of_one_freelancer_that_race_are_one_bid(world: World) -> None:
    """Ten at once: one is placed, nine are refused."""
    it = await (await Posting.begin(world)).posted()
    ana = await world.person("ana")
    answers = await asyncio.gather(*(it.bids_of(ana, 100_00 + n) for n in range(10)))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 9
    assert (await it.shown())["bids"] == 1


async def test_an_edited_bid_is_a_new_version(world: World) -> None:
    """The version that was edited is named; sent again, nothing changes."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    ana, path = it.bidders[0], f"/v1/bids/{it.bids[0]['id']}"
    body = BID | {"amount": sum_of(80_00), "version": 1}
    edited, again = [(await ana.put(path, body)).json() for _ in "12"]
    assert (edited["version"], edited["amount"]) == (2, sum_of(80_00))
    assert again == edited
    stale = await ana.put(path, body | {"days": 3})
    assert (stale.status_code, code(stale)) == (409, "seen_is_stale")
    other = await world.person("other")
    for answer in (await other.put(path, body), await other.delete(path)):
        assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_an_awarded_bid_is_not_changed_any_more(world: World) -> None:
    """What was awarded is the contract that was offered."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    await it.awards(0)
    ana, path = it.bidders[0], f"/v1/bids/{it.bids[0]['id']}"
    changed = await ana.put(path, BID | {"amount": sum_of(800_00), "version": 1})
    assert code(changed) == "not_open"
    assert code(await ana.delete(path)) == "not_open"
    assert code(await it.bids_of(ana, 50_00)) == "not_open"


async def test_bids_are_compared_by_sum_days_and_age(world: World) -> None:
    """Page by page, in the order that was asked for."""
    it = await (await Posting.begin(world)).posted()
    for amount, days in ((300_00, 2), (100_00, 9), (200_00, 5), (100_00, 7)):
        await it.with_bids(amount, days=days)
    expected = {
        "newest": [3, 2, 1, 0],
        "amount": [1, 3, 2, 0],
        "days": [0, 2, 3, 1],
    }
    for order, wanted in expected.items():
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(4):
            answer = await it.client.get(it.at("bids"), order=order, limit=1, **cursor)
            seen += [one["id"] for one in answer.json()["items"]]
            cursor = {"cursor": answer.json()["next_cursor"]}
        assert seen == [it.bids[n]["id"] for n in wanted], order
    whole = (await it.client.get(it.at("bids"))).json()["items"]
    assert {one["message"] for one in whole} == {BID["message"]}
    assert {one["freelancer_name"] for one in whole} == {"freelancer"}


@pytest.mark.parametrize("sealed", [True, False])
async def test_what_other_freelancers_see_of_a_bid(world: World, sealed: bool) -> None:
    """Of an open project sums and days, never what was written; of a sealed one nothing."""
    it = await (await (await Posting.begin(world)).posted(sealed=sealed)).with_bids(1_00_00, 90_00)
    seen = (await it.bidders[0].get(it.at("bids"))).json()["items"]
    assert len(seen) == (1 if sealed else 2)
    by_id = {one["id"]: one for one in seen}
    assert by_id[it.bids[0]["id"]]["message"] == BID["message"]
    if not sealed:
        assert by_id[it.bids[1]["id"]]["message"] is None
    stranger = await world.person("stranger")
    theirs = (await stranger.get(it.at("bids"))).json()["items"]
    assert len(theirs) == (0 if sealed else 2)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"amount": sum_of(9_99)}, "invalid_amount"),
        ({"amount": {"amount_minor": 10_00, "currency": "EUR"}}, "invalid"),
        ({"amount": {"amount_minor": "1000"}}, "invalid"),
        ({"days": 0}, "invalid"),
        ({"days": 366}, "invalid"),
        ({"message": " "}, "invalid"),
        ({"message": "x" * 20_001}, "invalid"),
    ],
    ids=str,
)
async def test_what_is_no_bid(world: World, wrong: dict[str, Any], expected: str) -> None:
    """Too little, another currency, no time, no word: refused, and nothing is kept."""
    it = await (await Posting.begin(world)).posted()
    ana = await world.person("ana")
    answer = await ana.post(it.at("bids"), BID | {"amount": sum_of(50_00)} | wrong)
    assert code(answer) == expected
    assert (await it.shown())["bids"] == 0


async def test_whoever_may_not_work_or_owns_it_does_not_bid(world: World, http_person: Any) -> None:
    """The NDA and the three questions come first; nobody bids on their own project."""
    it = await (await Posting.begin(world)).posted()
    assert code(await it.bids_of(await http_person(), 50_00)) == "work_permission_missing"
    assert code(await it.bids_of(it.client, 50_00)) == "linked"
    assert (await it.shown())["bids"] == 0


async def test_a_draft_that_could_not_be_posted_is_nobodys_to_see(world: World) -> None:
    """Its id names nothing for others, not even for a bid."""
    it = await Posting.begin(world)
    it.project_id = "project_01m83y1rnyet7bmhrbttj3yvdx"
    ana = await world.person("ana")
    for answer in (
        await ana.get(it.at()),
        await ana.get(it.at("bids")),
        await ana.get(it.at("messages")),
        await it.bids_of(ana, 50_00),
        await ana.post(it.at("messages"), {"text": "Hello"}),
        await ana.post(it.at("invitations"), {"freelancer": ana.id}),
    ):
        assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_the_client_hears_of_bids_once_an_hour(world: World) -> None:
    """Three bids at once are one notice; a crowd does not flood an inbox."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(50_00, 60_00, 70_00)
    inbox = (await it.client.get("/v1/me/notices")).json()["items"]
    assert [one["kind"] for one in inbox].count("bid_placed") == 1


async def test_an_invitation_is_told_once(world: World) -> None:
    """Invited twice, the freelancer hears of it once; the client keeps a list."""
    it = await (await Posting.begin(world)).posted()
    ana = await world.person("ana")
    for who in (ana.id, ana.email):
        answer = await it.client.post(it.at("invitations"), {"freelancer": who})
        assert answer.status_code == 201, answer.text
    inbox = (await ana.get("/v1/me/notices")).json()["items"]
    assert [one["kind"] for one in inbox] == ["invited"]
    listed = (await it.client.get(it.at("invitations"))).json()
    assert [one["freelancer_id"] for one in listed] == [ana.id]
    assert (await ana.get(it.at("invitations"))).status_code == 404
    nobody = await it.client.post(it.at("invitations"), {"freelancer": "nobody@example.com"})
    assert code(nobody) == "unknown_reference"
    themselves = await it.client.post(it.at("invitations"), {"freelancer": it.client.id})
    assert code(themselves) == "linked"
    theirs = await ana.post(it.at("invitations"), {"freelancer": ana.id})
    assert (theirs.status_code, code(theirs)) == (403, "not_yours")


async def test_a_question_and_its_answer_are_between_two(world: World) -> None:
    """A freelancer asks before bidding, the client answers; nobody else reads it."""
    it = await (await Posting.begin(world)).posted()
    ana, ben = await world.person("ana"), await world.person("ben")
    asked = await ana.post(it.at("messages"), {"text": "Which colours?"})
    assert asked.status_code == 201, asked.text
    strangers = await it.client.post(it.at("messages"), {"text": "Hi", "freelancer": ben.id})
    assert code(strangers) == "unknown_reference"
    told = await it.client.post(it.at("messages"), {"text": "Blue", "freelancer": ana.id})
    assert told.status_code == 201, told.text
    await it.bids_of(ben, 80_00)
    for who in (ana, it.client):
        said = (await who.get(it.at("messages"))).json()["items"]
        assert [one["body"] for one in said] == ["Blue", "Which colours?"]
    assert (await ben.get(it.at("messages"))).status_code == 404
    spied = await ben.get(it.at("messages"), freelancer=ana.id)
    assert spied.status_code == 404
    as_ana = await ben.post(it.at("messages"), {"text": "I", "freelancer": ana.id})
    assert code(as_ana) == "not_yours"
    assert "message" in [n["kind"] for n in (await ana.get("/v1/me/notices")).json()["items"]]
    nameless = await it.client.post(it.at("messages"), {"text": "Hello all"})
    assert (nameless.status_code, code(nameless)) == (422, "invalid")


async def test_a_bid_sent_twice_under_one_key_is_one(world: World) -> None:
    """The answer that was lost is given again."""
    it = await (await Posting.begin(world)).posted()
    ana, key = await world.person("ana"), new_key()
    body = BID | {"amount": sum_of(60_00)}
    both = [(await ana.post(it.at("bids"), body, key=key)).json() for _ in "12"]
    assert both[0] == both[1]
    found = await rows(world, "select version from bid where project_id = :p", p=it.project_id)
    assert [row.version for row in found] == [1]
