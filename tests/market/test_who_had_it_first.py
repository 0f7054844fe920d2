"""Whoever had a file first keeps it theirs: no stranger's job takes it off the market."""

from typing import Any

from httpx import Response

from domain import commands as c
from tests.api.people import Person, code, new_key
from tests.deposits.remitting import sum_of
from tests.life import Life
from tests.market.contesting import Contesting, uploaded
from tests.market.selling import LISTED, WARRANTY, Shop
from tests.world import World


async def becomes_a_clients(world: World, freelancer: Person, content: bytes) -> None:
    """Somebody delivers this in a job of theirs, and it is approved."""
    friend = await world.person("friend", credits_minor=200_00)
    life = await Life(world, friend, freelancer).in_progress()
    file = await uploaded(freelancer, content)
    await life.freelancer_does(c.Deliver, note="", files=[file])
    await life.client_does(c.Approve)


async def offers(person: Person, content: bytes) -> Response:
    """Somebody publishes a listing with this."""
    body = LISTED | {"price": sum_of(40_00), "files": [await uploaded(person, content)]}
    written = await person.post("/v1/listings", body)
    assert written.status_code == 201, written.text
    path = f"/v1/listings/{written.json()['id']}/publish"
    return await person.post(path, WARRANTY | {"version": 1})


async def told(person: Person) -> list[dict[str, Any]]:
    """What somebody heard of a listing that left the market."""
    inbox = (await person.get("/v1/me/notices")).json()["items"]
    return [one for one in inbox if one["kind"] == "listing_left"]


async def test_a_common_file_takes_no_strangers_listing_down(world: World) -> None:
    """A licence that comes with a job: other work with the same one is for sale and is bought."""
    shop, licence = await Shop.begin(world), b"a licence " + new_key().encode()
    listing = await shop.listed(files=[await shop.file(), await shop.file(licence)])
    await becomes_a_clients(world, await world.person("other"), licence)
    assert (await shop.shown())["state"] == "listed"
    assert not await told(shop.seller)
    assert (await shop.buys(listing)).status_code == 201


async def test_a_common_file_is_entered_by_who_had_it_before(world: World) -> None:
    """Whoever comes with it later is refused."""
    ana, licence = await world.person("ana"), b"a licence " + new_key().encode()
    await uploaded(ana, licence)
    await becomes_a_clients(world, await world.person("other"), licence)
    contest = await (await Contesting.begin(world)).posted()
    assert (await contest.entry_of(ana, licence)).status_code == 201
    late = await contest.entry_of(await world.person("late"), licence)
    assert (late.status_code, code(late)) == (409, "not_original")


async def test_a_refunded_buyer_takes_nothing_off_the_market(world: World) -> None:
    """They deliver what they had to a friend: the seller offers and sells it as before."""
    shop, content = await Shop.begin(world), new_key().encode()
    listing = await shop.listed(files=[await shop.file(content)])
    bought = shop.life((await shop.buys(listing)).json()["id"], 50_00)
    await bought.freelancer_does(c.Resign)
    again = (await shop.publishes(await shop.shown())).json()
    await becomes_a_clients(world, shop.client, content)
    assert (await shop.shown())["state"] == "listed"
    stranger = await world.person("stranger", credits_minor=100_00)
    assert (await shop.buys(again, by=stranger)).status_code == 201


async def test_a_seller_whose_own_work_became_a_clients_is_told_once(world: World) -> None:
    """By a notice with its mail, that names the listing."""
    shop, content = await Shop.begin(world), new_key().encode()
    listing = await shop.listed(files=[await shop.file(content)])
    for _ in range(2):
        await becomes_a_clients(world, shop.seller, content)
    assert (await shop.shown())["state"] == "draft"
    [notice] = await told(shop.seller)
    assert listing["title"] in notice["subject"] and listing["id"] in notice["body"]


async def test_ones_own_work_is_sold_once(world: World) -> None:
    """Though nobody had it before: sold, delivered or won, it is another's now."""
    shop = await Shop.begin(world)
    sold, delivered = new_key().encode(), new_key().encode()
    listing = await shop.listed(files=[await shop.file(sold)])
    assert (await shop.buys(listing)).status_code == 201
    await becomes_a_clients(world, shop.seller, delivered)
    for content in (sold, delivered):
        assert code(await offers(shop.seller, content)) == "not_original"


async def test_a_thief_is_refused_and_the_maker_is_not(world: World) -> None:
    """Whoever copied it has it later, however they became its seller."""
    content = new_key().encode()
    maker, thief = await world.person("maker"), await world.person("thief")
    await uploaded(maker, content)
    await becomes_a_clients(world, thief, content)
    contest = await (await Contesting.begin(world)).posted()
    assert (await contest.entry_of(maker, content)).status_code == 201
    await becomes_a_clients(world, maker, content)
    for person in (thief, await world.person("other")):
        assert code(await offers(person, content)) == "not_original"
        assert code(await contest.entry_of(person, content)) == "not_original"
