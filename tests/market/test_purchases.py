"""A purchase: paid at once, delivered at once, reviewed like any work; what comes back of it."""

import asyncio

from domain import commands as c
from domain.cases import Role
from ledger.comparisons import Balances
from ledger.reconciling import reconcile
from tests.api.people import code
from tests.deposits.remitting import Remitting
from tests.life import Life
from tests.market.selling import Shop, has
from tests.world import World

BUYERS = 50


async def test_a_purchase_is_a_job_in_review_with_the_files_as_its_delivery(world: World) -> None:
    """It is paid, its files are the buyer's to read, and the listing is sold."""
    shop = await Shop.begin(world, 80_00)
    [listing] = shop.listings
    [file] = listing["files"]
    assert (await shop.client.get(f"/v1/files/{file['id']}")).status_code == 404
    answer = await shop.buys(listing)
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert (job["state"], job["title"]) == ("in_review", listing["title"])
    assert job["brief"] == listing["description"]
    assert job["escrow"]["amount_minor"] == job["price"]["amount_minor"] == 80_00
    [delivery] = job["deliveries"]
    assert [one["id"] for one in delivery["files"]] == [file["id"]]
    assert (await shop.client.get(f"/v1/files/{file['id']}")).status_code == 200
    assert await has(shop.client) == 920_00
    sold = await shop.shown()
    assert (sold["state"], sold["job_id"]) == ("sold", job["id"])
    assert await world.violations() == []


async def test_a_purchase_tells_how_it_began_and_nothing_of_the_rest_of_the_basket(
    world: World,
) -> None:
    """Timeline and case file name this listing's payment alone."""
    shop = await Shop.begin(world, 20_00, 30_00)
    first, second = (await shop.fills(0, 1)).json()["items"]
    at = f"/v1/jobs/{first['job_id']}"
    [began] = (await shop.seller.get(f"{at}/timeline")).json()["items"]
    assert (began["kind"], began["state"]) == ("listing_bought", "in_review")
    file = await shop.seller.get(f"{at}/case-file", format="json")
    assert file.status_code == 200, file.text
    assert "The listing was bought" in file.text
    assert second["job_id"] not in file.text and second["listing"] not in file.text


async def test_the_house_reads_what_is_for_sale_and_decides_nothing(world: World) -> None:
    """Drafts too, as every file that a person put somewhere."""
    shop = await Shop.begin(world)
    draft = await shop.written()
    staff = world.house.staff
    seen = (await staff.get(f"/v1/listings/{draft['id']}")).json()
    assert (seen["state"], seen["actions"]) == ("draft", [])
    content = await staff.get(f"/v1/files/{draft['files'][0]['id']}")
    assert content.status_code == 200


async def test_a_purchase_is_revised_delivered_again_and_approved(world: World) -> None:
    """As any job: the seller is paid less the fee, and the work is the buyer's."""
    shop = await Shop.begin(world)
    life = await shop.bought(100_00)
    asked = await life.client_does(c.RequestRevision)
    assert (asked["state"], asked["round"]) == ("in_progress", 1)
    again = await life.freelancer_does(c.Deliver)
    assert [one["number"] for one in again["deliveries"]] == [1, 2]
    done = await life.client_does(c.Approve)
    assert (done["state"], done["ip"]) == ("completed", "client")
    assert (await shop.shown())["state"] == "sold"
    assert await life.moved() == {"client": -100_00, "freelancer": 90_00, "platform": 10_00}


async def test_a_refunded_purchase_is_its_sellers_draft_again(world: World) -> None:
    """The money is back; listed again, it says that an earlier buyer had the files."""
    shop = await Shop.begin(world)
    life = await shop.bought(100_00)
    await life.client_does(c.RequestRejection)
    await life.freelancer_does(c.AcceptRejection)
    assert (await life.shown())["state"] == "cancelled"
    assert await has(shop.client) == 1_000_00
    back = await shop.shown()
    assert (back["state"], back["job_id"], back["had_a_buyer"]) == ("draft", None, True)
    assert back["version"] == shop.listings[-1]["version"] + 1
    again = await shop.publishes(back)
    assert again.status_code == 200, again.text
    stranger = await world.person("stranger", credits_minor=100_00)
    assert (await shop.shown(by=stranger))["had_a_buyer"]
    assert (await shop.buys(again.json(), stranger)).status_code == 201
    assert await world.violations() == []


