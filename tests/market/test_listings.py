"""Listings: written, warranted and published; found by everybody, changed by their seller."""

import asyncio

from domain import commands as c
from tests.api.people import code, pointers, signup
from tests.market.selling import WARRANTY, Shop
from tests.world import World


async def test_a_draft_is_its_sellers_alone_until_it_is_published(world: World) -> None:
    """Then everybody finds it, by words, tag, price and kind; its files stay closed."""
    shop = await Shop.begin(world)
    draft = await shop.written(50_00, title="Sourdough watercolours", tags=["Leaven"])
    at = f"/v1/listings/{draft['id']}"
    assert (await shop.client.get(at)).status_code == 404
    published = (await shop.publishes(draft)).json()
    assert (published["state"], published["warranted_by"]) == ("listed", WARRANTY["name"])
    seen = (await shop.client.get(at)).json()
    assert [one["command"] for one in seen["actions"]] == ["purchase"]
    assert "sha256" not in seen["files"][0]
    assert (await shop.client.get(f"/v1/files/{seen['files'][0]['id']}")).status_code == 404
    for query in ({"q": "watercolour"}, {"tag": "leaven"}, {"tag": "leaven", "kind": "picture"}):
        items = (await shop.client.get("/v1/listings", **query)).json()["items"]
        assert [one["id"] for one in items] == [draft["id"]], query
    for other in ({"kind": "audio"}, {"at_least": "5001"}, {"at_most": "4999"}):
        found = await shop.client.get("/v1/listings", q="watercolour", **other)
        assert found.json()["items"] == [], other


async def test_what_is_unpublished_or_sold_is_not_found(world: World) -> None:
    """A search shows what can be bought."""
    shop = await Shop.begin(world)
    for _ in range(2):
        await shop.listed(20_00, tags=["gone-soon"])
    assert len((await shop.client.get("/v1/listings", tag="gone-soon")).json()["items"]) == 2
    await shop.does(shop.listings[0], "unpublish")
    await shop.buys(shop.listings[1])
    assert (await shop.client.get("/v1/listings", tag="gone-soon")).json()["items"] == []
    mine = (await shop.seller.get("/v1/me/listings")).json()["items"]
    assert [one["state"] for one in mine] == ["sold", "draft"]


async def test_who_may_not_work_publishes_nothing(world: World) -> None:
    """A draft is free; offering it takes the answers and the agreement."""
    shop = await Shop.begin(world)
    shop.seller = await signup(world.http)
    draft = await shop.written()
    answer = await shop.publishes(draft)
    assert answer.status_code == 403, answer.text


async def test_the_warranty_is_an_explicit_act(world: World) -> None:
    """Nothing is published by default, without a name, or without a file."""
    shop = await Shop.begin(world)
    draft = await shop.written()
    for body in ({"warranted": False}, {"name": ""}):
        assert (await shop.publishes(draft, **body)).status_code == 422
    assert code(await shop.does(draft, "publish")) == "invalid"
    empty = (await shop.writes(files=[])).json()
    assert code(await shop.publishes(empty)) == "condition_missing"
    stale = await shop.publishes(draft, version=draft["version"] + 1)
    assert code(stale) == "seen_is_stale"


async def test_a_change_raises_the_version_and_the_same_change_again_does_not(
    world: World,
) -> None:
    """Who edits names what they saw; what is listed stays listed, its files as warranted."""
    shop = await Shop.begin(world, 40_00)
    [listing] = shop.listings
    changed = await shop.edits(listing, title="Thirteen icons")
    again = await shop.edits(listing, title="Thirteen icons")
    assert (changed.json()["version"], again.json()["version"]) == (2, 2)
    assert code(await shop.edits(listing, title="Fourteen icons")) == "seen_is_stale"
    other = [await shop.file()]
    refused = await shop.edits(changed.json(), files=other)
    assert (refused.status_code, code(refused)) == (409, "not_open")
    draft = (await shop.does(changed.json(), "unpublish")).json()
    assert (await shop.edits(draft, files=other, previews=other)).json()["version"] == 3
    assert (await shop.shown())["files"][0]["preview"]
    [found] = (await shop.client.get("/v1/listings", q="Thirteen")).json()["items"] or [None]
    assert found is None


