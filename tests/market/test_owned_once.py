"""One work has one owner: what has won, was sold or was bought is nobody else's to sell or win."""

from tests.api.people import code, new_key
from tests.deposits.remitting import sum_of
from tests.market.contesting import Contesting, uploaded
from tests.market.posting import Posting
from tests.market.selling import LISTED, WARRANTY, Shop
from tests.world import World


async def test_what_was_entered_in_two_contests_wins_in_one(world: World) -> None:
    """The second award of the same work is refused, and its prize stays where it is."""
    content = new_key().encode()
    ana = await world.person("ana")
    both = []
    for _ in range(2):
        it = await (await Contesting.begin(world)).posted()
        it.entries.append((await it.entry_of(ana, content)).json())
        both.append(await it.judged())
    first, second = both
    await first.awarded(first.choice(0, 1))
    refused = await second.awards(second.choice(0, 1))
    assert (refused.status_code, code(refused)) == (409, "not_original")
    assert (await second.shown())["prizes"][0]["state"] == "open"


async def test_what_has_won_is_not_bought_by_somebody_else(world: World) -> None:
    """Listed before it won, it is shown and sold no more."""
    shop = await Shop.begin(world)
    content = new_key().encode()
    file = await shop.file(content)
    it = await (await Contesting.begin(world)).posted()
    entered = await it.entry_of(shop.seller, content)
    it.entries.append(entered.json())
    listing = await shop.listed(50_00, files=[file], previews=[file])
    await (await it.judged()).awarded(it.choice(0, 1))
    bought = await shop.buys(listing)
    assert bought.status_code == 409, bought.text
    stranger = await world.person("stranger")
    assert (await stranger.get(f"/v1/files/{file}/preview")).status_code == 404


async def test_a_refunded_buyer_does_not_sell_what_they_had(world: World) -> None:
    """The listing is a draft again, and its files are its seller's to offer."""
    shop = await Shop.begin(world)
    content = new_key().encode()
    listing = await shop.listed(50_00, files=[await shop.file(content)])
    job = (await shop.buys(listing)).json()
    assert (await shop.seller.post(f"/v1/jobs/{job['id']}/resign")).status_code == 200
    buyer = shop.client
    copied = await uploaded(buyer, content)
    written = await buyer.post("/v1/listings", LISTED | {"price": sum_of(40_00), "files": [copied]})
    path = f"/v1/listings/{written.json()['id']}/publish"
    assert code(await buyer.post(path, WARRANTY | {"version": 1})) in (
        "not_original",
        "work_permission_missing",
    )
    assert (await shop.publishes(await shop.shown())).status_code == 200


async def test_a_brief_is_closed_to_whoever_declined(world: World) -> None:
    """The files that were for the awarded alone too."""
    it = await Posting.begin(world)
    secret = (await it.client.upload(new_key().encode())).json()["id"]
    await (await it.posted(files=[secret])).with_bids(60_00)
    await it.awards(0)
    ana = it.bidders[0]
    job = f"/v1/jobs/{(await ana.get('/v1/me/bids')).json()['items'][0]['job_id']}"
    assert (await ana.get(f"/v1/files/{secret}")).status_code == 200
    assert (await ana.post(f"{job}/decline")).status_code == 200
    assert (await ana.get(f"/v1/files/{secret}")).status_code == 404
    assert (await ana.get(job)).json()["brief"] is None


async def test_a_client_sees_no_preview_of_what_was_taken_back(world: World) -> None:
    """Though they noted where it was."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    path = f"/v1/files/{it.entries[0]['files'][0]['id']}/preview"
    assert (await it.client.get(path)).status_code == 200
    assert (await it.entrants[0].delete(it.of_entry(0))).status_code == 204
    assert (await it.client.get(path)).status_code == 404


async def test_staff_who_read_a_brief_are_known_by_their_role(world: World) -> None:
    """A project's and a contest's alike."""
    project = await (await Posting.begin(world)).posted()
    contest = await (await Contesting.begin(world)).posted()
    for it in (project, contest):
        assert (await world.house.staff.get(it.at())).status_code == 200
        [look] = (await it.client.get(it.at("access-log"))).json()["items"]
        assert (look["role"], look["person_id"], look["what"]) == ("staff", None, "brief")


async def test_staff_do_not_judge_in_their_own_contest(world: World) -> None:
    """Whoever has an entry in it removes no rival's."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    second = world.house.second
    assert (await it.entry_of(second, new_key().encode())).status_code == 201
    path = f"/v1/staff/contests/{it.contest_id}/entries/{it.entries[0]['id']}/remove"
    refused = await second.post(path, {"reason": "I do not like it"})
    assert (refused.status_code, code(refused)) == (403, "not_yours")


async def test_odd_names_and_people_are_no_failure_of_ours(world: World) -> None:
    """A name in no known alphabet, and a person that is none."""
    it = await (await Posting.begin(world)).posted()
    odd = {"X-File-Name": "", "Content-Disposition": "attachment; filename*=idna''abc"}
    assert (await it.client.upload(b"x", odd)).status_code == 422
    answer = await it.client.get(it.at("messages"), freelancer="\x00")
    assert (answer.status_code, code(answer)) == (422, "invalid")