async def test_a_seller_who_resigns_has_the_listing_back(world: World) -> None:
    """Every way to a full refund leads there."""
    shop = await Shop.begin(world)
    life = await shop.bought()
    await life.freelancer_does(c.Resign)
    assert (await shop.shown())["state"] == "draft"


async def test_what_is_settled_stays_sold_unless_the_work_stays_with_its_seller(
    world: World,
) -> None:
    """Whose the work is decides, not how the money was divided."""
    shop = await Shop.begin(world)
    for ip, state in (("client", "sold"), ("freelancer", "draft")):
        life = await shop.bought(100_00)
        offered = await life.client_does(c.OfferSettlement, freelancer_minor=40_00, ip=ip)
        [offer] = offered["settlement_offers"]
        settled = await life.freelancer_does(c.AcceptSettlement, offer_id=offer["id"])
        assert settled["state"] == "settled"
        assert (await shop.shown())["state"] == state


async def test_of_fifty_buyers_at_once_one_buys_and_the_others_are_never_charged(
    world: World,
) -> None:
    """Exactly one job; whoever came too late has all their money and knows why."""
    shop = await Shop.begin(world, 60_00)
    [listing] = shop.listings
    buyers = [await world.person(f"buyer{n}", credits_minor=60_00) for n in range(BUYERS)]
    answers = await asyncio.gather(*(shop.buys(listing, one) for one in buyers))
    won = [n for n, answer in enumerate(answers) if answer.status_code == 201]
    assert len(won) == 1, [answer.text for answer in answers if answer.status_code != 201][:2]
    late = [answer for n, answer in enumerate(answers) if n not in won]
    assert {code(answer) for answer in late} == {"seen_is_stale"}
    named = {"listing": listing["id"], "missing": "sold"}
    assert all(answer.json()["facts"]["items"] == [named] for answer in late)
    left = [await has(one) for one in buyers]
    assert left == [0 if n in won else 60_00 for n in range(BUYERS)]
    assert await world.violations() == []
    assert [one async for one in reconcile(world.engine, (Balances(),))] == []


async def test_who_saw_another_price_or_version_buys_nothing(world: World) -> None:
    """The answer says how it is now."""
    shop = await Shop.begin(world, 60_00)
    [listing] = shop.listings
    dearer = {"amount_minor": 70_00, "currency": "USD"}
    changed = await shop.edits(listing, price=dearer)
    assert (changed.json()["state"], changed.json()["version"]) == ("listed", 2)
    stale = await shop.buys(listing)
    assert (stale.status_code, code(stale)) == (409, "seen_is_stale")
    [named] = stale.json()["facts"]["items"]
    assert (named["missing"], named["version"], named["price_minor"]) == ("changed", 2, 70_00)
    lied = await shop.buys(listing, version=2)
    assert code(lied) == "seen_is_stale"
    assert await has(shop.client) == 1_000_00
    assert (await shop.buys(changed.json())).status_code == 201


async def test_a_seller_who_unpublishes_in_that_moment_sells_or_does_not(world: World) -> None:
    """Whichever came first holds, and the other is told; never both."""
    shop = await Shop.begin(world, *[20_00] * 6)
    both = [(shop.buys(one), shop.does(one, "unpublish")) for one in shop.listings]
    answers = await asyncio.gather(*(asyncio.gather(*pair) for pair in both))
    for bought, withdrawn in answers:
        assert sorted((bought.status_code, withdrawn.status_code)) in ([201, 409], [200, 409])
    sold = sum(bought.status_code == 201 for bought, _ in answers)
    assert await has(shop.client) == 1_000_00 - 20_00 * sold
    assert await world.violations() == []


