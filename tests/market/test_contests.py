"""Contests: prizes in escrow, entries, awards, handovers, and what becomes of open prizes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.people import code, new_key
from tests.deposits.remitting import Remitting, sum_of
from tests.holding.hands import rows
from tests.life import Life, eventually
from tests.market.contesting import POSTED, Contesting, wallet
from tests.world import World


async def test_a_contest_opens_with_its_prizes_in_escrow_and_two_winners_of_one_award(
    world: World,
) -> None:
    """Each winner hands over in a job of their own; the contest is closed when both have."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(3)
    assert (await it.shown())["state"] == "open"
    assert await wallet(it.client) == (700_00, 0)
    await it.judged()
    jobs = await it.awarded(it.choice(0, 2), it.choice(2, 1))
    page = await it.shown()
    assert page["state"] == "handing_over"
    assert [one["state"] for one in page["prizes"]] == ["handing_over"] * 2
    job = (await it.client.get(f"/v1/jobs/{jobs[1]}")).json()
    assert (job["state"], job["price"]["amount_minor"]) == ("in_progress", 200_00)
    assert job["freelancer"]["id"] == it.entrants[2].id
    assert POSTED["brief"] in job["brief"] and it.entries[2]["files"][0]["sha256"] in job["brief"]
    await it.hands_over(jobs[0], 0)
    await it.hands_over(jobs[1], 2)
    await it.becomes("closed")
    assert await wallet(it.entrants[0]) == (0, 90_00)
    assert await wallet(it.entrants[2]) == (0, 180_00)
    inbox = (await it.entrants[1].get("/v1/me/notices")).json()["items"]
    assert "handover_ended" in [one["kind"] for one in inbox]
    assert await world.violations() == []


async def test_an_award_sent_twice_is_one_award(world: World) -> None:
    """The same key is the same decision; with another key the prize is gone."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    await it.judged()
    body, key = {"entries": [it.choice(0, 1)]}, new_key()
    both = [await it.client.post(it.at("award"), body, key=key) for _ in "12"]
    assert [one.status_code for one in both] == [200, 200]
    assert code(await it.awards(it.choice(0, 1))) in ("not_open", "seen_is_stale")
    found = await rows(world, "select 1 from cases where data->>'origin' = :p", p=it.contest_id)
    assert len(found) == 1


async def test_awards_that_do_not_fit_do_nothing(world: World) -> None:
    """Of what was not seen, of prizes that are not there, by others, too early."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(2)
    assert code(await it.awards(it.choice(0, 1))) == "not_open"
    await it.judged()
    assert code(await it.awards(it.choice(0, 1, hash="0" * 64))) == "seen_is_stale"
    assert code(await it.awards(it.choice(0, 3))) == "unknown_reference"
    both = await it.awards(it.choice(0, 1), it.choice(1, 1))
    assert (both.status_code, code(both)) == (422, "invalid")
    half = await it.awards(it.choice(0, 1), it.choice(1, 7))
    assert code(half) == "unknown_reference"
    theirs = await it.does("award", {"entries": [it.choice(0, 1)]}, by=it.entrants[0])
    assert (theirs.status_code, code(theirs)) == (404, "not_found")
    assert (await it.client.get("/v1/jobs")).json()["items"] == []
    assert await wallet(it.client) == (700_00, 0)


async def test_a_client_wins_nothing_of_their_own(world: World) -> None:
    """They cannot enter, and an entry of theirs that got there anyway is not awarded."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    own = await it.entry_of(it.client)
    assert (own.status_code, code(own)) == (409, "linked")
    await rows(
        world,
        "update contest_entry set freelancer_id = :client where id = :entry returning 1",
        client=it.client.id,
        entry=it.entries[0]["id"],
    )
    await it.judged()
    refused = await it.awards(it.choice(0, 1))
    assert code(refused) == "linked" and "two people" in refused.json()["detail"]


async def test_a_contest_nobody_awards_gives_its_prizes_back(world: World) -> None:
    """Entries end, judging ends, and the client, who was told, has everything back."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(2)
    end = (await it.shown())["if_nobody_acts"]
    assert "judged" in end["what"] and end["money"] == {}
    assert (await it.ends())["state"] == "judging"
    end = (await it.shown())["if_nobody_acts"]
    assert end["money"] == {"client": sum_of(300_00)}
    assert (await it.ends())["state"] == "closed"
    assert await wallet(it.client) == (1_000_00, 0)
    inbox = (await it.entrants[0].get("/v1/me/notices")).json()["items"]
    assert "prizes_given_back" in [one["kind"] for one in inbox]
    assert await world.violations() == []


