"""The demo story of a project: two freelancers bid, both are awarded, one declines."""

from typing import Any

from domain.money import show
from local.actors import Actor
from local.deal import usd
from local.story import Story

MENU = "Soup, bread, coffee.\n"


async def awarded(story: Story) -> None:
    """Posted, asked about, bid on, awarded twice; then one of the two jobs is lived to its end."""
    deal = story.deal
    client, femi, freya = deal.client, deal.freelancer, deal.others[0]
    project = await story.step(
        f"{client.first} posts a project: “A menu for two cafés”, 100.00 to 400.00",
        _post(client),
        "open",
    )
    path = f"/v1/projects/{project['id']}"
    await story.step(
        f"{freya.first} asks before bidding; {client.first} answers", _ask(path, freya, client), "—"
    )
    bids = [await _bid(story, path, who, sum_) for who, sum_ in ((femi, 220_00), (freya, 180_00))]
    chosen = [{"bid": bid["id"], "version": bid["version"]} for bid in bids]
    await story.step(
        f"{client.first} awards both bids: each is a job of its own, on its bid's terms",
        client.post(f"{path}/award", {"bids": chosen}),
        "offered",
    )
    won = {who.id: (await who.get("/v1/me/bids"))["items"][0]["job_id"] for who in (femi, freya)}
    await story.step(
        f"{freya.first} declines hers", freya.post(f"/v1/jobs/{won[freya.id]}/decline"), "declined"
    )
    deal.job_id = won[femi.id]
    await deal.look()
    await story.step(f"{femi.first} accepts", deal.accept())
    if deal.job["state"] == "awaiting_funds":
        words = f"{client.first}'s transfer arrives: the job starts"
        await story.step(words, deal.fund(220_00))
    await story.delivered("menu.txt", MENU, "Both cafés")
    await story.step(f"{client.first} approves; {femi.first} is paid at once", deal.approve())
    await story.certified()
    await story.step(f"{client.first} closes the project", client.post(f"{path}/close"), "closed")


async def _post(client: Actor) -> Any:
    return await client.post(
        "/v1/projects",
        {
            "title": "A menu for two cafés",
            "summary": "One design, two cafés, printed and on the wall.",
            "brief": "The second café opens in May; nobody knows yet.",
            "budget": {"low": usd(100_00), "high": usd(400_00)},
            "tags": ["print", "menu"],
        },
    )


async def _ask(path: str, freelancer: Actor, client: Actor) -> None:
    await freelancer.post(f"{path}/messages", {"text": "Is there a logo already?"})
    said = {"text": "Yes, it comes with the job.", "freelancer": freelancer.id}
    await client.post(f"{path}/messages", said)


async def _bid(story: Story, path: str, who: Actor, amount_minor: int) -> Any:
    body = {"amount": usd(amount_minor), "days": 7, "message": "I have set menus before."}
    words = f"{who.first} bids {show(amount_minor)} in 7 days"
    return await story.step(words, who.post(f"{path}/bids", body), "open")