async def test_what_is_sold_cannot_be_changed(world: World) -> None:
    """It is its buyer's."""
    shop = await Shop.begin(world)
    await shop.bought()
    sold = await shop.shown()
    assert code(await shop.edits(sold, title="Another")) == "not_open"
    for what in ("publish", "unpublish"):
        body = WARRANTY if what == "publish" else {}
        assert code(await shop.does(sold, what, body)) == "not_open"


async def test_a_listing_is_written_with_files_and_a_price_that_can_be(world: World) -> None:
    """Somebody else's file, a preview of none of them, a price out of bounds: refused by field."""
    shop = await Shop.begin(world)
    theirs = await shop.file(by=shop.client)
    assert code(await shop.writes(files=[theirs])) == "unknown_reference"
    stray = await shop.writes(files=[await shop.file()], previews=[await shop.file()])
    assert pointers(stray) == ["#/previews"]
    cheap = await shop.writes(9_99)
    assert code(cheap) == "invalid_amount"
    odd = await shop.writes(content="sculpture")
    assert pointers(odd) == ["#/content"]


async def test_contact_data_in_a_listing_is_pointed_out_in_its_tags_too(world: World) -> None:
    """To its seller, who may publish it all the same."""
    shop = await Shop.begin(world)
    listed = await shop.listed(description="Call 212 555 0100", tags=["icons", "ling@example.com"])
    places = [(one["field"], one["kind"]) for one in listed["pointed_out"]]
    assert places == [("description", "phone"), ("tags/1", "email")]


async def test_others_decide_nothing_on_a_listing(world: World) -> None:
    """For them there is nothing to decide on."""
    shop = await Shop.begin(world, 40_00)
    [listing] = shop.listings
    mine, shop.seller = shop.seller, shop.client
    for answer in (
        await shop.does(listing, "unpublish"),
        await shop.publishes(listing),
        await shop.edits(listing, title="Mine"),
    ):
        assert answer.status_code == 404
    shop.seller = mine
    assert (await shop.shown())["title"] == listing["title"]


async def test_a_file_that_is_offered_or_sold_is_not_offered_again(world: World) -> None:
    """By its content, whoever uploads it: in another listing, sold, or a paid delivery."""
    shop = await Shop.begin(world)
    content = b"the one and only sketch"
    await shop.listed(files=[await shop.file(content)])
    copy = await shop.written(files=[await shop.file(content)])
    taken = await shop.publishes(copy)
    assert (taken.status_code, code(taken)) == (409, "not_original")
    assert taken.json()["facts"]["files"] == [copy["files"][0]["id"]]
    await shop.buys(shop.listings[0])
    assert code(await shop.publishes(copy)) == "not_original"


async def test_a_withdrawn_listing_leaves_its_files_free(world: World) -> None:
    """A draft claims nothing."""
    shop = await Shop.begin(world)
    content = b"a sketch that moved house"
    await shop.listed(files=[await shop.file(content)])
    await shop.does(shop.listings[0], "unpublish")
    copy = await shop.written(files=[await shop.file(content)])
    assert (await shop.publishes(copy)).status_code == 200


async def test_what_was_delivered_and_paid_for_is_not_sold_again(world: World) -> None:
    """The work of a completed job is its client's; of a refunded one its freelancer's."""
    shop = await Shop.begin(world)
    for end, status in ((c.Approve, 409), (c.Resign, 200)):
        life = await shop.bought()
        content = end.name.encode() * 8
        delivered = [await shop.file(content)]
        await life.freelancer_does(c.Deliver, files=delivered)
        role = life.client_does if end is c.Approve else life.freelancer_does
        await role(end)
        copy = await shop.written(files=[await shop.file(content)])
        assert (await shop.publishes(copy)).status_code == status, end


async def test_of_two_who_offer_the_same_file_at_once_one_does(world: World) -> None:
    """The hash is looked up one after the other."""
    shop = await Shop.begin(world)
    other = Shop(world, await world.person("copycat"), shop.client)
    content = b"a sketch with two fathers"
    first = await shop.written(files=[await shop.file(content)])
    second = await other.written(files=[await other.file(content)])
    answers = await asyncio.gather(shop.publishes(first), other.publishes(second))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
