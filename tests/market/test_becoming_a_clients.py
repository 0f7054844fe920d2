"""What has become a client's is offered to nobody else, whichever way it became theirs."""

import asyncio
from typing import Any

from sqlalchemy import text

from domain import commands as c
from ledger import listings, originals
from tests.api.people import code, new_key
from tests.life import Life, eventually
from tests.market.contesting import Contesting, uploaded
from tests.market.selling import Shop
from tests.world import World


async def delivered(world: World, shop: Shop, content: bytes) -> Life:
    """A job of the seller's, in which this was delivered."""
    client = await world.person("client", credits_minor=200_00)
    life = await Life(world, client, shop.seller).in_progress()
    await life.freelancer_does(c.Deliver, note="", files=[await shop.file(content)])
    return life


async def is_found(shop: Shop, listing: dict[str, Any]) -> bool:
    """Whether everybody finds it among what is for sale."""
    stranger = await shop.world.person("stranger")
    found = (await stranger.get("/v1/listings", limit=100)).json()["items"]
    return listing["id"] in {one["id"] for one in found}


async def test_what_a_client_approved_is_neither_published_nor_entered(world: World) -> None:
    """Nor by its freelancer nor by anybody who has the same; before the approval it may be."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop, content)
    draft = await shop.written(files=[await shop.file(content)])
    contest = await (await Contesting.begin(world)).posted()
    assert (await contest.entry_of(shop.seller, content)).status_code == 201
    await life.client_does(c.Approve)
    assert code(await shop.publishes(draft)) == "not_original"
    for person in (shop.seller, await world.person("other")):
        assert code(await contest.entry_of(person, content)) == "not_original"
    assert (await contest.entry_of(shop.seller)).status_code == 201


async def test_a_listing_is_for_sale_no_more_when_a_client_approves_its_work(world: World) -> None:
    """It is its seller's draft, found by nobody, bought by nobody; another is for sale still."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop, content)
    other, listing = await shop.listed(), await shop.listed(files=[await shop.file(content)])
    assert await is_found(shop, listing)
    await life.client_does(c.Approve)
    assert (await shop.shown())["state"] == "draft"
    assert [await is_found(shop, one) for one in (listing, other)] == [False, True]
    refused = await shop.buys(listing)
    assert (refused.status_code, code(refused)) == (409, "seen_is_stale")
    assert refused.json()["facts"]["items"][0]["missing"] == "not_listed"
    assert code(await shop.publishes(await shop.shown())) == "not_original"


async def test_a_refund_leaves_the_listing_for_sale(world: World) -> None:
    """The work is its freelancer's, who offers it to somebody else."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop, content)
    listing = await shop.listed(files=[await shop.file(content)])
    await life.freelancer_does(c.Resign)
    assert await is_found(shop, listing)
    assert (await shop.buys(listing)).status_code == 201


async def test_a_listing_is_for_sale_no_more_when_its_work_wins(world: World) -> None:
    """It is promised to the contest's client from the award on."""
    shop, content = await Shop.begin(world), new_key().encode()
    contest = await (await Contesting.begin(world)).posted()
    contest.entries.append((await contest.entry_of(shop.seller, content)).json())
    listing = await shop.listed(files=[await uploaded(shop.seller, content)])
    await (await contest.judged()).awarded(contest.choice(0, 1))
    assert (await shop.shown())["state"] == "draft"
    assert not await is_found(shop, listing)


async def test_published_and_approved_at_once_it_is_for_sale_to_nobody(world: World) -> None:
    """Whichever comes first; and the approval is never refused for it."""
    shop = await Shop.begin(world)
    for _ in range(5):
        content = new_key().encode()
        life = await delivered(world, shop, content)
        draft = await shop.written(files=[await shop.file(content)])
        published, _ = await asyncio.gather(shop.publishes(draft), life.client_does(c.Approve))
        assert published.status_code == 200 or code(published) == "not_original"
        now = await shop.seller.get(f"/v1/listings/{draft['id']}")
        assert now.json()["state"] == "draft"
        assert (await life.states())[0] == "completed"


async def test_an_approval_waits_for_who_is_publishing_the_same(world: World) -> None:
    """What was published a moment before it is its seller's draft again."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop, content)
    draft = await shop.written(files=[file := await shop.file(content)])
    async with world.engine.begin() as connection:
        await originals.claim(connection, [file], but=draft["id"])
        await listings.publish(connection, draft["id"], "Frida Ling")
        approving = asyncio.create_task(life.client_does(c.Approve))
        await eventually(lambda: _waits(world))
        assert not approving.done()
    await approving
    assert (await shop.seller.get(f"/v1/listings/{draft['id']}")).json()["state"] == "draft"


async def _waits(world: World) -> bool:
    """Whether somebody waits for the lock of a hash."""
    waiting = "select count(*) from pg_stat_activity where wait_event = 'advisory'"
    async with world.engine.connect() as connection:
        return bool(await connection.scalar(text(waiting)))


async def test_bought_and_approved_at_once_neither_waits_for_ever(world: World) -> None:
    """One buyer before the approval, or none: nobody waits for the other in a circle."""
    shop = await Shop.begin(world)
    for _ in range(5):
        content = new_key().encode()
        life = await delivered(world, shop, content)
        listing = await shop.listed(files=[await shop.file(content)])
        bought, _ = await asyncio.gather(shop.buys(listing), life.client_does(c.Approve))
        state = (await shop.shown())["state"]
        assert (bought.status_code, state) in {(201, "sold"), (409, "draft")}
