"""What goes beyond a full quota while a job runs may be delivered, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from domain.errors import QuotaFull
from domain.quota import Amount, Quota, Used
from tests.api.people import Person, code
from tests.api.test_quotas import BYTES, FILES, NARROW, TO_DELIVER
from tests.deposits.remitting import sum_of
from tests.life import Life
from tests.market.contesting import POSTED as CONTEST
from tests.market.contesting import Contesting, uploaded
from tests.market.posting import POSTED as PROJECT
from tests.market.selling import LISTED
from tests.withdrawals.leaving import instead
from tests.world import World

LISTING: dict[str, Any] = LISTED | {"price": sum_of(50_00)}


@pytest.fixture(autouse=True)
def narrow(world: World) -> Iterator[None]:
    """Little room for each person."""
    with instead(world, "settings", world.settings.model_copy(update=NARROW)):
        yield


@dataclass
class Full:
    """A freelancer with a job that runs, whose quota is full of what they offer."""

    life: Life
    listing: dict[str, Any]

    @classmethod
    async def begin(cls, world: World, life: Life | None = None) -> Self:
        """To the last byte."""
        life = life or await (await Life.begin(world)).in_progress()
        file = await uploaded(life.freelancer, b"x" * BYTES)
        listed = await life.freelancer.post("/v1/listings", LISTING | {"files": [file]})
        assert listed.status_code == 201, listed.text
        return cls(life, listed.json())

    @property
    def person(self) -> Person:
        return self.life.freelancer

    async def one_more(self) -> str:
        """A file beyond the quota."""
        return await uploaded(self.person, b"y" * TO_DELIVER)


def is_full(answer: Response, files: int = 2) -> bool:
    """Whether it was refused, and says how much there is."""
    refused = (answer.status_code, code(answer)) == (409, "quota_full")
    return refused and answer.json()["facts"]["used_files"] == files


def test_what_is_kept_is_within_the_quota_though_a_job_runs() -> None:
    """To the last byte and file; the room for deliveries does not count."""
    quota = Quota(bytes=BYTES, files=FILES, to_deliver=Amount(bytes=BYTES, files=FILES))
    quota.require_to_keep(Used(bytes=BYTES, files=FILES, working=True))
    for more in (Used(bytes=BYTES + 1, files=1), Used(bytes=1, files=FILES + 1)):
        with pytest.raises(QuotaFull, match="only deliver"):
            quota.require_to_keep(more.model_copy(update={"working": True}))


async def test_no_door_but_a_delivery_takes_more_than_the_quota(world: World) -> None:
    """Listings, entries, briefs and offers; what is refused can be delivered."""
    full = await Full.begin(world)
    contest = await (await Contesting.begin(world)).posted()
    named = {"files": [await full.one_more()]}
    offered = {"title": "Icons", "brief": "Blue", "price": sum_of(40_00), "days": 7}
    doors = {
        "/v1/listings": LISTING,
        contest.at("entries"): {"note": "Nolte's"},
        "/v1/projects": PROJECT,
        "/v1/contests": CONTEST,
        "/v1/jobs": offered | {"freelancer": contest.client.id},
    }
    for path, body in doors.items():
        assert is_full(await full.person.post(path, body | named)), path
    await full.life.freelancer_does(c.Deliver, note="", **named)
    assert is_full(await full.person.post("/v1/listings", LISTING | named)), "it counts there"


async def test_what_goes_with_a_decision_is_within_the_quota_too(world: World) -> None:
    """A party's evidence; the same statement without it is taken."""
    full = await Full.begin(world, await (await Life.begin(world)).in_mediation())
    file, kind = await full.one_more(), c.AddStatement
    assert is_full(await full.life.asks(Role.FREELANCER, kind, files=[file]))
    assert (await full.life.asks(Role.FREELANCER, kind)).status_code == 200


async def test_a_listing_is_edited_by_who_has_more_than_the_quota(world: World) -> None:
    """Its words and price; files are added when there is room again."""
    full = await Full.begin(world)
    spare = await full.one_more()
    own = [one["id"] for one in full.listing["files"]]
    path = f"/v1/listings/{full.listing['id']}"
    cheaper = LISTING | {"price": sum_of(10_00), "files": own, "version": 1}
    assert (await full.person.put(path, cheaper)).status_code == 200
    more = cheaper | {"files": [*own, spare], "version": 2}
    assert is_full(await full.person.put(path, more))
    assert (await full.person.put(path, more | {"files": [spare]})).status_code == 409
    assert (await full.person.get(path)).json()["version"] == 2


async def test_the_quota_binds_whoever_has_a_job(world: World) -> None:
    """Again and again a file and a listing: no more than the quota, and one to deliver."""
    life = await (await Life.begin(world)).in_progress()
    listed = []
    for n in range(FILES + 3):
        stored = await life.freelancer.upload(b"%d" % n * 10)
        if stored.status_code != 201:
            break
        body = LISTING | {"files": [stored.json()["id"]]}
        listed.append((await life.freelancer.post("/v1/listings", body)).status_code)
    assert listed == [201] * FILES + [409]
    assert is_full(stored, FILES + 1)


async def test_what_was_delivered_and_is_offered_too_counts(world: World) -> None:
    """Whoever delivers first stores no more in listings for that."""
    life = await (await Life.begin(world)).in_progress()
    answers = []
    for size in (BYTES, TO_DELIVER):
        file = await uploaded(life.freelancer, b"z" * size)
        await life.freelancer_does(c.Deliver, note="", files=[file])
        answers.append(await life.freelancer.post("/v1/listings", LISTING | {"files": [file]}))
    assert answers[0].status_code == 201 and is_full(answers[1])
