"""All files of a delivery as one ZIP, for exactly those who may read each of them."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from obstore.store import LocalStore

from api.zips import distinct, zipped
from domain import commands as c
from tests.api.people import Person, code
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World

WORK = {"logo.png": b"\x89PNG\r\n\x1a\n" + bytes(200_000), "lies mich ü.txt": b"gr\xc3\xbcn"}


async def delivered(life: Life, *named: tuple[str, bytes]) -> dict[str, Any]:
    """The job after a delivery of these."""
    files = [
        (await life.freelancer.upload(content, {"X-File-Name": quote(name)}))
        for name, content in named
    ]
    ids = [answer.json()["id"] for answer in files]
    return await life.freelancer_does(c.Deliver, note="here", files=ids)


def path(shown: dict[str, Any], number: int = -1) -> str:
    """Where a delivery's ZIP is."""
    return f"/v1/jobs/{shown['id']}/deliveries/{shown['deliveries'][number]['id']}/zip"


def unpacked(content: bytes) -> dict[str, bytes]:
    """What is in it; every checksum is right."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


async def test_a_delivery_is_downloaded_as_one(life: Life) -> None:
    """Every file under its name, as it was; the second version is another ZIP."""
    await life.in_progress()
    await delivered(life, *WORK.items())
    await life.client_does(c.RequestRevision)
    shown = await delivered(life, ("logo.png", b"better"))
    first = await life.client.get(path(shown, 0))
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/zip"
    assert first.headers["content-disposition"] == "attachment; filename*=UTF-8''delivery-1.zip"
    assert "sandbox" in first.headers["content-security-policy"]
    assert unpacked(first.content) == WORK
    second = await life.freelancer.get(path(shown, 1))
    assert unpacked(second.content) == {"logo.png": b"better"}


async def test_files_with_one_name_are_all_in_it(life: Life) -> None:
    """Nothing is unpacked over something else."""
    await life.in_progress()
    names = ["a.txt", "A.TXT", "a (2).txt", "a.txt"]
    shown = await delivered(life, *((name, b"%d" % n) for n, name in enumerate(names)))
    packed = unpacked((await life.client.get(path(shown))).content)
    assert sorted(packed.values()) == [b"0", b"1", b"2", b"3"]
    assert len({name.lower() for name in packed}) == 4


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        ([".env", ".env"], [".env", ".env (2)"]),
        (["a.tar.gz", "a.tar.gz"], ["a.tar.gz", "a.tar (2).gz"]),
        (["ü", "u\u0308"], ["ü", "u\u0308 (2)"]),
        (["a.x", "a (2).x", "A.x"], ["a.x", "a (2).x", "A (3).x"]),
    ],
)
def test_a_name_that_was_there_gets_a_number(names: list[str], expected: list[str]) -> None:
    """Before its suffix, and one that is free."""
    assert distinct(names) == expected


async def test_only_those_who_may_read_the_files_get_it(world: World, life: Life) -> None:
    """The parties and staff; a stranger learns nothing, and a refunded client gets none."""
    await life.in_progress()
    shown = await delivered(life, *WORK.items())
    stranger, mediator = await world.person("stranger"), next(iter(world.house.mediators.values()))
    for person in (life.client, life.freelancer, world.house.staff):
        assert (await person.get(path(shown))).status_code == 200
    for person in (stranger, mediator):
        await finds_nothing(person, path(shown))
    await life.freelancer_does(c.Resign)
    await finds_nothing(life.client, path(shown))
    assert unpacked((await life.freelancer.get(path(shown))).content) == WORK


async def looked_at(life: Life) -> set[tuple[str, str | None]]:
    """As whom somebody looked at a file of the job, and at which, as its client reads it."""
    got = await life.client.get(f"/v1/jobs/{life.job_id}/access-log")
    return {(one["role"], one["file_name"]) for one in got.json()["items"] if one["file_name"]}


async def test_a_zip_is_a_look_at_each_of_its_files_in_every_case(world: World, life: Life) -> None:
    """A file that two jobs have: staff who take one job's ZIP are in both logs, a client in one."""
    await life.in_progress()
    client = await world.person("client", credits_minor=200_00)
    other = await Life(world, client, life.freelancer).in_progress()
    ids = [(await life.freelancer.upload(one)).json()["id"] for one in (b"both", b"only here")]
    shown = await life.freelancer_does(c.Deliver, note="", files=ids)
    theirs = await other.freelancer_does(c.Deliver, note="", files=ids[:1])
    assert (await other.client.get(path(theirs))).status_code == 200
    assert (await life.freelancer.get(path(shown))).status_code == 200
    assert await looked_at(life) == set()
    assert await looked_at(other) == {("client", "work.txt")}
    assert (await world.house.staff.get(path(shown))).status_code == 200
    assert await looked_at(life) == {("staff", "work.txt")}
    assert await looked_at(other) == {("client", "work.txt"), ("staff", "work.txt")}
    query = "select distinct file_id from case_access where case_id = :j and file_id is not null"
    assert {row.file_id for row in await rows(world, query, j=life.job_id)} == set(ids)


async def test_what_is_no_delivery_of_this_job_is_not_found(world: World, life: Life) -> None:
    """Another job's, one without files, one that never was."""
    await life.in_progress()
    shown = await delivered(life)
    other = await (await Life.begin(world)).in_progress()
    theirs = await delivered(other, *WORK.items())
    await finds_nothing(life.client, path(shown))
    strange = f"/v1/jobs/{life.job_id}/deliveries/{theirs['deliveries'][0]['id']}/zip"
    await finds_nothing(life.client, strange)
    for name in ("delivery_01m83y1rnyet7bmhrbttj3yvdx", "x", "%00"):
        await finds_nothing(life.client, f"/v1/jobs/{life.job_id}/deliveries/{name}/zip")
    assert (await world.http.get(path(theirs))).status_code == 401


async def test_a_zip_that_cannot_begin_is_an_outage(world: World, life: Life) -> None:
    """The store has lost the file: 503, not half an answer."""
    await life.in_progress()
    shown = await delivered(life, ("gone.txt", b"gone"))
    lose(world, b"gone")
    answer = await life.client.get(path(shown))
    assert (answer.status_code, code(answer)) == (503, "unavailable")


async def test_a_zip_needs_no_more_memory_than_a_piece(tmp_path: Path) -> None:
    """What is yielded at once is small, however long the file."""
    content = bytes(range(256)) * 4096 * 20
    (tmp_path / "key").write_bytes(content)
    file = {"name": "a", "key": "key", "size": len(content), "created_at": datetime.now(UTC)}
    chunks = [chunk async for chunk in pieces_of(tmp_path, file)]
    assert max(map(len, chunks)) < 2**20
    assert unpacked(b"".join(chunks)) == {"a": content}


def lose(world: World, content: bytes) -> None:
    """What lies there with this content is there no more."""
    folder = Path(str(world.app.state.files.prefix))
    [lost] = [one for one in folder.iterdir() if one.read_bytes() == content]
    lost.unlink()


async def pieces_of(folder: Path, *files: dict[str, Any]) -> AsyncIterator[bytes]:
    """The ZIP of files in a folder."""
    async for chunk in zipped(LocalStore(folder), files):
        yield chunk


async def finds_nothing(person: Person, where: str) -> None:
    answer = await person.get(where)
    assert (answer.status_code, code(answer)) == (404, "not_found")
