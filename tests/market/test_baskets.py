"""Baskets: many listings in one go, all of them or those still there; each is its own job."""

import asyncio

from tests.api.people import code
from tests.market.selling import Shop, has, item
from tests.world import World


async def test_each_item_of_a_basket_is_a_job_with_an_escrow_of_its_own(world: World) -> None:
    """One decision, one basket that is over, and as many jobs as listings."""
    shop = await Shop.begin(world, 10_00, 20_00, 30_00)
    answer = await shop.fills(0, 1, 2)
    assert answer.status_code == 201, answer.text
    basket = answer.json()
    assert (basket["state"], basket["over"], basket["paid"]["amount_minor"]) == (
        "bought", True, 60_00,
    )  # fmt: skip
    jobs = [(await shop.client.get(f"/v1/jobs/{one['job_id']}")).json() for one in basket["items"]]
    assert [one["escrow"]["amount_minor"] for one in jobs] == [10_00, 20_00, 30_00]
    assert {one["state"] for one in jobs} == {"in_review"}
    again = await shop.client.get(f"/v1/baskets/{basket['id']}")
    assert again.json() == basket
    assert await has(shop.client) == 940_00
    told = (await shop.seller.get("/v1/me/notices")).json()["items"]
    assert [one["kind"] for one in told] == ["listing_bought"] * 3
    assert await world.violations() == []


async def test_all_or_nothing_names_what_is_missing_and_charges_nothing(world: World) -> None:
    """One sold and one withdrawn listing refuse the whole basket."""
    shop = await Shop.begin(world, 10_00, 20_00, 30_00)
    other = await world.person("other", credits_minor=10_00)
    assert (await shop.buys(shop.listings[0], other)).status_code == 201
    assert (await shop.does(shop.listings[2], "unpublish")).status_code == 200
    answer = await shop.fills(0, 1, 2)
    assert (answer.status_code, code(answer)) == (409, "seen_is_stale")
    named = {one["listing"]: one["missing"] for one in answer.json()["facts"]["items"]}
    first, _, third = (one["id"] for one in shop.listings)
    assert named == {first: "sold", third: "not_listed"}
    assert await has(shop.client) == 1_000_00
    assert (await shop.shown(1))["state"] == "listed"
    [kept] = (await shop.client.get("/v1/baskets")).json()["items"]
    assert kept["state"] == "refused"


async def test_those_still_there_are_bought_and_the_others_say_why_not(world: World) -> None:
    """The client pays for what they get."""
    shop = await Shop.begin(world, 10_00, 20_00, 30_00)
    other = await world.person("other", credits_minor=10_00)
    await shop.buys(shop.listings[0], other)
    dearer = {"amount_minor": 31_00, "currency": "USD"}
    await shop.edits(shop.listings[2], price=dearer)
    answer = await shop.fills(0, 1, 2, mode="those_still_there")
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert [one["missing"] for one in items] == ["sold", None, "changed"]
    assert [one["job_id"] is not None for one in items] == [False, True, False]
    assert await has(shop.client) == 980_00


async def test_a_basket_of_which_nothing_is_left_is_refused(world: World) -> None:
    """Those still there are none."""
    shop = await Shop.begin(world, 10_00)
    await shop.does(shop.listings[0], "unpublish")
    answer = await shop.fills(0, mode="those_still_there")
    assert (answer.status_code, code(answer)) == (409, "seen_is_stale")
    assert await has(shop.client) == 1_000_00


async def test_a_wallet_that_lacks_a_cent_buys_none_of_those_still_there(world: World) -> None:
    """Paid at once, or refused with what is missing: the client chooses anew, not we."""
    shop = await Shop.begin(world, 10_00, 20_00, wallet=29_99)
    for mode in ("all", "those_still_there"):
        answer = await shop.fills(0, 1, mode=mode)
        assert (code(answer), answer.json()["facts"]) == (
            "insufficient_funds", {"missing_minor": 1},
        )  # fmt: skip
    assert await has(shop.client) == 29_99
    assert {(await shop.shown(n))["state"] for n in (0, 1)} == {"listed"}


async def test_baskets_in_opposite_order_do_not_wait_for_each_other(world: World) -> None:
    """Each listing has one buyer, whoever named it first; nobody pays for what they did not get."""
    shop = await Shop.begin(world, *[10_00] * 8)
    buyers = [await world.person(f"buyer{n}", credits_minor=500_00) for n in range(6)]
    there, back = range(8), range(7, -1, -1)
    answers = await asyncio.gather(
        *(
            shop.fills(*(there if n % 2 else back), mode="those_still_there", by=one)
            for n, one in enumerate(buyers)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert sum([await has(one) for one in buyers]) == 6 * 500_00 - 80_00
    assert await world.violations() == []


async def test_overlapping_baskets_of_all_or_nothing_never_share_a_listing(world: World) -> None:
    """Two that have one listing in common: at most one of them is bought."""
    shop = await Shop.begin(world, *[10_00] * 3)
    other = await world.person("other", credits_minor=500_00)
    mine, theirs = await asyncio.gather(shop.fills(0, 1), shop.fills(2, 1, by=other))
    assert sorted((mine.status_code, theirs.status_code)) == [201, 409]
    states = [(await shop.shown(n))["state"] for n in range(3)]
    assert states.count("sold") == 2


async def test_a_basket_names_each_listing_once_and_only_those_there_are(world: World) -> None:
    """Bad input is refused by its field, and there is no basket of it."""
    shop = await Shop.begin(world, 10_00)
    twice = await shop.fills(0, 0)
    assert (twice.status_code, code(twice)) == (422, "invalid")
    empty = await shop.client.post("/v1/baskets", {"items": [], "mode": "all"})
    assert empty.status_code == 422
    nowhere = item(shop.listings[0]) | {"listing": "listing_" + "0" * 26}
    unknown = await shop.client.post("/v1/baskets", {"items": [nowhere], "mode": "all"})
    assert (unknown.status_code, code(unknown)) == (422, "unknown_reference")
    draft = item(await shop.written())
    unseen = await shop.client.post("/v1/baskets", {"items": [draft], "mode": "all"})
    assert code(unseen) == "unknown_reference"
    own = await shop.fills(0, by=shop.seller)
    assert code(own) == "linked"
    assert (await shop.client.get("/v1/baskets")).json()["items"] == []


async def test_a_basket_is_its_clients_alone(world: World) -> None:
    """For everybody else there is none."""
    shop = await Shop.begin(world, 10_00)
    basket = (await shop.fills(0)).json()
    for person in (shop.seller, await world.person("stranger")):
        assert (await person.get(f"/v1/baskets/{basket['id']}")).status_code == 404
    events = (await shop.client.get(f"/v1/baskets/{basket['id']}/timeline")).json()["items"]
    assert [one["kind"] for one in events] == ["basket_bought"]
