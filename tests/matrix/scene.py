"""One of everything that can be bought, and everybody who can stand before it."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self
from urllib.parse import urlsplit

from domain import commands as c
from tests.api.people import Person, signup
from tests.deposits.remitting import sum_of
from tests.market.contesting import Contesting
from tests.market.introducing import published, written
from tests.market.posting import Posting
from tests.market.selling import Shop
from tests.world import World

RELATIONS = (
    "nobody",
    "newcomer",
    "freelancer",
    "bidder",
    "awarded",
    "entrant",
    "client",
    "seller",
    "buyer",
    "mediator",
    "staff",
    "head",
    "accounting",
)
"""From whom nothing is opened to whom the most is; nobody has not signed in."""


PART = b"abc"
PART_HEADERS = {"X-Content-SHA256": sha256(PART).hexdigest()}


@dataclass
class Scene:
    """What routes are asked about, by its name, and the people by how they stand to it."""

    world: World
    people: dict[str, Person] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def made(cls, world: World, always: Self) -> Self:
        """A new scene; people and things of the other stand in every scene."""
        scene = cls(world, dict(always.people), dict(always.named))
        posting = await Posting.begin(world)
        handed = (await posting.client.upload(b"for the awarded")).json()["id"]
        await (await posting.posted(files=[handed])).with_bids(50_00, 60_00)
        await posting.awards(1)
        bidder, awarded = posting.bidders
        scene.people |= {"client": posting.client, "bidder": bidder, "awarded": awarded}
        scene.named |= {"project": posting.project_id, "bid": posting.bids[0]["id"]}
        scene.named |= {"handed": handed}
        await scene._with_a_link(awarded, bidder)
        await scene._with_contests(posting.client)
        await scene._with_listings()
        await scene._with_profiles()
        return scene

    async def _with_contests(self, client: Person) -> None:
        """One that takes entries, one that is judged, and one without its money."""
        open_one, judged = (Contesting(self.world, client) for _ in "12")
        await (await open_one.posted(prizes=[sum_of(20_00)])).with_entries(1)
        await (await judged.posted(prizes=[sum_of(20_00)])).with_entries(1)
        await judged.judged()
        unfunded = await Contesting(self.world, client).posted(prizes=[sum_of(5_000_00)])
        self.people["entrant"] = open_one.entrants[0]
        entry, there = open_one.entries[0], judged.entries[0]
        self.named |= {"open": open_one.contest_id, "judging": judged.contest_id}
        self.named |= {"unfunded": unfunded.contest_id, "entry": entry["id"]}
        self.named |= {"works": entry["files"][0]["id"], "judged": there["id"]}
        self.named |= {"hash": there["hash"]}

    async def _with_a_link(self, one: Person, other: Person) -> None:
        """Staff linked two freelancers."""
        path = f"/v1/staff/people/{one.id}/links"
        body = {"other": other.id, "reason": "one desk"}
        linked = await self.world.house.staff.post(path, body)
        assert linked.is_success, linked.text
        self.named["someone"] = one.id

    async def _with_listings(self) -> None:
        """One that can be bought, one that its seller still writes, and one that is sold."""
        shop = await Shop.begin(self.world, 20_00, 30_00)
        basket = (await shop.fills(1)).json()
        draft = await shop.written()
        self.people |= {"seller": shop.seller, "buyer": shop.client}
        self.named |= {
            "listing": shop.listings[0]["id"],
            "file": shop.listings[0]["files"][0]["id"],
        }
        self.named |= {"draft": draft["id"], "basket": basket["id"]}
        await self._with_files(shop, basket["items"][0]["job_id"])

    async def _with_profiles(self) -> None:
        """One that everybody reads, and one that its freelancer still writes."""
        seller, bidder = self.people["seller"], self.people["bidder"]
        await published(seller)
        await written(bidder)
        self.named |= {"published": seller.id, "unpublished": bidder.id}

    async def _with_files(self, shop: Shop, job_id: str) -> None:
        """What was bought, a link to it, and of its seller's an unused file and half an upload."""
        [delivery] = (await shop.client.get(f"/v1/jobs/{job_id}")).json()["deliveries"]
        bought = delivery["files"][0]["id"]
        link = (await shop.client.post(f"/v1/files/{bought}/link")).json()["url"]
        upload = (await shop.seller.post("/v1/uploads", {"name": "a.bin", "size": 3})).json()["id"]
        sent = await shop.seller.http.put(
            f"/v1/uploads/{upload}/parts/1",
            content=PART,
            headers=shop.seller.headers() | PART_HEADERS,
        )
        assert sent.is_success, sent.text
        self.named |= {"job": job_id, "delivery": delivery["id"], "bought": bought}
        self.named |= {"link": urlsplit(link).path, "upload": upload}
        self.named["unused"] = await shop.file()


async def always(world: World) -> Scene:
    """Those who have nothing to do with any of it, and a certificate that anybody may look up."""
    house = world.house
    people = {
        "newcomer": await signup(world.http),
        "freelancer": await world.person("freelancer"),
        "mediator": next(iter(house.mediators.values())),
        "staff": house.staff,
        "head": house.head,
        "accounting": house.accountants[0],
    }
    life = await (await Shop.begin(world)).bought(20_00)
    await life.client_does(c.Approve)
    signed = await life.client.get(f"/v1/jobs/{life.job_id}/certificate", format="json")
    return Scene(world, people, {"certificate": signed.json()["about"]["certificate"]})
