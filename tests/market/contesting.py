"""A client with a contest, and freelancers who enter it, over HTTP."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from httpx import Response

from tests.api.people import Person
from tests.deposits.remitting import sum_of
from tests.life import eventually, goes_until
from tests.world import World

POSTED = {
    "title": "A name for a bakery",
    "summary": "Short, warm, easy to say",
    "brief": "The bakery is called Nolte; it opens in June.",
    "prizes": [sum_of(200_00), sum_of(100_00)],
    "days": 7,
    "tags": ["naming"],
}


@dataclass
class Contesting:
    """One contest and its people."""

    world: World
    client: Person
    contest_id: str = ""
    entrants: list[Person] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def begin(cls, world: World, wallet: int = 1_000_00) -> Self:
        """A client who has money."""
        return cls(world, await world.person("client", credits_minor=wallet))

    async def posted(self, **more: Any) -> Self:
        """The contest is there; open, if the money is."""
        answer = await self.posts(**more)
        assert answer.status_code == 201, answer.text
        self.contest_id = answer.json()["id"]
        return self

    async def posts(self, **more: Any) -> Response:
        """The client posts it."""
        return await self.client.post("/v1/contests", POSTED | more)

    async def with_entries(self, many: int) -> Self:
        """So many new freelancers enter something each."""
        for _ in range(many):
            freelancer = await self.world.person("freelancer")
            answer = await self.entry_of(freelancer)
            assert answer.status_code == 201, answer.text
            self.entrants.append(freelancer)
            self.entries.append(answer.json())
        return self

    async def entry_of(self, person: Person, content: bytes = b"", **more: Any) -> Response:
        """Somebody enters a file of theirs."""
        file = await uploaded(person, content or person.id.encode())
        return await person.post(self.at("entries"), {"note": "Nolte's", "files": [file]} | more)

    def at(self, what: str = "") -> str:
        """Where the contest is, or something of it."""
        return f"/v1/contests/{self.contest_id}" + (f"/{what}" if what else "")

    def of_entry(self, which: int, what: str = "") -> str:
        """Where one of the entries is, or something of it."""
        return self.at(f"entries/{self.entries[which]['id']}" + (f"/{what}" if what else ""))

    async def does(self, what: str, body: Any = None, by: Person | None = None) -> Response:
        """The client, or somebody, decides."""
        return await (by or self.client).post(self.at(what), body or {})

    async def done(self, what: str, body: Any = None) -> dict[str, Any]:
        """The client decides and it is done; the contest as it then stands."""
        answer = await self.does(what, body)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def judged(self) -> Self:
        """The client takes no more entries."""
        await self.done("close-early")
        return self

    def choice(self, which: int, prize: int, **seen: Any) -> dict[str, Any]:
        """This entry as it was seen gets this prize."""
        entry = self.entries[which]
        return {"entry": entry["id"], "hash": entry["hash"], "prize": prize} | seen

    async def awards(self, *choices: dict[str, Any]) -> Response:
        """The client awards prizes."""
        return await self.does("award", {"entries": list(choices)})

    async def awarded(self, *choices: dict[str, Any]) -> list[str]:
        """Prizes are awarded; the handovers, in the order of their prizes."""
        answer = await self.awards(*choices)
        assert answer.status_code == 200, answer.text
        won = {one["entry"]: one["prize"] for one in choices}
        jobs = {p["number"]: p["job_id"] for p in answer.json()["prizes"]}
        return [str(jobs[won[one["entry"]]]) for one in choices]

    async def shown(self, person: Person | None = None) -> dict[str, Any]:
        """The contest as its client, or somebody, sees it."""
        answer = await (person or self.client).get(self.at())
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def becomes(self, state: str) -> dict[str, Any]:
        """The contest, once it is in this state."""

        async def there() -> bool:
            return bool((await self.shown())["state"] == state)

        await eventually(there)
        return await self.shown()

    async def settles(self, prize: int, state: str) -> None:
        """This prize comes to stand so."""

        async def there() -> bool:
            return bool((await self.shown())["prizes"][prize - 1]["state"] == state)

        await eventually(there)

    async def until(self, moment: datetime) -> None:
        """It becomes this moment for the contest's workflow, and it has acted."""
        await goes_until(self.world, f"contest/{self.contest_id}", moment)

    async def ends(self) -> dict[str, Any]:
        """The present wait ends by itself; the contest as it then stands."""
        end = (await self.shown())["if_nobody_acts"]
        await self.until(datetime.fromisoformat(end["at"]) + timedelta(seconds=1))
        return await self.shown()

    async def hands_over(self, job_id: str, which: int) -> None:
        """A winner delivers, and the client approves."""
        at = f"/v1/jobs/{job_id}"
        delivered = await self.entrants[which].post(f"{at}/deliver", {"note": "all of it"})
        assert delivered.status_code == 200, delivered.text
        delivery = delivered.json()["deliveries"][-1]["id"]
        approved = await self.client.post(f"{at}/approve", {"delivery_id": delivery})
        assert approved.status_code == 200, approved.text


async def uploaded(person: Person, content: bytes) -> str:
    """A file of theirs."""
    answer = await person.upload(content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def wallet(person: Person) -> tuple[int, int]:
    """What somebody paid in, and what they earned."""
    page = (await person.get("/v1/me/wallet")).json()
    return page["credits"]["amount_minor"], page["earnings"]["amount_minor"]
