"""What nobody needs is collected, and what somebody is handing over never is."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import obstore
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from obstore.exceptions import GenericError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

import metrics
from activities.collector import AGAIN_AFTER_S, FEW, Collector
from api.main import create
from domain import commands as c
from domain.access import HandedAs
from domain.cases import Role
from ledger import all_tables, collecting, files
from ledger.ids import fresh
from settings import Settings
from tests.api.cases import hand_over, open_case
from tests.api.parts import announced, completed, kept, sent
from tests.api.people import Person, code, signup
from tests.life import Life, eventually
from tests.world import World

OLD, NOW = timedelta(days=30), partial(datetime.now, UTC)
AGED = "update file set created_at = now() - interval '31 days' where id = :id"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def ours(api_settings: Settings, folder: Path) -> AsyncIterator[FastAPI]:
    """An API with a store of its own."""
    app = create(api_settings.model_copy(update={"files_url": folder.as_uri()}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def ana(ours: FastAPI) -> AsyncIterator[Person]:
    async with AsyncClient(transport=ASGITransport(ours), base_url="http://api.test") as http:
        yield await signup(http)


@pytest.fixture
def collector(ours: FastAPI) -> Collector:
    return Collector(ours.state.engine, ours.state.files, OLD)


async def uploaded(person: Person, content: bytes = b"content") -> str:
    return str((await person.upload(content)).json()["id"])


async def expired(app: FastAPI, person: Person) -> None:
    """An upload with a part, that did not become whole in time."""
    await sent(person, upload := await announced(person, b"12"), 1, b"12")
    async with app.state.engine.begin() as c:
        over = text("update upload set expires_at = now() where id = :id")
        await c.execute(over, {"id": upload})


async def aged(app: FastAPI, file: str) -> str:
    """The file, sent a month ago."""
    async with app.state.engine.begin() as c:
        await c.execute(text(AGED), {"id": file})
    return file


async def test_an_old_file_that_was_handed_over_nowhere_goes(
    ours: FastAPI, ana: Person, collector: Collector, folder: Path
) -> None:
    """With its bytes; a new one stays, and so does one of a case, for ever."""
    old, new, handed = [await uploaded(ana, b"%d" % n) for n in range(3)]
    bob = await signup(ana.http)
    job = await open_case(ours, ana.id, bob.id)
    await hand_over(ours, job, handed, HandedAs.DELIVERY)
    for one in (old, handed):
        await aged(ours, one)
    assert await collector.files() == 1
    assert (await ana.get(f"/v1/files/{old}")).status_code == 404
    assert (await ana.get(f"/v1/files/{new}")).content == b"1"
    assert (await bob.get(f"/v1/files/{handed}")).content == b"2"
    assert len(kept(folder)) == 2
    assert await collector.files() == 0


def test_whatever_refers_to_a_file_keeps_it() -> None:
    """Each column of the schema that does is asked, those of tables to come too."""
    asked = {str(column) for column in collecting.REFERENCES}
    assert asked >= {"attachment.file_id", "tax_form.file_id", "outside_line.file_id"}
    named = {str(c) for t in all_tables.metadata.sorted_tables for c in t.c if c.name == "key"}
    stored = {str(column) for column in collecting.KEYS}
    assert stored == {"file.key", "upload_part.key"}
    assert named - stored == {"outside_line.key", "difference.key"}


async def test_a_file_that_is_being_handed_over_is_passed_by(
    ours: FastAPI, ana: Person, collector: Collector
) -> None:
    """Whoever hands it over holds its row; nobody waits for them, and the file stays."""
    file = await aged(ours, await uploaded(ana))
    async with ours.state.engine.begin() as c:
        await files.require_owned(c, [file], ana.id)
        assert await collector.files() == 0
    assert await collector.files() == 1


@dataclass
class Between:
    """A connection on which something happens after the first statement."""

    c: AsyncConnection
    act: Callable[[], Awaitable[object]]

    async def scalars(self, query: Any) -> Any:
        found = await self.c.scalars(query)
        await self.act()
        self.act = partial(asyncio.sleep, 0)
        return found


async def test_a_decision_that_is_committed_between_the_two_looks_counts(
    ours: FastAPI, ana: Person, collector: Collector
) -> None:
    """What was seen before the rows were locked may be out of date; it is looked at again."""
    bob = await signup(ana.http)
    file, job = await aged(ours, await uploaded(ana)), await open_case(ours, bob.id, ana.id)

    async def decides() -> None:
        async with ours.state.engine.begin() as c:
            row = {"id": fresh("instruction"), "who": ana.id, "case": job}
            await c.execute(text(DECIDES), row)

    async with ours.state.engine.begin() as c:
        between = cast(AsyncConnection, Between(c, decides))
        assert await collecting.unreferenced(between, OLD, 10) == []
    assert (await ana.get(f"/v1/files/{file}")).status_code == 200
    assert await collector.files() == 0
    async with ours.state.engine.begin() as c:
        decided = "update instruction set outcome = '{}', decided_at = now() where caller_id = :who"
        await c.execute(text(decided), {"who": ana.id})
    assert await collector.files() == 1


async def test_a_file_that_goes_while_it_is_handed_over_is_in_the_case_or_refused(
    world: World, life: Life
) -> None:
    """Collected and delivered at once, again and again: what is delivered can be read."""
    collector = Collector(world.engine, world.app.state.files, OLD)
    await life.in_progress()
    for n in range(6):
        file = await aged(world.app, await uploaded(life.freelancer, b"%d" % n))
        asked = life.asks(Role.FREELANCER, c.Deliver, note="", files=[file])
        answer, _ = await asyncio.gather(asked, collector.files())
        if answer.status_code == 200:
            assert (await life.client.get(f"/v1/files/{file}")).content == b"%d" % n
            await life.client_does(c.RequestRevision)
        else:
            assert code(answer) == "unknown_reference"
            assert (await life.freelancer.get(f"/v1/files/{file}")).status_code == 404


async def test_an_upload_that_expired_goes_with_its_parts(
    ours: FastAPI, ana: Person, collector: Collector, folder: Path
) -> None:
    """One that still may become whole stays, and so does the file one has become."""
    over, open_, done = [await announced(ana, b"12") for _ in range(3)]
    for upload in (over, open_, done):
        await sent(ana, upload, 1, b"12")
    file = (await completed(ana, done)).json()["id"]
    async with ours.state.engine.begin() as c:
        query = "update upload set expires_at = now() where id in (:over, :done)"
        await c.execute(text(query), {"over": over, "done": done})
    assert await collector.uploads() == 1
    assert (await ana.get(f"/v1/uploads/{over}")).status_code == 404
    assert (await completed(ana, open_)).status_code == 201
    assert (await ana.get(f"/v1/files/{file}")).content == b"12"
    assert len(kept(folder)) == 2


async def test_bytes_without_a_row_go_after_a_day(
    ana: Person, collector: Collector, folder: Path
) -> None:
    """What is recorded stays, whatever is not ours is left alone, and so is what is arriving."""
    await uploaded(ana)
    await sent(ana, await announced(ana, b"12"), 1, b"1")
    recorded = kept(folder)
    left, staged, foreign = "0" * 32, f"{'1' * 32}#1", "lost+found.txt"
    for name in (left, staged, foreign):
        (folder / name).write_text("x")
    assert await collector.unrecorded(NOW()) == 0
    assert kept(folder) == recorded | {left, staged, foreign}
    assert await collector.unrecorded(NOW() + timedelta(hours=25)) == 1
    assert kept(folder) == recorded | {foreign}


async def test_the_store_of_other_books_is_left_alone(
    ana: Person, collector: Collector, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When most of it is unknown the address is wrong, or the books: nothing is deleted."""
    await uploaded(ana)
    for n in range(FEW + 1):
        (folder / f"{n:032x}").write_text("theirs")
    before = kept(folder)
    assert await collector.unrecorded(NOW() + timedelta(days=2)) == 0
    assert kept(folder) == before
    assert "not of these books" in capsys.readouterr().out
    (folder / f"{0:032x}").unlink()
    assert await collector.unrecorded(NOW() + timedelta(days=2)) == FEW


