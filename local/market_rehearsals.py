"""The rehearsed stories of what is asked of everybody: a project with three awards."""

import asyncio

from domain.policy import DAY
from local.actors import Actor
from local.deal import Deal, path_to, usd
from local.rehearsal import Ending, Rehearsal
from local.telling import moment
from local.virtual_time import Clock

CLOSED_WITHIN_S = 30
PRICES = (120_00, 90_00, 80_00)
"""What the three freelancers bid, in minor units."""


async def asked(deal: Deal, price_minor: int) -> None:
    """The client has the money, posts a project, and three freelancers bid on it."""
    await deal.pay_in(price_minor)
    posted = await deal.client.post(
        "/v1/projects",
        {
            "title": "Ten pages in three languages",
            "summary": "A website of ten pages, translated.",
            "brief": "Nobody knows of it before the autumn.",
            "budget": {"low": usd(50_00), "high": usd(150_00)},
        },
    )
    deal.about, deal.asked = posted["id"], posted["title"]
    for who, amount in zip((deal.freelancer, *deal.others), PRICES, strict=True):
        offer = {"amount": usd(amount), "days": 14, "message": "One language is mine."}
        await who.post(f"{path_to(deal.about)}/bids", offer)


async def three_awards(deal: Deal, clock: Clock) -> None:
    """All three are awarded: one works and is paid, one declines, one says nothing."""
    project = path_to(deal.about)
    await clock.after(deal.about, 6 * DAY)
    bids = (await deal.client.get(f"{project}/bids"))["items"]
    chosen = [{"bid": bid["id"], "version": bid["version"]} for bid in bids]
    await deal.client.post(f"{project}/award", {"bids": chosen})
    declines, says_nothing = deal.others
    deal.job_id = await _won(deal.freelancer)
    await deal.look()
    await deal.accept()
    await declines.post(f"/v1/jobs/{await _won(declines)}/decline")
    await deal.deliver("Here it is: https://work.example/ten-pages")
    await deal.approve()
    offered = await _won(says_nothing)
    await _silence(deal, clock, offered, "lapsed")
    await _silence(deal, clock, deal.about, "closed")


async def _won(who: Actor) -> str:
    """The job that this freelancer's bid became."""
    [bid] = (await who.get("/v1/me/bids"))["items"]
    return str(bid["job_id"])


async def _silence(deal: Deal, clock: Clock, case_id: str, ends: str) -> None:
    """Nobody acts until the case ends by itself, and it ends so."""
    case = await deal.client.get(path_to(case_id))
    await clock.until(case_id, moment(case["if_nobody_acts"]["at"]))
    async with asyncio.timeout(CLOSED_WITHIN_S):
        while case["if_nobody_acts"]:
            await asyncio.sleep(0.1)
            case = await deal.client.get(path_to(case_id))
    assert case["state"] == ends, f"{case_id} is {case['state']} instead of {ends}"


REHEARSALS = (
    Rehearsal(
        "project", "three bids are awarded: one is worked on, one declined, one lapses", 300_00,
        three_awards,
        Ending(
            "completed", "",
            {"bids_awarded": 1, "delivery_approved": 1, "project_closed": 1},
            {"client": 180_00, "freelancer": 108_00, "platform": 12_00},
        ),
        begin=asked, others=2,
    ),
)  # fmt: skip
"""By the way in which they come to a job."""