async def test_what_has_become_a_clients_work_since_is_not_sold_a_second_time(
    world: World,
) -> None:
    """Listed while its job was open, it is that client's once they approve."""
    shop = await Shop.begin(world, 20_00)
    content = b"drawn once, promised twice"
    job = await Life.begin(world)
    job.freelancer = shop.seller
    await job.in_progress()
    await job.freelancer_does(c.Deliver, files=[await shop.file(content)])
    listing = await shop.listed(30_00, files=[await shop.file(content)])
    await job.client_does(c.Approve)
    answer = await shop.buys(listing)
    named = {"listing": listing["id"], "missing": "not_listed"}
    assert (code(answer), answer.json()["facts"]["items"]) == ("seen_is_stale", [named])
    assert (await shop.fills(0, 1, mode="those_still_there")).status_code == 201
    assert await has(shop.client) == 980_00


async def test_what_is_missing_in_the_wallet_is_named_and_nothing_is_reserved(
    world: World,
) -> None:
    """The listing stays for sale."""
    shop = await Shop.begin(world, 60_00, wallet=45_00)
    answer = await shop.buys(shop.listings[0])
    assert (answer.status_code, code(answer)) == (402, "insufficient_funds")
    assert answer.json()["facts"] == {"missing_minor": 15_00}
    assert (await shop.shown())["state"] == "listed"
    assert await has(shop.client) == 45_00


async def test_what_was_paid_in_for_one_job_buys_no_listing(world: World) -> None:
    """It starts that job; a listing is bought with what is free."""
    shop = await Shop.begin(world, 60_00, wallet=0)
    waiting = Life(world, shop.client, await world.person("freelancer"))
    await waiting.offered()
    await Remitting(world, shop.client).credited(85_00, for_case=waiting.job_id)
    answer = await shop.buys(shop.listings[0])
    assert (code(answer), answer.json()["facts"]) == (
        "insufficient_funds",
        {"missing_minor": 60_00},
    )
    await waiting.client_does(c.WithdrawOffer)
    assert (await shop.buys(shop.listings[0])).status_code == 201
    assert await has(shop.client) == 25_00


async def test_nobody_buys_their_own_listing(world: World) -> None:
    """Not even once it is theirs to read."""
    shop = await Shop.begin(world, 60_00)
    answer = await shop.buys(shop.listings[0], shop.seller)
    assert (answer.status_code, code(answer)) == (409, "linked")
    assert (await shop.shown())["state"] == "listed"


async def test_of_a_draft_that_was_never_offered_nobody_knows(world: World) -> None:
    """What was, and is not any more, is refused with the reason."""
    shop = await Shop.begin(world, 60_00)
    draft = await shop.written()
    assert (await shop.buys(draft)).status_code == 404
    await shop.does(shop.listings[0], "unpublish")
    refused = await shop.buys(shop.listings[0])
    named = {"listing": shop.listings[0]["id"], "missing": "not_listed"}
    assert (code(refused), refused.json()["facts"]["items"]) == ("seen_is_stale", [named])


async def test_the_same_key_buys_once(world: World) -> None:
    """Sent again, the purchase answers with the same job."""
    shop = await Shop.begin(world, 60_00)
    [listing] = shop.listings
    body = {"version": listing["version"], "price": listing["price"]}
    path = f"/v1/listings/{listing['id']}/purchase"
    first, again = [await shop.client.post(path, body, key="once-and-only") for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    assert await has(shop.client) == 940_00
    other = await shop.client.post(path, body | {"version": 7}, key="once-and-only")
    assert code(other) == "idempotency_key_reused"


async def test_a_client_with_three_refunded_purchases_downloads_after_approving(
    world: World,
) -> None:
    """Until then only the watermarked viewer shows what was delivered; the seller sees it all."""
    shop = await Shop.begin(world)
    for _ in range(3):
        life = await shop.bought(20_00)
        await life.freelancer_does(c.Resign)
    life = await shop.bought(20_00)
    [file] = (await shop.shown())["files"]
    closed = await shop.client.get(f"/v1/files/{file['id']}")
    assert (closed.status_code, code(closed)) == (403, "approve_first")
    job = await life.shown()
    packed = f"/v1/jobs/{life.job_id}/deliveries/{job['deliveries'][0]['id']}/zip"
    assert job["view_only"] and (await shop.client.get(packed)).status_code == 404
    assert (await life.shown(Role.FREELANCER))["deliveries"]
    await life.client_does(c.Approve)
    for path in (f"/v1/files/{file['id']}", packed):
        assert (await shop.client.get(path)).status_code == 200