async def test_the_collector_is_a_loop(
    ours: FastAPI, ana: Person, collector: Collector, folder: Path
) -> None:
    """It does all of it: expired uploads, unreferenced files, bytes without a row, counted."""
    counted = partial(metrics.REGISTRY.get_sample_value, "peerok_collected_total")
    before = {what: counted({"what": what}) or 0 for what in COLLECTED}
    await aged(ours, await uploaded(ana))
    abandoned = folder / ("0" * 32)
    abandoned.write_text("x")
    yesterday = time.time() - timedelta(hours=25).total_seconds()
    os.utime(abandoned, (yesterday, yesterday))
    running = asyncio.create_task(collector.run())
    try:
        await eventually(partial(nothing_is_left, folder))
    finally:
        running.cancel()
    assert not kept(folder)
    assert {what: (counted({"what": what}) or 0) - before[what] for what in COLLECTED} == COLLECTED


async def test_one_look_takes_no_more_than_so_much(
    ours: FastAPI, ana: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is for the next one, at once, so that expired uploads come between."""
    monkeypatch.setattr("activities.collector.BATCH", 2)
    monkeypatch.setattr("activities.collector.MOST_BATCHES", 2)
    for n in range(7):
        await aged(ours, await uploaded(ana, b"%d" % n))
    collector = Collector(ours.state.engine, ours.state.files, OLD)
    assert [await collector.look() for _ in range(3)] == [4, 3, 0]
    assert not kept(folder)


async def test_a_store_that_cannot_be_listed_is_not_listed_at_every_look(
    ours: FastAPI, ana: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the next try expired uploads go as ever; then it is listed again, once for long."""
    listings, lists = 0, obstore.list
    collector = Collector(ours.state.engine, ours.state.files, OLD)

    def ends_badly(store: Any) -> Any:
        nonlocal listings
        listings += 1
        raise GenericError("connection reset")

    with monkeypatch.context() as broken:
        broken.setattr(obstore, "list", ends_badly)
        with pytest.raises(GenericError):
            await collector.look()
        await expired(ours, ana)
        assert [await collector.look() for _ in range(2)] == [1, 0]
        assert listings == 1 and not kept(folder) and collector.fails
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + AGAIN_AFTER_S)
        broken.setattr("activities.collector.time", later)
        with pytest.raises(GenericError):
            await collector.look()
        assert listings == 2
        broken.setattr(obstore, "list", lists)
        later.monotonic = lambda: time.monotonic() + 2 * AGAIN_AFTER_S
        assert await collector.look() == 0
        assert not collector.fails