async def test_a_guaranteed_contest_nobody_awards_shares_its_prizes(world: World) -> None:
    """After the last thirty days, among those rated three or better, to the cent."""
    it = await Contesting.begin(world)
    await (await it.posted(guaranteed=True, prizes=[sum_of(100_00)])).with_entries(3)
    for which, rating in ((0, 3), (1, 5), (2, 2)):
        answer = await it.client.post(it.of_entry(which, "rating"), {"rating": rating})
        assert answer.status_code == 200, answer.text
    assert (await it.ends())["state"] == "judging"
    assert (await it.ends())["state"] == "distributing"
    end = (await it.shown())["if_nobody_acts"]
    assert end["money"] == {"platform": sum_of(10_00), "entrants": sum_of(90_00)}
    assert (await it.ends())["state"] == "closed"
    assert [(await wallet(one))[1] for one in it.entrants] == [45_00, 45_00, 0]
    assert await world.violations() == []


async def test_a_failed_handover_reopens_the_judging_of_a_promised_contest(world: World) -> None:
    """Its prize goes back to the contest, and somebody else hands over for it."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(3)
    await it.judged()
    named = await it.client.post(it.of_entry(1, "finalist"))
    assert (named.status_code, named.json()["finalists"]) == (200, 1)
    [first, second] = await it.awarded(it.choice(0, 1), it.choice(1, 2))
    resigned = await it.entrants[0].post(f"/v1/jobs/{first}/resign")
    assert resigned.json()["state"] == "cancelled", resigned.text
    page = await it.becomes("judging")
    assert [one["state"] for one in page["prizes"]] == ["open", "handing_over"]
    assert await wallet(it.client) == (700_00, 0)
    assert code(await it.awards(it.choice(0, 1))) == "seen_is_stale"
    assert code(await it.does("withdraw", {"statement": True, "signature": "Cora"})) == (
        "condition_missing"
    )
    await it.hands_over(second, 1)
    await it.settles(2, "settled")
    assert (await it.ends())["state"] == "distributing"
    assert (await it.ends())["state"] == "closed"
    assert [(await wallet(one))[1] for one in it.entrants] == [0, 90_00, 180_00]
    assert await world.violations() == []


async def test_a_failed_handover_of_an_unpromised_prize_is_the_clients_again(world: World) -> None:
    """And the contest is closed."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    await it.done("withdraw", {"statement": True, "signature": "Cora"})
    assert (await it.shown())["state"] == "handing_over"
    await it.entrants[0].post(f"/v1/jobs/{job}/resign")
    assert (await it.becomes("closed"))["non_use"] == "Cora"
    assert await wallet(it.client) == (1_000_00, 0)


async def test_jobs_and_contests_wait_for_money_in_one_queue(world: World) -> None:
    """What began to wait first begins first, whatever it is."""
    life = await Life.begin(world, price=100_00, wallet=0)
    it = Contesting(world, life.client)
    await it.posted()
    assert (await it.shown())["state"] == "awaiting_funds"
    await life.awaiting_funds()
    await life.money_comes(100_00)
    await eventually(lambda: _is(life, "in_progress"))
    assert (await it.shown())["state"] == "awaiting_funds"
    other = await Life.begin(world, price=100_00, wallet=0)
    theirs = Contesting(world, other.client)
    await theirs.posted()
    await other.awaiting_funds()
    await other.money_comes(300_00)
    await theirs.becomes("open")
    assert (await other.states())[0] == "awaiting_funds"


async def _is(life: Life, state: str) -> bool:
    return (await life.states())[0] == state


async def test_money_that_was_paid_in_for_a_contest_opens_that_one(world: World) -> None:
    """A job that waits longer leaves it alone; without the client's leave it begins by hand."""
    life = await Life.begin(world, price=300_00, wallet=0)
    await life.awaiting_funds()
    it = Contesting(world, life.client)
    await it.posted()
    remitting = Remitting(world, life.client)
    await remitting.credited(300_00, for_case=it.contest_id)
    await it.becomes("open")
    assert (await life.states())[0] == "awaiting_funds"
    by_hand = await Contesting.begin(world, wallet=0)
    await by_hand.posted(start_when_funded=False)
    await Remitting(world, by_hand.client).credited(300_00)
    assert (await by_hand.shown())["state"] == "awaiting_funds"
    assert (await by_hand.done("fund"))["state"] == "open"


