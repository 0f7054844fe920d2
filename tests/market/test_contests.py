"""Contests: prizes in escrow, entries, awards, handovers, and what becomes of open prizes."""

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
    assert await world.violations() == []