async def test_while_listing_fails_nobody_is_told_that_all_was_looked_at(
    ours: FastAPI, ana: Person, collector: Collector, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expired uploads go at every look; the alert sees when everything was looked at."""
    told_at = metrics.REGISTRY.get_sample_value("peerok_collected_timestamp_seconds")

    def ends_badly(store: Any) -> Any:
        raise GenericError("connection reset")

    monkeypatch.setattr(obstore, "list", ends_badly)
    monkeypatch.setattr("activities.collector.PAUSE_S", 0.01)
    running = asyncio.create_task(collector.run())
    try:
        for _ in range(2):
            await expired(ours, ana)
            await eventually(partial(nothing_is_left, folder))
    finally:
        running.cancel()
    assert collector.fails
    assert metrics.REGISTRY.get_sample_value("peerok_collected_timestamp_seconds") == told_at


COLLECTED = {"expired uploads": 0, "unreferenced files": 1, "unrecorded bytes": 1}
"""How many objects go in the test of the loop."""


async def nothing_is_left(folder: Path) -> bool:
    return not kept(folder)


DECIDES = """
    insert into instruction (id, caller_id, idempotency_key, request_hash, case_id, role, command,
                             body)
    values (:id, :who, :id, '', :case, 'freelancer', 'deliver', '{}')
"""
