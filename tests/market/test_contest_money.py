"""Money of a contest that is owed, taken back or cleared meanwhile."""

import asyncio

from sqlalchemy import text

from tests.deposits.remitting import Remitting, sum_of
from tests.market.contesting import Contesting, wallet
from tests.world import World

LOCK = text("select 1 from cases where id = :id for no key update")


async def test_a_prize_that_comes_back_smaller_is_awarded_anew(world: World) -> None:
    """A check behind it bounced: what is left is the prize, and judging goes on."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(60_00, "check")
    await paying.credited(40_00)
    it = await Contesting(world, client).posted(prizes=[sum_of(100_00)], guaranteed=True)
    await (await it.with_entries(2)).judged()
    [job] = await it.awarded(it.choice(0, 1))
    await paying.done(paying.bob, check, "bounce", reason="no cover")
    assert (await it.entrants[0].post(f"/v1/jobs/{job}/resign")).status_code == 200
    shown = await it.becomes("judging")
    assert shown["prizes"][0]["amount"] == sum_of(40_00)
    assert await world.violations() == []


async def test_prizes_that_nobody_may_share_are_shown_and_given_to_their_client(
    world: World,
) -> None:
    """Once staff have removed the last entry of a guaranteed contest; sharing, until then.

    Its client reads it; to whoever entered, it would tell who is linked with whom.
    """
    it = await (await (await Contesting.begin(world)).posted(guaranteed=True)).with_entries(1)
    await it.judged()
    assert "shared" in (await it.shown())["if_nobody_acts"]["what"]
    at = f"/v1/staff{it.of_entry(0, 'remove').removeprefix('/v1')}"
    assert (await world.house.staff.post(at, {"reason": "copied"})).status_code == 200
    for reader, reads in ((it.client, "refunded"), (it.entrants[0], "shared")):
        assert reads in (await it.shown(reader))["if_nobody_acts"]["what"]
    assert (await it.ends())["state"] == "distributing"
    end = (await it.shown())["if_nobody_acts"]
    assert "refunded" in end["what"] and end["money"] == {"client": sum_of(300_00)}
    assert (await it.ends())["state"] == "closed"
    assert await wallet(it.client) == (1_000_00, 0)
    [ended, *_] = (await it.client.get(it.at("timeline"))).json()["items"]
    assert ended["kind"] == "prizes_given_back"
    assert await world.violations() == []


async def test_an_award_in_the_moment_a_handover_fails_takes_what_came_back_into_account(
    world: World,
) -> None:
    """People go before the clock; provisional money stays where the books trace it."""
    client = await world.person("client")
    paying = Remitting(world, client)
    await paying.credited(200_00, "check")
    await paying.credited(100_00)
    it = await (await Contesting(world, client).posted()).with_entries(2)
    await it.judged()
    [first] = await it.awarded(it.choice(0, 1))
    async with world.engine.begin() as c:
        await c.execute(LOCK, {"id": it.contest_id})
        resigned = await it.entrants[0].post(f"/v1/jobs/{first}/resign")
        assert resigned.json()["state"] == "cancelled"
        award = asyncio.create_task(it.awards(it.choice(1, 2)))
        await asyncio.sleep(1)
    answer = await award
    assert answer.status_code == 200, answer.text
    [second] = [p["job_id"] for p in answer.json()["prizes"] if p["number"] == 2]
    await it.hands_over(second, 1)
    await it.becomes("closed")
    page = (await client.get("/v1/me/wallet")).json()
    winner = (await it.entrants[1].get("/v1/me/wallet")).json()
    both = page["provisional"]["amount_minor"] + winner["provisional"]["amount_minor"]
    assert both <= 200_00 and await wallet(it.entrants[0]) == (0, 0)
    assert await world.violations() == []
