"""A client with a project, and freelancers who bid on it, over HTTP."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from httpx import Response

from tests.api.people import Person
from tests.deposits.remitting import sum_of
from tests.life import goes_until
from tests.world import World

BUDGET = {"low": sum_of(50_00), "high": sum_of(500_00)}
POSTED = {
    "title": "A logo for a bakery",
    "summary": "Round, warm, readable on a small bag",
    "brief": "The bakery is called Nolte; it opens in June.",
    "budget": BUDGET,
    "tags": ["logo", "Print"],
}
BID = {"days": 7, "message": "I have drawn for three bakeries"}


@dataclass
class Posting:
    """One project and its people."""

    world: World
    client: Person
    project_id: str = ""
    bidders: list[Person] = field(default_factory=list)
    bids: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def begin(cls, world: World, wallet: int = 1_000_00) -> Self:
        """A client who has money."""
        return cls(world, await world.person("client", credits_minor=wallet))

    async def posted(self, **more: Any) -> Self:
        """The project is open."""
        answer = await self.posts(**more)
        assert answer.status_code == 201, answer.text
        self.project_id = answer.json()["id"]
        return self

    async def posts(self, **more: Any) -> Response:
        """The client posts it."""
        return await self.client.post("/v1/projects", POSTED | more)

    async def with_bids(self, *amounts: int, **more: Any) -> Self:
        """A new freelancer bids each of these sums."""
        for amount in amounts:
            freelancer = await self.world.person("freelancer")
            answer = await self.bids_of(freelancer, amount, **more)
            assert answer.status_code == 201, answer.text
            self.bidders.append(freelancer)
            self.bids.append(answer.json())
        return self

    async def bids_of(self, person: Person, amount: int, **more: Any) -> Response:
        """Somebody bids."""
        return await person.post(self.at("bids"), BID | {"amount": sum_of(amount)} | more)

    def at(self, what: str = "") -> str:
        """Where the project is, or something of it."""
        return f"/v1/projects/{self.project_id}" + (f"/{what}" if what else "")

    async def does(self, what: str, body: Any = None, by: Person | None = None) -> Response:
        """The client, or somebody, decides."""
        return await (by or self.client).post(self.at(what), body or {})

    async def awards(self, *which: int, **seen: int) -> Response:
        """The client awards these bids as they saw them."""
        chosen = [
            {"bid": self.bids[n]["id"], "version": seen.get("version", self.bids[n]["version"])}
            for n in which
        ]
        return await self.does("award", {"bids": chosen})

    async def shown(self, person: Person | None = None) -> dict[str, Any]:
        """The project as its client, or somebody, sees it."""
        answer = await (person or self.client).get(self.at())
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def until(self, moment: datetime) -> None:
        """It becomes this moment for the project's workflow, and it has acted."""
        await goes_until(self.world, f"project/{self.project_id}", moment)
