"""A check that bounces while it lies in a contest's escrow: its client owes it."""

from datetime import timedelta

from tests.api.people import code
from tests.deposits.remitting import Remitting, sum_of
from tests.market.contesting import Contesting, wallet
from tests.world import World

DAY = timedelta(days=1)


async def test_once_a_bounced_check_is_repaid_what_it_filled_is_good(world: World) -> None:
    """Before, nobody wins it; afterwards whoever wins is paid, whatever is owed later."""
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
    assert code(await it.awards(it.choice(0, 1))) == "debt_open"
    await paying.credited(300_00)
    [job] = await it.awarded(it.choice(0, 1))
    await it.hands_over(job, 0)
    other = await paying.credited(50_00, "check")
    await Contesting(world, client).posted(prizes=[sum_of(50_00)])
    await paying.done(paying.bob, other, "bounce", reason="no cover")
    assert (await paying.wallet())["receivable"] == 50_00
    await paying.passes(check, 2 * DAY)
    assert await wallet(it.entrants[0]) == (0, 180_00)
    assert (await paying.wallet())["receivable"] == 50_00
    await it.done("withdraw", {"statement": True, "signature": "Cora"})
    mine = await paying.wallet()
    assert (mine["provisional"], mine["receivable"]) == (50_00, 0)
    await paying.passes(check, 2 * DAY)
    assert (await paying.wallet())["credits"] == 50_00
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


async def test_what_is_owed_for_a_bounced_check_is_paid_before_prizes_are_shared(
    world: World,
) -> None:
    """What is left is shared, clears within a day, and was shown so to everybody beforehand."""
    client = await world.person("client")
    paying = Remitting(world, client)
    check = await paying.credited(300_00, "check")
    it = await (await Contesting(world, client).posted(guaranteed=True)).with_entries(2)
    await paying.done(paying.bob, check, "bounce", reason="no cover")
    await paying.credited(120_00)
    for state in ("judging", "distributing"):
        assert (await it.ends())["state"] == state
    for one in (client, *it.entrants):
        shown = (await it.shown(one))["if_nobody_acts"]["money"]
        said = {who: sum_["amount_minor"] for who, sum_ in shown.items()}
        assert said == {"client": 180_00, "platform": 12_00, "entrants": 108_00}
    assert (await it.ends())["state"] == "closed"
    assert set((await paying.wallet()).values()) == {0}
    assert [await wallet(one) for one in it.entrants] == [(0, 0)] * 2
    await paying.passes(check, 2 * DAY)
    assert [await wallet(one) for one in it.entrants] == [(0, 54_00)] * 2
    assert (await paying.stands(check, "bounced"))["over"]
    assert await world.violations() == []


async def test_a_check_that_bounces_while_a_winner_hands_over_freezes_their_job_alone(
    world: World,
) -> None:
    """What the contest holds still is owed; unfilled, nothing is left of that prize."""
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
    assert code(await it.awards(it.choice(1, 2))) == "debt_open"
    await paying.passes(check, 9 * DAY)
    assert (await client.get(f"/v1/jobs/{job}")).json()["state"] == "cancelled"
    await it.done("withdraw", {"statement": True, "signature": "Cora"})
    assert (await it.becomes("closed"))["over"]
    await paying.passes(check, 2 * DAY)
    assert (await paying.stands(check, "bounced"))["over"]
    assert [await wallet(one) for one in it.entrants] == [(0, 0), (0, 0)]
    assert set((await paying.wallet()).values()) == {0}
    assert await world.violations() == []