async def test_a_prize_is_added_and_judging_extended(world: World) -> None:
    """Both at once, and once only as far as the law lets them."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    page = await it.done("add-prize", {"amount": sum_of(50_00)})
    assert [one["amount"]["amount_minor"] for one in page["prizes"]] == [200_00, 100_00, 50_00]
    assert await wallet(it.client) == (650_00, 0)
    assert code(await it.does("add-prize", {"amount": sum_of(700_00)})) == "insufficient_funds"
    before = (await it.done("close-early"))["if_nobody_acts"]["at"]
    after = (await it.done("extend"))["if_nobody_acts"]["at"]
    moved = datetime.fromisoformat(after) - datetime.fromisoformat(before)
    assert moved == timedelta(days=14)
    assert code(await it.does("extend")) == "condition_missing"
    unsigned = await it.does("withdraw", {"statement": False, "signature": "Cora"})
    assert code(unsigned) == "condition_missing"
    assert (await it.done("withdraw", {"statement": True, "signature": "Cora"}))["over"]
    happened = (await it.client.get(it.at("timeline"))).json()["items"]
    assert [one["kind"] for one in happened] == [
        "contest_withdrawn", "judging_extended", "judging_begun", "prize_added", "contest_posted",
    ]  # fmt: skip


BAD = [
    ({"prizes": [sum_of(9_99)]}, "invalid_amount"),
    ({"prizes": [sum_of(600_000_00), sum_of(400_000_01)]}, "invalid_amount"),
    ({"prizes": [sum_of(10_00)] * 51}, "invalid_amount"),
    ({"prizes": []}, "invalid"),
    ({"days": 2}, "invalid"),
    ({"days": 31}, "invalid"),
    ({"files": ["file_01m83y1rnyet7bmhrbttj3yvdx"]}, "unknown_reference"),
    ({"title": ""}, "invalid"),
    ({"colour": "red"}, "invalid"),
]


@pytest.mark.parametrize(("wrong", "expected"), BAD, ids=[str(one[0])[:40] for one in BAD])
async def test_what_cannot_be_posted_is_refused_and_leaves_nothing(
    world: World, wrong: dict[str, Any], expected: str
) -> None:
    """A clear error, no contest, nothing moved."""
    it = await Contesting.begin(world)
    answer = await it.posts(**wrong)
    assert (400 <= answer.status_code < 500, code(answer)) == (True, expected)
    assert not await rows(world, "select 1 from cases where client_id = :c", c=it.client.id)
    assert await wallet(it.client) == (1_000_00, 0)


async def test_contact_data_in_a_contests_tags_is_pointed_out(world: World) -> None:
    """To its client, who posts it all the same."""
    it = await (await Contesting.begin(world)).posted(tags=["naming", "nolte@example.com"])
    [one] = (await it.shown())["pointed_out"]
    assert (one["field"], one["text"]) == ("tags/1", "nolte@example.com")


async def test_a_contest_is_found_once_it_is_funded(world: World) -> None:
    """Not before: nobody enters what has no prizes."""
    it = await Contesting.begin(world, wallet=0)
    unique = f"zeppelin{new_key()[:8]}"
    await it.posted(title=f"A {unique} of a name")
    someone = await world.person("someone")

    async def found() -> list[dict[str, Any]]:
        return list((await someone.get("/v1/contests", q=unique)).json()["items"])

    assert await found() == []
    assert (await someone.get(it.at())).status_code == 404
    await Remitting(world, it.client).credited(300_00)
    await it.becomes("open")
    [line] = await found()
    assert (line["id"], len(line["prizes"]), line["guaranteed"]) == (it.contest_id, 2, False)
    seen = await it.shown(someone)
    assert (seen["brief"], [one["command"] for one in seen["actions"]]) == (
        POSTED["brief"],
        ["enter"],
    )
    await it.judged()
    assert (await it.shown(someone))["brief"] is None
