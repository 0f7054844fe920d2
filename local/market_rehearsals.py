"""The rehearsed stories of what everybody finds: a project, a contest, ready work."""

import asyncio
from dataclasses import replace
from typing import Any

from domain.policy import DAY
from local.actors import Actor, Refused
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


async def offered(deal: Deal, price_minor: int) -> None:
    """The freelancer offers ready work; three clients have the money for it."""
    stored = await deal.freelancer.upload("icons.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    written = await deal.freelancer.post(
        "/v1/listings",
        {
            "title": "Ten icons",
            "description": "Drawn for menus.",
            "content": "picture",
            "price": usd(price_minor),
            "files": [stored["id"]],
        },
    )
    warranty = {"version": written["version"], "warranted": True, "name": deal.freelancer.name}
    listing = f"/v1/listings/{written['id']}"
    deal.listing = await deal.freelancer.post(f"{listing}/publish", warranty)
    for who in (deal.client, *deal.others):
        await replace(deal, client=who).pay_in(price_minor)


async def race(deal: Deal, clock: Clock) -> None:
    """All three buy at once: one has the work, says nothing, and pays by silence."""
    buyers = (deal.client, *deal.others)
    got = await asyncio.gather(*(_buys(who, deal.listing) for who in buyers))
    [(winner, job)] = [(who, one) for who, one in zip(buyers, got, strict=True) if one]
    deal.client, deal.job_id = winner, job["id"]
    await deal.look()
    for who in (one for one in buyers if one is not winner):
        what = "Buying what was sold a moment before is refused; nothing is charged"
        deal.asides.append((moment(job["opened_at"]), what, who.first))
    await _silence(deal, clock, deal.job_id, "completed")


async def announced(deal: Deal, price_minor: int) -> None:
    """The client has the money and posts a guaranteed contest; three freelancers enter."""
    await deal.pay_in(price_minor)
    posted = await deal.client.post(
        "/v1/contests",
        {
            "title": "A name for a ferry",
            "summary": "Short, and easy to call across the water.",
            "brief": "It runs from April on.",
            "prizes": [usd(price_minor)],
            "days": 7,
            "guaranteed": True,
        },
    )
    deal.about, deal.asked = posted["id"], posted["title"]
    for number, who in enumerate((deal.freelancer, *deal.others)):
        name = f"Name {number}, by {who.name}\n".encode()
        stored = await who.upload("name.txt", name)
        entry = {"note": "Easy to call.", "files": [stored["id"]]}
        made = await who.post(f"{path_to(deal.about)}/entries", entry)
        if not number:
            rating = f"{path_to(deal.about)}/entries/{made['id']}/rating"
            await deal.client.post(rating, {"rating": 4})


async def nobody_awards(deal: Deal, clock: Clock) -> None:
    """The client falls silent; the prize is shared among those who were rated well."""
    contest = path_to(deal.about)
    while (shown := await deal.client.get(contest))["if_nobody_acts"]:
        due = moment(shown["if_nobody_acts"]["at"])
        await clock.until(deal.about, due)
        async with asyncio.timeout(CLOSED_WITHIN_S):
            while shown["if_nobody_acts"] and moment(shown["if_nobody_acts"]["at"]) <= due:
                await asyncio.sleep(0.1)
                shown = await deal.client.get(contest)
    assert shown["state"] == "closed", f"the contest is {shown['state']} instead of closed"


async def _buys(who: Actor, listing: dict[str, Any]) -> dict[str, Any] | None:
    """The job, or None when it was sold."""
    seen = {name: listing[name] for name in ("version", "price")}
    try:
        bought: dict[str, Any] = await who.post(f"/v1/listings/{listing['id']}/purchase", seen)
    except Refused:
        return None
    return bought


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
            {"client": 180_00, "freelancer": 108_00, "platform": 12_00}, about="closed",
        ),
        begin=asked, others=2, about="project",
    ),
    Rehearsal(
        "purchase", "three buy the same at once; whoever gets it says nothing", 120_00, race,
        Ending(
            "completed", "",
            {"listing_bought": 1, "review_ended": 1},
            {"client": 0, "freelancer": 108_00, "platform": 12_00},
        ),
        begin=offered, others=2,
    ),
    Rehearsal(
        "contest", "nobody awards the prize; whoever was rated well shares it", 200_00,
        nobody_awards,
        Ending(
            "", "",
            {"prizes_shared": 1},
            {"client": 0, "freelancer": 180_00, "platform": 20_00}, about="closed",
        ),
        begin=announced, others=2, about="contest",
    ),
)  # fmt: skip
"""By the way in which they come to a job."""
