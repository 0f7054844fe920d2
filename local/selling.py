"""The demo story of ready work: two listings in a basket, of which one is still there."""

from typing import Any
from uuid import uuid4

from domain.money import show
from local.actors import Actor
from local.deal import usd
from local.story import Story

ICONS, PATTERN = ("Twelve café icons", 90_00), ("A pattern of bread", 60_00)


async def bought(story: Story) -> None:
    """Published and warranted; bought together, as far as still there; downloaded and approved."""
    deal = story.deal
    client, freelancer = deal.client, deal.freelancer
    words = f"{freelancer.first} publishes “{{}}” for {{}}, and warrants that it is theirs"
    listed = [
        await story.step(words.format(title, show(price)), _publish(freelancer, title, price), "—")
        for title, price in (ICONS, PATTERN)
    ]
    await story.step(f"{client.first}'s transfer arrives", deal.pay_in(ICONS[1] + PATTERN[1]), "—")
    seen = {"version": listed[1]["version"]}
    path = f"/v1/listings/{listed[1]['id']}/unpublish"
    await story.step(
        f"{freelancer.first} withdraws “{PATTERN[0]}”", freelancer.post(path, seen), "—"
    )
    items = [_as_seen(one) for one in listed]
    basket = {"items": items, "mode": "those_still_there"}
    [icons, pattern] = (await client.post("/v1/baskets", basket))["items"]
    deal.job_id = icons["job_id"]
    await deal.look()
    await story.step(
        f"{client.first} buys both, or those still there: “{PATTERN[0]}” is"
        f" {pattern['missing'].replace('_', ' ')}, “{ICONS[0]}” is paid and delivered",
        None,
    )
    [file] = deal.job["deliveries"][0]["files"]
    content = await client.download(f"/v1/files/{file['id']}")
    await story.step(
        f"{client.first} downloads {file['name']} ({len(content)} bytes) and approves;"
        f" {freelancer.first} is paid at once",
        deal.approve(),
    )
    await story.certified()


async def _publish(seller: Actor, title: str, price_minor: int) -> Any:
    """A file can be sold once, so it is another one each time the story is played."""
    content = f"{title}, drawn by {seller.name}, number {uuid4().hex}\n"
    stored = await seller.upload("drawing.txt", content.encode())
    written = await seller.post(
        "/v1/listings",
        {
            "title": title,
            "description": "Drawn by hand, for menus and windows.",
            "content": "picture",
            "price": usd(price_minor),
            "tags": ["café", "print"],
            "files": [stored["id"]],
        },
    )
    warranty = {"version": written["version"], "warranted": True, "name": seller.name}
    return await seller.post(f"/v1/listings/{written['id']}/publish", warranty)


def _as_seen(listing: dict[str, Any]) -> dict[str, Any]:
    names = ("version", "price")
    return {name: listing[name] for name in names} | {"listing": listing["id"]}
