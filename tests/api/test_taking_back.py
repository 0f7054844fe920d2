"""A file that was handed over nowhere is its owner's to delete, and what is used stays."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import Connection, Engine, event, text

from domain import commands as c
from domain.cases import Role
from ledger import collecting, files
from ledger.ids import fresh
from tests.api.cases import open_case
from tests.api.parts import announced, completed, kept, sent
from tests.api.people import Person, code, signup
from tests.api.test_collecting import DECIDES, uploaded
from tests.life import Life, eventually
from tests.market.selling import Shop
from tests.world import World


@pytest.fixture
async def ana(http: AsyncClient) -> Person:
    return await signup(http)


def used_by(answer: Response) -> list[str]:
    """What the refusal says the file is kept by."""
    assert (answer.status_code, code(answer)) == (409, "file_in_use"), answer.text
    said: list[str] = answer.json()["facts"]["kept_by"]
    assert all(one in answer.json()["detail"] for one in said)
    return said


async def test_an_unused_file_goes_with_its_bytes(ana: Person, uploads: Path) -> None:
    """At once and for good; another's, and one that is gone already, is not found."""
    other, before = await uploaded(ana, b"other"), kept(uploads)
    mine = await uploaded(ana)
    stranger = await signup(ana.http, "Eve")
    assert (await stranger.delete(f"/v1/files/{mine}")).status_code == 404
    assert (await ana.delete(f"/v1/files/{mine}")).status_code == 204
    assert [(await ana.get(f"/v1/files/{one}")).status_code for one in (mine, other)] == [404, 200]
    assert kept(uploads) == before
    assert (await ana.delete(f"/v1/files/{mine}")).status_code == 404


async def test_one_that_came_in_parts_goes_with_its_upload(ana: Person, uploads: Path) -> None:
    """Nothing of it is left to be put together again."""
    before, upload = kept(uploads), await announced(ana, b"12")
    await sent(ana, upload, 1, b"12")
    file = (await completed(ana, upload)).json()["id"]
    assert (await ana.delete(f"/v1/files/{file}")).status_code == 204
    assert (await completed(ana, upload)).status_code == 404
    assert kept(uploads) == before


async def test_what_is_used_stays_and_the_refusal_says_by_what(world: World) -> None:
    """A listing, a case: whoever looked at it, too; taken out of the draft, it may go."""
    shop = await Shop.begin(world)
    draft = await shop.written(files=[file := await shop.file()])
    assert used_by(await shop.seller.delete(f"/v1/files/{file}")) == ["a listing"]
    await shop.edits(draft, files=[await shop.file()])
    assert (await shop.seller.delete(f"/v1/files/{file}")).status_code == 204
    bought = await shop.bought()
    delivered = (await shop.shown())["files"][0]["id"]
    assert (await bought.client.get(f"/v1/files/{delivered}")).status_code == 200
    refused = used_by(await shop.seller.delete(f"/v1/files/{delivered}"))
    assert set(refused) == {"a case", "a listing", "an access log"}
    assert (await bought.client.get(f"/v1/files/{delivered}")).status_code == 200


async def test_a_decision_without_outcome_may_be_handing_it_over(app: FastAPI, ana: Person) -> None:
    """It is the last word; when it has been decided, the file may go."""
    bob = await signup(ana.http)
    file, job = await uploaded(ana), await open_case(app, bob.id, ana.id)
    async with app.state.engine.begin() as c:
        row = {"id": fresh("instruction"), "who": ana.id, "case": job}
        await c.execute(text(DECIDES), row)
    said = used_by(await ana.delete(f"/v1/files/{file}"))
    assert said == ["a decision of yours without outcome"]


async def test_whoever_hands_it_over_is_waited_for(app: FastAPI, ana: Person) -> None:
    """What they committed is seen, though it was not there when the deletion was asked for."""
    bob = await signup(ana.http)
    file, job = await uploaded(ana), await open_case(app, bob.id, ana.id)
    async with app.state.engine.begin() as c:
        await files.hand_over(c, [file], ana.id, job, job)
        deleting = asyncio.create_task(ana.delete(f"/v1/files/{file}"))
        await eventually(lambda: _waits(app))
        assert not deleting.done()
    assert used_by(await deleting) == ["a case"]
    assert (await ana.get(f"/v1/files/{file}")).status_code == 200


@contextmanager
def deleted_meanwhile(app: FastAPI, file: str) -> Iterator[None]:
    """The file goes, with its bytes, as soon as it was found."""
    engine: Engine = app.state.engine.sync_engine

    def goes(connection: Connection) -> None:
        gone = text("delete from file where id = :file returning key")
        for key in connection.scalars(gone, {"file": file}):
            (Path(app.state.files.prefix) / key).unlink()

    event.listen(engine, "commit", goes)
    try:
        yield
    finally:
        event.remove(engine, "commit", goes)


@pytest.mark.parametrize("what", ["", "/preview"])
async def test_whoever_looks_while_it_goes_does_not_find_it(
    app: FastAPI, ana: Person, what: str
) -> None:
    """Found a moment before, it is gone when its bytes are read: as a moment later, 404."""
    file = await uploaded(ana)
    with deleted_meanwhile(app, file):
        looked = await ana.get(f"/v1/files/{file}{what}")
    assert (looked.status_code, code(looked)) == (404, "not_found")


async def _waits(app: FastAPI) -> bool:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    async with app.state.engine.connect() as c:
        return bool(await c.scalar(text(waiting)))


async def test_deleted_and_delivered_at_once_it_is_delivered_or_refused(
    world: World, life: Life
) -> None:
    """Again and again: what is in the case can be read, and what is gone is in none."""
    await life.in_progress()
    for n in range(6):
        file = await uploaded(life.freelancer, b"%d" % n)
        asked = life.asks(Role.FREELANCER, c.Deliver, note="", files=[file])
        delivered, deleted = await asyncio.gather(
            asked, life.freelancer.delete(f"/v1/files/{file}")
        )
        if delivered.status_code == 200:
            used_by(deleted)
            assert (await life.client.get(f"/v1/files/{file}")).content == b"%d" % n
            await life.client_does(c.RequestRevision)
        else:
            assert code(delivered) == "unknown_reference"
            assert deleted.status_code == 204


def test_every_use_has_a_word_for_people() -> None:
    """A table that is added, and refers to files, says what it is to people."""
    assert {column.table.name for column in collecting.USES} == set(collecting.SAID)


@pytest.mark.parametrize("file", ["file_" + "x" * 26, "nonsense"])
async def test_what_never_was_is_not_found(ana: Person, file: str) -> None:
    """A name of nothing, and what is no name."""
    assert (await ana.delete(f"/v1/files/{file}")).status_code in (404, 422)
