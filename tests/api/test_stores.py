"""Files in an S3-compatible store: another's server, or the one PEEROK_TEST_S3 names."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from obstore.store import LocalStore, S3Store
from pydantic import SecretStr

from activities.collector import FEW, Collector
from api.main import create
from api.stores import open_store
from local.places import free_ports
from settings import Settings
from tests.api.parts import announced, completed, sent, sha256
from tests.api.people import Person, code, signup
from tests.other_programs import built, running

MODULE, VERSION = "github.com/versity/versitygw/cmd/versitygw", "v1.8.0"
ACCESS_KEY = {"ROOT_ACCESS_KEY": "test", "ROOT_SECRET_KEY": "test"}
CONTENT = bytes(range(256)) * 4096 * 11
"""Longer than one piece of what the store takes in pieces."""


def in_bucket(settings: Settings, endpoint: str, url: str) -> Settings:
    """These settings, with a store that is reached by HTTP."""
    keys = {"files_access_key_id": os.environ.get("AWS_ACCESS_KEY_ID", "test")}
    secret = SecretStr(os.environ.get("AWS_SECRET_ACCESS_KEY", "test"))
    where = {"files_url": url, "files_endpoint": endpoint, "files_region": "us-east-1"}
    return settings.model_copy(update={**keys, **where, "files_secret_access_key": secret})


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[FastAPI, Person]]:
    """An API with this store, and somebody who is signed in."""
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
    ):
        yield app, await signup(http)


async def test_a_store_that_is_away_is_an_outage(api_settings: Settings) -> None:
    """503 asks to try again, up and down, and nothing is recorded."""
    away = in_bucket(api_settings, "http://127.0.0.1:1", "s3://bucket/prefix")
    async with serving(away) as (app, ana):
        assert isinstance(app.state.files, S3Store)
        answer = await ana.upload(b"x")
        assert (answer.status_code, code(answer)) == (503, "unavailable")
        upload = await announced(ana, b"x")
        assert code(await sent(ana, upload, 1, b"x")) == "unavailable"
        app.state.files = LocalStore()
        assert (await ana.get(f"/v1/uploads/{upload}")).json()["parts"] == []


@pytest.mark.parametrize(
    "url", ["", "/var/files", "ftp://host/files", "s3:///prefix", "memory:///"]
)
def test_a_store_that_is_none_stops_the_start(api_settings: Settings, url: str) -> None:
    """Files that only this process can see would be lost."""
    with pytest.raises(ValueError, match="PEEROK_FILES_URL"):
        open_store(api_settings.model_copy(update={"files_url": url}))


def test_a_folder_is_made_for_its_owner_alone(api_settings: Settings, tmp_path: Path) -> None:
    """With whatever its name has in it."""
    folder = tmp_path / "a folder" / "files"
    open_store(api_settings.model_copy(update={"files_url": folder.as_uri()}))
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bucket at a server that speaks S3."""
    if given := os.environ.get("PEEROK_TEST_S3"):
        yield given
        return
    folder, [port] = tmp_path_factory.mktemp("s3"), free_ports(1)
    (folder / "store" / "bucket").mkdir(parents=True)
    (folder / "attributes").mkdir()
    where = ["posix", "--sidecar", str(folder / "attributes"), str(folder / "store")]
    command = [str(built(MODULE, VERSION)), "--port", f"127.0.0.1:{port}", *where]
    with running(command, folder / "log", port, ACCESS_KEY):
        yield f"http://127.0.0.1:{port}/bucket"


@pytest.fixture
async def real(api_settings: Settings, bucket: str) -> AsyncIterator[tuple[FastAPI, Person]]:
    """An API whose files are in the real store, under a prefix of their own."""
    there = urlsplit(bucket)
    prefix = f"s3:/{there.path}/{datetime.now(UTC):%H%M%S%f}"
    endpoint = f"{there.scheme}://{there.netloc}"
    async with serving(in_bucket(api_settings, endpoint, prefix)) as opened:
        yield opened


async def keys(app: FastAPI) -> set[str]:
    """What is in the store."""
    return {one["path"] async for listed in obstore.list(app.state.files) for one in listed}


async def test_a_bucket_is_as_good_as_a_folder(real: tuple[FastAPI, Person]) -> None:
    """Up, down, a range, and nothing is left of what was refused."""
    app, ana = real
    made = await ana.upload(CONTENT)
    assert made.json()["sha256"] == sha256(CONTENT)
    path = f"/v1/files/{made.json()['id']}"
    assert (await ana.get(path)).content == CONTENT
    headers = ana.headers() | {"Range": "bytes=5-9"}
    part = await ana.http.get(path, headers=headers)
    assert (part.status_code, part.content) == (206, CONTENT[5:10])
    assert (await ana.upload(CONTENT, {"X-Content-SHA256": "0" * 64})).status_code == 422
    assert len(await keys(app)) == 1


async def test_parts_in_a_bucket_become_one_file(real: tuple[FastAPI, Person]) -> None:
    """They are objects of their own until then, and gone afterwards."""
    app, ana = real
    upload = await announced(ana, CONTENT)
    for number, start in ((2, 6_000_000), (1, 0)):
        piece = CONTENT[start : start + 6_000_000]
        assert (await sent(ana, upload, number, piece)).status_code == 200
    assert len(await keys(app)) == 2
    made = await completed(ana, upload)
    assert (await ana.get(f"/v1/files/{made.json()['id']}")).content == CONTENT
    assert len(await keys(app)) == 1


async def test_what_is_nobody_s_is_collected_from_a_bucket(real: tuple[FastAPI, Person]) -> None:
    """By their age as the store tells it."""
    app, ana = real
    await ana.upload(b"x")
    recorded, left = await keys(app), {f"{n:032x}" for n in range(FEW)}
    for key in left:
        await obstore.put_async(app.state.files, key, b"left")
    collector = Collector(app.state.engine, app.state.files, timedelta(days=30))
    assert await collector.unrecorded(datetime.now(UTC)) == 0
    assert await keys(app) == recorded | left
    assert await collector.unrecorded(datetime.now(UTC) + timedelta(days=2)) == FEW
    assert await keys(app) == recorded
