"""What certifies work that was bought or awarded, and what strangers see of what is for sale."""

from io import BytesIO
from typing import Any

from PIL import Image

from domain import commands as c
from tests.api.people import Person, code
from tests.market.posting import Posting
from tests.market.selling import WARRANTY, Shop
from tests.world import World


async def certified(person: Person, job_id: str) -> dict[str, Any]:
    """The signed document of the job's certificate."""
    answer = await person.get(f"/v1/jobs/{job_id}/certificate", format="json")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_purchase_is_certified_with_its_sellers_warranty(world: World) -> None:
    """When it is approved; who warranted the work as theirs stands in it by name."""
    shop = await Shop.begin(world)
    life = await shop.bought(100_00)
    early = await shop.client.get(f"/v1/jobs/{life.job_id}/certificate", format="json")
    assert (early.status_code, code(early)) == (409, "not_certified")
    await life.client_does(c.Approve)
    passed, terms, *_ = (
        one["content"] for one in (await certified(shop.client, life.job_id))["items"]
    )
    assert passed["origin"] == {"kind": "purchase", "id": shop.listings[-1]["id"]}
    assert terms["warranty"]["warranted_by"] == WARRANTY["name"]
    paper = await shop.client.get(f"/v1/jobs/{life.job_id}/certificate", format="pdf")
    assert paper.content.startswith(b"%PDF")


async def test_an_awarded_job_is_certified_with_its_project(world: World) -> None:
    """It names the project, and no warranty of a seller."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(50_00)
    await it.awards(0)
    ana = it.bidders[0]
    job = f"/v1/jobs/{(await ana.get('/v1/me/bids')).json()['items'][0]['job_id']}"
    await ana.post(f"{job}/accept", {"offer_version": 1})
    delivered = await ana.post(f"{job}/deliver", {"note": "https://work.example/logo"})
    seen = {"delivery_id": delivered.json()["deliveries"][0]["id"]}
    assert (await it.client.post(f"{job}/approve", seen)).json()["state"] == "completed"
    passed, terms, *_ = (
        one["content"] for one in (await certified(ana, job.rpartition("/")[2]))["items"]
    )
    assert passed["origin"] == {"kind": "project", "id": it.project_id}
    assert terms["warranty"] is None


async def test_strangers_see_the_previews_a_listing_shows_and_no_file(world: World) -> None:
    """Marked with their name, while it is for sale; the other files show nothing."""
    shop = await Shop.begin(world)
    drawn = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(drawn, "PNG")
    shown, kept = [await shop.file(drawn.getvalue() + bytes([n])) for n in range(2)]
    listing = await shop.listed(files=[shown, kept], previews=[shown])
    stranger = await world.person("stranger")
    preview = await stranger.get(f"/v1/files/{shown}/preview")
    assert preview.status_code == 200, preview.text
    width, height = Image.open(BytesIO(preview.content)).size
    assert width * 3 == height * 4
    for path in (f"/v1/files/{kept}/preview", f"/v1/files/{shown}", f"/v1/files/{kept}"):
        assert (await stranger.get(path)).status_code == 404
    assert (await shop.does(listing, "unpublish")).status_code == 200
    assert (await stranger.get(f"/v1/files/{shown}/preview")).status_code == 404
