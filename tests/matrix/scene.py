"""One of everything that can be bought, and everybody who can stand before it."""

from dataclasses import dataclass, field
from typing import Self

from tests.api.people import Person, signup
from tests.market.posting import Posting
from tests.market.selling import Shop
from tests.world import World

RELATIONS = (
    "nobody",
    "newcomer",
    "freelancer",
    "bidder",
    "awarded",
    "client",
    "seller",
    "buyer",
    "mediator",
    "staff",
    "head",
    "accounting",
)
"""From whom nothing is opened to whom the most is; nobody has not signed in."""


@dataclass
class Scene:
    """What routes are asked about, by its name, and the people by how they stand to it."""

    world: World
    people: dict[str, Person] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def made(cls, world: World, known: dict[str, Person]) -> Self:
        """A new scene; `known` are people who may stand in every scene."""
        scene = cls(world, dict(known))
        posting = await (await (await Posting.begin(world)).posted()).with_bids(50_00, 60_00)
        await posting.awards(1)
        bidder, awarded = posting.bidders
        scene.people |= {"client": posting.client, "bidder": bidder, "awarded": awarded}
        scene.named |= {"project": posting.project_id, "bid": posting.bids[0]["id"]}
        await scene._with_listings()
        return scene

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


async def always(world: World) -> dict[str, Person]:
    """Those who have nothing to do with any of it."""
    house = world.house
    return {
        "newcomer": await signup(world.http),
        "freelancer": await world.person("freelancer"),
        "mediator": next(iter(house.mediators.values())),
        "staff": house.staff,
        "head": house.head,
        "accounting": house.accountants[0],
    }
