"""The demo stories of people who agree: one is paid, two part."""

from hashlib import sha256

from domain import commands as c
from domain.money import show
from local.deal import usd
from local.story import Story

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
  <title>Nolte, bakery</title>
  <circle cx="50" cy="50" r="46" fill="{colour}"/>
  <path d="M22 62 Q50 18 78 62 Z" fill="white"/>
</svg>
"""


async def approved(story: Story) -> None:
    """Offered, paid for, revised twice, downloaded and approved."""
    deal = story.deal
    client, freelancer = deal.client.first, deal.freelancer.first
    brief = "Warm, round, readable on a small bag."
    await story.begun("A logo for a bakery", brief, 240_00, by_card=True)
    await story.delivered("logo-1.svg", LOGO.format(colour="navy"), "A first idea")
    wishes = [("Warmer, please", "firebrick"), ("Lighter", "goldenrod")]
    for number, (wish, colour) in enumerate(wishes, 2):
        await story.step(
            f"{client} requests a revision: “{wish}”",
            deal.does(deal.client, c.RequestRevision, instructions=wish),
        )
        handed = await story.delivered(f"logo-{number}.svg", LOGO.format(colour=colour), "Revised")
    content = await deal.client.download(f"/v1/files/{handed}")
    [file] = deal.job["deliveries"][-1]["files"]
    whole = sha256(content).hexdigest() == file["sha256"]
    assert whole, f"{file['name']} arrived as something else"
    await story.step(
        f"{client} downloads {file['name']} ({len(content)} bytes, SHA-256 as delivered:"
        f" {file['sha256'][:12]}…) and approves; {freelancer} is paid at once",
        deal.approve(),
    )


async def settled(story: Story) -> None:
    """The two agree to part."""
    deal = story.deal
    client, freelancer = deal.client, deal.freelancer
    await story.begun("Six newsletters", "One a month.", 350_00, days=60)
    await story.delivered("january.txt", "A new oven, the same bread.\n", "The first of six")
    for who, part in ((client, 150_00), (freelancer, 200_00)):
        offer = deal.does(who, c.OfferSettlement, freelancer=usd(part), note="Let us part here")
        words = f"{who.first} offers to part at {show(part)} for {freelancer.first}"
        await story.step(words, offer)
    theirs = next(one for one in deal.job["settlement_offers"] if one["by"] == "freelancer")
    await story.step(
        f"{client.first} accepts: {show(theirs['freelancer']['amount_minor'])} it is",
        deal.does(client, c.AcceptSettlement, offer_id=theirs["id"]),
    )
