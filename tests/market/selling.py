"""A freelancer with listings, and clients who buy them, over HTTP."""

from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from httpx import Response

from tests.api.people import Person
from tests.deposits.remitting import sum_of
from tests.life import Life
from tests.world import World

LISTED = {
    "title": "Twelve icons for a bakery",
    "description": "Bread, cake and coffee, drawn by hand",
    "content": "picture",
    "tags": ["Icons", "bakery"],
}
WARRANTY = {"warranted": True, "name": "Frida Ling"}


@dataclass
class Shop:
    """One seller, their listings, and the client who buys."""

    world: World
    seller: Person
    client: Person
    listings: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def begin(cls, world: World, *prices: int, wallet: int = 1_000_00) -> Self:
        """These prices are listed, and the client has money."""
        shop = cls(
            world,
            await world.person("seller"),
            await world.person("client", credits_minor=wallet),
        )
        for price in prices:
            await shop.listed(price)
        return shop

    async def listed(self, price: int = 50_00, **more: Any) -> dict[str, Any]:
        """One more listing is published."""
        written = await self.written(price, **more)
        answer = await self.publishes(written)
        assert answer.status_code == 200, answer.text
        self.listings.append(answer.json())
        return self.listings[-1]

    async def written(self, price: int = 50_00, **more: Any) -> dict[str, Any]:
        """A draft with a file of its own."""
        files = more.pop("files", None) or [await self.file()]
        answer = await self.writes(price, files=files, **more)
        assert answer.status_code == 201, answer.text
        draft: dict[str, Any] = answer.json()
        return draft

    async def writes(self, price: int = 50_00, **more: Any) -> Response:
        """The seller writes a listing."""
        body = LISTED | {"price": sum_of(price)} | more
        return await self.seller.post("/v1/listings", body)

    async def publishes(self, listing: dict[str, Any], **more: Any) -> Response:
        """The seller offers it."""
        return await self.does(listing, "publish", WARRANTY | more)

    async def does(
        self, listing: dict[str, Any], what: str, body: dict[str, Any] | None = None
    ) -> Response:
        """The seller decides on a listing, as they saw it."""
        seen = {"version": listing["version"]} | (body or {})
        return await self.seller.post(f"/v1/listings/{listing['id']}/{what}", seen)

    async def edits(self, listing: dict[str, Any], **changes: Any) -> Response:
        """The seller changes it."""
        names = ("title", "description", "content", "tags", "price", "version")
        body = {name: listing[name] for name in names}
        body["files"] = [one["id"] for one in listing["files"]]
        return await self.seller.put(f"/v1/listings/{listing['id']}", body | changes)

    async def file(self, content: bytes | None = None, by: Person | None = None) -> str:
        """A file of the seller's, unlike any other."""
        answer = await (by or self.seller).upload(content or uuid4().bytes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def buys(
        self, listing: dict[str, Any], by: Person | None = None, **more: Any
    ) -> Response:
        """Somebody buys one listing as they saw it."""
        body = {"version": listing["version"], "price": listing["price"]}
        return await (by or self.client).post(f"/v1/listings/{listing['id']}/purchase", body | more)

    async def fills(self, *which: int, mode: str = "all", by: Person | None = None) -> Response:
        """Somebody buys these listings as they were listed."""
        items = [item(self.listings[n]) for n in which]
        return await (by or self.client).post("/v1/baskets", {"items": items, "mode": mode})

    async def bought(self, price: int = 50_00) -> Life:
        """One listing is bought: its job."""
        answer = await self.buys(await self.listed(price))
        assert answer.status_code == 201, answer.text
        return self.life(answer.json()["id"], price)

    def life(self, job_id: str, price: int) -> Life:
        """The job that a listing became."""
        return Life(self.world, self.client, self.seller, price, job_id)

    async def shown(self, n: int = -1, by: Person | None = None) -> dict[str, Any]:
        """A listing as its seller, or somebody, sees it."""
        answer = await (by or self.seller).get(f"/v1/listings/{self.listings[n]['id']}")
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page


def item(listing: dict[str, Any]) -> dict[str, Any]:
    """It, as it was seen."""
    return {name: listing[name] for name in ("version", "price")} | {"listing": listing["id"]}


async def has(person: Person) -> int:
    """What somebody has to spend, in minor units."""
    return int((await person.get("/v1/me/wallet")).json()["total"]["amount_minor"])
