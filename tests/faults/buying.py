"""What is sold and bought while a process dies."""

from typing import Any

from domain import commands as c
from tests.api.people import Person
from tests.faults.stories import Story, by_freelancer
from tests.life import Life
from tests.market.selling import Shop

ENDED = ("declined", ("job_offered", "offer_declined"))
"""The job beside all this is only offered, and declined at the end."""
PRICE = 50_00


async def has_a_draft(life: Life) -> None:
    """The client has written a listing, too."""
    await life.offered()
    await _shop(life, life.client).written(PRICE, tags=[life.job_id])


async def has_a_listing(life: Life) -> None:
    """Somebody has published one."""
    await life.offered()
    await _shop(life, await life.world.person("seller")).listed(PRICE, tags=[life.job_id])


async def buys(life: Life) -> None:
    """The client buys it."""
    [listing] = await _found(life)
    assert (await _shop(life, life.client).buys(listing)).is_success


async def is_bought_once(life: Life) -> None:
    """The listing is one job, paid once, whose workflow lives; then it is approved."""
    [bought] = (await life.client.get("/v1/baskets")).json()["items"]
    assert bought["state"] == "bought"
    jobs = (await life.client.get("/v1/jobs")).json()["items"]
    [job_id] = {one["id"] for one in jobs} - {life.job_id}
    job = (await life.client.get(f"/v1/jobs/{job_id}")).json()
    assert (job["state"], job["escrow"]["amount_minor"]) == ("in_review", PRICE)
    approval = {"delivery_id": job["deliveries"][0]["id"]}
    approved = await life.client.post(f"/v1/jobs/{job_id}/approve", approval)
    assert approved.json()["state"] == "completed"
    assert await _found(life) == []
    await by_freelancer(c.Decline)(life)


async def publishes(life: Life) -> None:
    """The client offers it."""
    [draft] = (await life.client.get("/v1/me/listings")).json()["items"]
    assert (await _shop(life, life.client).publishes(draft)).is_success


async def is_listed_once(life: Life) -> None:
    """Everybody finds it; then the job is declined."""
    [listing] = await _found(life)
    assert listing["state"] == "listed"
    await by_freelancer(c.Decline)(life)


def _shop(life: Life, seller: Person) -> Shop:
    return Shop(life.world, seller, life.client)


async def _found(life: Life) -> list[dict[str, Any]]:
    """What is for sale in this story."""
    answer = await life.client.get("/v1/listings", tag=life.job_id)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


BUYS = Story("buys", has_a_listing, buys, is_bought_once, *ENDED)
PUBLISHES = Story("publishes", has_a_draft, publishes, is_listed_once, *ENDED)
