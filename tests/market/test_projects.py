"""Projects: posted, bid on, awarded once or several times, extended, closed by people or time."""

from datetime import datetime, timedelta

from tests.api.people import code
from tests.life import eventually, goes_on
from tests.market.posting import POSTED, Posting
from tests.world import World


async def test_two_awards_of_one_decision_are_two_jobs_on_the_terms_of_their_bids(
    world: World,
) -> None:
    """Each has its own price, time and freelancer; the project stays open."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(200_00, 120_00, 90_00)
    answer = await it.awards(0, 2)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["awards"]) == ("open", 2)
    jobs = (await it.client.get("/v1/jobs")).json()["items"]
    prices = {one["freelancer_id"]: one["price"]["amount_minor"] for one in jobs}
    assert prices == {it.bidders[0].id: 200_00, it.bidders[2].id: 90_00}
    for one in jobs:
        job = (await it.client.get(f"/v1/jobs/{one['id']}")).json()
        assert (job["state"], job["title"], job["work_days"]) == ("offered", POSTED["title"], 7)
        assert job["brief"].startswith(str(POSTED["brief"]))
    won = (await it.bidders[0].get("/v1/me/bids")).json()["items"][0]
    accepted = await it.bidders[0].post(f"/v1/jobs/{won['job_id']}/accept", {"offer_version": 1})
    assert accepted.json()["state"] == "in_progress"
