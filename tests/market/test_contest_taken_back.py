"""A payment that is taken back while it lies in a contest's escrow: its client owes it."""

from datetime import timedelta

from tests.deposits.remitting import Remitting
from tests.market.contesting import Contesting, wallet
from tests.world import World

DAY = timedelta(days=1)


async def test_a_bounced_check_is_owed_by_the_client_and_winners_keep_their_prizes(
    world: World,
) -> None:
    """What comes back to the client pays it; who won afterwards knew nothing, and is paid."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await (await Contesting(world, client).posted()).with_entries(1)
    bounced = await paying.done(paying.bob, check, "bounce", reason="no cover")
    assert bounced["state"] == "bouncing"
    assert (await paying.wallet())["receivable"] == 300_00
    page = await it.shown()
    assert (page["state"], [one["state"] for one in page["prizes"]]) == ("open", ["open"] * 2)
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    await it.hands_over(job, 0)
    await it.done("withdraw", {"statement": True, "signature": "Cora"})
    await paying.passes(check, 2 * DAY)
    assert await wallet(it.entrants[0]) == (0, 180_00)
    mine = await paying.wallet()
    assert (mine["credits"], mine["provisional"], mine["receivable"]) == (0, 0, 200_00)
    assert (await paying.stands(check, "bounced"))["over"]
    assert await world.violations() == []


async def test_a_bounced_check_is_paid_by_the_prizes_that_nobody_won(world: World) -> None:
    """All of it, once the contest has given them back; nothing is owed then."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await (await Contesting(world, client).posted()).with_entries(1)
    await paying.done(paying.bob, check, "bounce", reason="no cover")
    assert (await it.ends())["state"] == "judging"
    assert (await it.ends())["state"] == "closed"
    await paying.passes(check, 2 * DAY)
    assert set((await paying.wallet()).values()) == {0}
    assert (await paying.stands(check, "bounced"))["over"]
    assert await world.violations() == []


async def test_whoever_shares_prizes_of_a_bounced_check_keeps_the_share(world: World) -> None:
    """They are guaranteed: the client owes them, the fee included, whoever is paid of them."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await (await Contesting(world, client).posted(guaranteed=True)).with_entries(2)
    await paying.done(paying.bob, check, "bounce", reason="no cover")
    for state in ("judging", "distributing", "closed"):
        assert (await it.ends())["state"] == state
    await paying.passes(check, 2 * DAY)
    assert [await wallet(one) for one in it.entrants] == [(0, 135_00)] * 2
    mine = await paying.wallet()
    assert (mine["total"], mine["receivable"]) == (0, 300_00)
    assert (await paying.stands(check, "bounced"))["over"]
    assert await world.violations() == []


async def test_a_check_that_bounces_while_a_winner_hands_over_freezes_their_job_alone(
    world: World,
) -> None:
    """What the contest holds still is owed; unfilled, the prize is the client's again, and less."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await (await Contesting(world, client).posted()).with_entries(2)
    await it.judged()
    [job] = await it.awarded(it.choice(0, 1))
    shown = await paying.done(paying.bob, check, "bounce", reason="no cover")
    [piece] = shown["from_escrows"]
    assert (piece["job"], piece["amount"]["amount_minor"]) == (job, 200_00)
    assert (await paying.wallet())["receivable"] == 100_00
    assert (await client.get(f"/v1/jobs/{job}")).json()["frozen"]
    [second] = await it.awarded(it.choice(1, 2))
    await it.hands_over(second, 1)
    await paying.passes(check, 9 * DAY)
    assert (await client.get(f"/v1/jobs/{job}")).json()["state"] == "cancelled"
    assert (await it.becomes("closed"))["over"]
    assert (await paying.stands(check, "bounced"))["over"]
    assert [await wallet(one) for one in it.entrants] == [(0, 0), (0, 90_00)]
    mine = await paying.wallet()
    assert (mine["total"], mine["receivable"]) == (0, 100_00)
    assert await world.violations() == []
