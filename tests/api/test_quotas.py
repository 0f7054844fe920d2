"""One person stores so much and no more, however they send it, and however much of it at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from activities.collector import Collector
from api.main import create
from domain import commands as c
from domain.errors import QuotaFull
from domain.quota import Amount, Quota, Used
from settings import Settings
from tests.api.parts import announced, completed, kept, sent
from tests.api.people import Person, code, new_key, signup
from tests.api.test_collecting import aged
from tests.deposits.remitting import sum_of
from tests.life import Life
from tests.market.selling import LISTED
from tests.world import World

BYTES, FILES, TO_DELIVER = 10_000, 4, 3_000
NARROW = {
    "person_bytes": BYTES,
    "person_files": FILES,
    "delivery_bytes": TO_DELIVER,
    "delivery_files": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def narrow(api_settings: Settings, folder: Path) -> AsyncIterator[FastAPI]:
    """An API with little room for each person, and a store of its own."""
    app = create(api_settings.model_copy(update=NARROW | {"files_url": folder.as_uri()}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def ana(narrow: FastAPI) -> AsyncIterator[Person]:
    async with AsyncClient(transport=ASGITransport(narrow), base_url="http://api.test") as http:
        yield await signup(http)


def full(answer: Response) -> tuple[int, int]:
    """Bytes and files that are stored already, as the refusal says."""
    assert (answer.status_code, code(answer)) == (409, "quota_full")
    facts = answer.json()["facts"]
    assert (facts["most_bytes"], facts["most_files"]) == (BYTES, FILES)
    return facts["used_bytes"], facts["used_files"]


@pytest.mark.parametrize(
    ("used", "more", "fits"),
    [
        ((0, 0), (BYTES, 1), True),
        ((1, 1), (BYTES, 1), False),
        ((0, FILES), (0, 1), False),
        ((BYTES, FILES), (0, 0), True),
        ((BYTES + 1, 1), (0, 0), False),
    ],
)
def test_a_quota_counts_bytes_and_files(
    used: tuple[int, int], more: tuple[int, int], fits: bool
) -> None:
    """To the last byte; what was stored before a quota became smaller stays, nothing is added."""
    quota, there = Quota(bytes=BYTES, files=FILES), Used(bytes=used[0], files=used[1])
    if fits:
        quota.require(there, *more)
        return
    with pytest.raises(QuotaFull) as refused:
        quota.require(there, *more)
    assert refused.value.facts["used_bytes"] == used[0]


async def test_what_is_full_takes_no_more(ana: Person, folder: Path) -> None:
    """By bytes and by number, with the numbers; what fits to the byte is stored."""
    assert (await ana.upload(b"x" * 6_000)).status_code == 201
    before = kept(folder)
    assert full(await ana.upload(b"x" * 4_001)) == (6_000, 1)
    assert kept(folder) == before
    assert (await ana.upload(b"x" * 3_998)).status_code == 201
    for _ in range(FILES - 2):
        assert (await ana.upload(b"x")).status_code == 201
    assert full(await ana.upload(b"x")) == (BYTES, FILES)
    answer = await ana.post("/v1/uploads", {"name": "a", "size": 1})
    assert full(answer) == (BYTES, FILES)


async def test_what_is_too_much_is_refused_before_it_has_come(ana: Person, folder: Path) -> None:
    """At once when its length is announced, else as soon as it is too long."""
    arrived = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal arrived
        for _ in range(100):
            arrived += 1_000
            yield b"x" * 1_000

    headers = {"Content-Length": "100000"}
    assert full(await ana.upload(pieces(), headers)) == (0, 0)
    assert arrived <= 1_000
    assert full(await ana.upload(pieces())) == (0, 0)
    assert arrived <= BYTES + 3_000
    assert not kept(folder)


async def test_what_is_announced_counts_until_it_is_given_up(ana: Person) -> None:
    """Whoever begins an upload has room for it; a file it has become counts once."""
    upload = await announced(ana, b"x" * 6_000)
    assert full(await ana.upload(b"x" * 4_001)) == (6_000, 1)
    assert full(await ana.post("/v1/uploads", {"name": "a", "size": 4_001})) == (6_000, 1)
    await ana.delete(f"/v1/uploads/{upload}")
    upload = await announced(ana, b"x" * BYTES)
    assert (await sent(ana, upload, 1, b"x" * BYTES)).status_code == 200
    assert (await completed(ana, upload)).status_code == 201
    assert full(await ana.upload(b"x")) == (BYTES, 1)


async def test_two_uploads_at_once_are_not_both_the_last(ana: Person, folder: Path) -> None:
    """Each fits beside what was there when it began; one of them is recorded, and one kept."""
    answers = await asyncio.gather(*(ana.upload(b"x" * 6_000) for _ in range(5)))
    stored = [answer for answer in answers if answer.status_code == 201]
    assert len(stored) == 1
    assert {full(answer) for answer in answers if answer not in stored} <= {(6_000, 1), (0, 0)}
    assert len(kept(folder)) == 1
    body = {"name": "a", "size": 3_000}
    begun = await asyncio.gather(*(ana.post("/v1/uploads", body) for _ in range(5)))
    assert sorted(answer.status_code for answer in begun) == [201, 409, 409, 409, 409]


async def test_the_number_of_files_is_no_race_either(ana: Person) -> None:
    """So many at once, and not one more."""
    answers = await asyncio.gather(*(ana.upload(b"%d" % n) for n in range(FILES + 3)))
    assert [answer.status_code for answer in answers].count(201) == FILES


async def test_an_upload_that_was_refused_can_be_sent_again(ana: Person) -> None:
    """A refusal is no answer that is kept: under the same key it may fit later."""
    first = (await ana.post("/v1/uploads", {"name": "a", "size": BYTES})).json()["id"]
    key = new_key()
    assert full(await ana.upload(b"x", key=key)) == (BYTES, 1)
    await ana.delete(f"/v1/uploads/{first}")
    assert (await ana.upload(b"x", key=key)).status_code == 201


async def test_what_is_sent_again_needs_no_room_of_its_own(ana: Person, folder: Path) -> None:
    """The last that fitted, whose answer was lost: the same key finds it, and one copy is kept."""
    key = new_key()
    made = [await ana.upload(b"x" * BYTES, key=key) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert len(kept(folder)) == 1


async def test_everybody_has_a_quota_of_their_own(ana: Person) -> None:
    """Another's files take nobody's room."""
    assert (await ana.upload(b"x" * BYTES)).status_code == 201
    bob = await signup(ana.http, "Bob")
    assert (await bob.upload(b"x" * BYTES)).status_code == 201


@pytest.mark.parametrize(
    ("unused", "working", "fits"),
    [(0, True, True), (400, True, True), (401, True, False), (0, False, False)],
)
def test_whoever_has_a_job_to_do_has_room_to_deliver(
    unused: int, working: bool, fits: bool
) -> None:
    """So much that nothing refers to yet, however much they store; that they can delete."""
    quota = Quota(bytes=BYTES, files=FILES, to_deliver=Amount(bytes=500, files=2))
    loose = Amount(bytes=unused, files=1)
    used = Used(bytes=BYTES, files=FILES, unused=loose, working=working)
    if fits:
        quota.require(used, 100, 1)
        return
    with pytest.raises(QuotaFull) as refused:
        quota.require(used, 100, 1)
    assert refused.value.facts["unused_bytes"] == unused


async def test_a_quota_never_keeps_anybody_from_delivering(world: World, life: Life) -> None:
    """Full of what they cannot delete, a freelancer delivers again and again, and that is all."""
    narrow = create(world.settings.model_copy(update=NARROW))
    async with (
        narrow.router.lifespan_context(narrow),
        AsyncClient(transport=ASGITransport(narrow), base_url="http://api.test") as http,
    ):
        ana = replace(life.freelancer, http=http)
        file = (await ana.upload(b"x" * BYTES)).json()["id"]
        listed = await ana.post("/v1/listings", LISTED | {"price": sum_of(50_00), "files": [file]})
        assert listed.status_code == 201, listed.text
        assert full(await ana.upload(b"x")) == (BYTES, 1)
        await life.in_progress()
        for n in range(3):
            made = await ana.upload(b"%d" % n * TO_DELIVER)
            assert made.status_code == 201, made.text
            assert full(await ana.upload(b"x")) == (BYTES + TO_DELIVER, 2)
            await life.freelancer_does(c.Deliver, note="", files=[made.json()["id"]])
        spare = (await ana.upload(b"x" * TO_DELIVER)).json()["id"]
        assert (await ana.delete(f"/v1/files/{spare}")).status_code == 204
        assert (await ana.upload(b"y" * TO_DELIVER)).status_code == 201
        await life.client_does(c.Approve)
        assert full(await ana.upload(b"x")) == (BYTES + TO_DELIVER, 2)


async def test_what_is_deleted_makes_room(ana: Person) -> None:
    """A full store is emptied by its owner."""
    file = (await ana.upload(b"x" * BYTES)).json()["id"]
    assert full(await ana.upload(b"x")) == (BYTES, 1)
    assert (await ana.delete(f"/v1/files/{file}")).status_code == 204
    assert (await ana.upload(b"x" * BYTES)).status_code == 201


async def test_what_is_collected_makes_room(narrow: FastAPI, ana: Person) -> None:
    """A file nobody needs does not count when it is gone."""
    file = (await ana.upload(b"x" * BYTES)).json()["id"]
    await aged(narrow, file)
    await Collector(narrow.state.engine, narrow.state.files, timedelta(days=30)).files()
    assert (await ana.upload(b"x" * BYTES)).status_code == 201
