"""A link opens one file for its reader for a while, without a login, and nothing else."""

import logging
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from pydantic import SecretStr

from api.hiding import hidden, hide_secrets
from api.links import LinkKey, key_of
from api.main import create
from domain import commands as c
from settings import Settings
from tests.api.people import Person, code, signup
from tests.api.test_taking_back import deleted_meanwhile
from tests.life import Life
from tests.world import World

CONTENT = bytes(range(256)) * 8


async def uploaded(person: Person) -> str:
    return str((await person.upload(CONTENT)).json()["id"])


async def linked(person: Person, file: str) -> str:
    """The path of a link."""
    made = await person.post(f"/v1/files/{file}/link")
    assert made.status_code == 201, made.text
    return urlsplit(str(made.json()["url"])).path


def token(world: World, file: str, reader: str, expires: float) -> str:
    """What a link would end with, signed with the key of the world."""
    key = world.app.state.link_key
    assert isinstance(key, LinkKey)
    return key.token(file, reader, int(expires))


async def opened(world: World, path: str, **headers: str) -> Response:
    """What a browser gets that nobody is signed in to."""
    return await world.http.get(path, headers=headers)


async def test_a_link_opens_a_file_without_a_login(world: World) -> None:
    """Whole or a range of it, as a download that reaches nothing and that nobody keeps."""
    ana = await world.person("ana")
    before = time.time()
    made = (await ana.post(f"/v1/files/{await uploaded(ana)}/link")).json()
    assert made["url"].startswith(f"{world.settings.public_url}/content/file_")
    path = urlsplit(made["url"]).path
    got = await opened(world, path)
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["cross-origin-resource-policy"] == "same-origin"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["cache-control"] == "private, no-store"
    part = await opened(world, path, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    expires = int(path.split(".")[2])
    assert 0 <= expires - before - world.settings.link_period.total_seconds() + 1 < 30


async def test_a_link_that_is_over_opens_nothing(world: World) -> None:
    """410, to the second."""
    ana = await world.person("ana")
    file = await uploaded(ana)
    answer = await opened(world, f"/content/{token(world, file, ana.id, time.time())}")
    assert (answer.status_code, code(answer)) == (410, "link_expired")
    later = f"/content/{token(world, file, ana.id, time.time() + 60)}"
    assert (await opened(world, later)).status_code == 200


async def test_a_link_to_a_file_that_goes_in_this_moment_opens_nothing(world: World) -> None:
    """404, as a moment later; a store that is away is another thing."""
    ana = await world.person("ana")
    path = await linked(ana, file := await uploaded(ana))
    with deleted_meanwhile(world.app, file):
        looked = await opened(world, path)
    assert (looked.status_code, code(looked)) == (404, "not_found")


async def test_a_link_that_was_changed_opens_nothing(world: World) -> None:
    """Another file, another reader, another end, another seal, no seal: 404."""
    ana, eve = await world.person("ana"), await world.person("eve")
    file, other = await uploaded(ana), await uploaded(eve)
    path = await linked(ana, file)
    said, _, seal = path.rpartition(".")
    expires = said.rpartition(".")[2]
    changed = [
        path.replace(file, other),
        path.replace(ana.id, eve.id),
        path.replace(expires, str(int(expires) + 1)),
        f"{said}.{seal[:-1]}{'A' if seal[-2] != 'A' else 'B'}x",
        f"{said}.{seal[::-1]}",
        said,
        f"{said}.",
        f"{path}.{seal}",
        "/content/x",
        "/content/%00",
        "/content/é",
        f"/content/{'.' * 5000}",
    ]
    for one in changed:
        answer = await opened(world, one)
        assert (answer.status_code, code(answer)) == (404, "not_found"), one
    assert (await opened(world, path)).status_code == 200


async def test_only_who_may_read_a_file_gets_a_link_to_it(world: World) -> None:
    """A stranger learns nothing; nor does whoever is not signed in."""
    ana, eve = await world.person("ana"), await world.person("eve")
    file = await uploaded(ana)
    for one in (file, "file_01m83y1rnyet7bmhrbttj3yvdx", "x"):
        answer = await eve.post(f"/v1/files/{one}/link")
        assert (answer.status_code, code(answer)) == (404, "not_found")
    assert (await world.http.post(f"/v1/files/{file}/link")).status_code == 401


async def test_a_right_that_was_lost_closes_the_link(world: World, life: Life) -> None:
    """The client of refunded work had a link: it opens nothing any more, the freelancer's does."""
    await life.in_progress()
    file = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[file])
    theirs, own = await linked(life.client, file), await linked(life.freelancer, file)
    assert (await opened(world, theirs)).content == CONTENT
    await life.freelancer_does(c.Resign)
    answer = await opened(world, theirs)
    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert (await opened(world, own)).content == CONTENT


async def test_staff_s_links_are_staff_s(world: World, life: Life) -> None:
    """The roles count that the reader has when it is opened."""
    await life.in_progress()
    file = await uploaded(life.freelancer)
    await life.freelancer_does(c.Deliver, files=[file])
    path = await linked(world.house.staff, file)
    assert (await opened(world, path)).content == CONTENT
    stranger = await world.person("stranger")
    forged = f"/content/{token(world, file, stranger.id, time.time() + 60)}"
    assert (await opened(world, forged)).status_code == 404


async def test_without_a_key_there_are_no_links(app: FastAPI, http: AsyncClient) -> None:
    """503 says so, for making one and for opening one; all else works."""
    assert app.state.link_key is None
    ana = await signup(http)
    file = await uploaded(ana)
    for answer in (await ana.post(f"/v1/files/{file}/link"), await http.get("/content/x")):
        assert (answer.status_code, code(answer)) == (503, "link_key_missing")
    assert (await ana.get(f"/v1/files/{file}")).content == CONTENT


@pytest.mark.parametrize("given", ["short", "Z" * 64, "1" * 63])
def test_a_key_that_is_none_stops_the_start(api_settings: Settings, given: str) -> None:
    """Nobody signs with a password."""
    wrong = api_settings.model_copy(update={"link_key": SecretStr(given)})
    with pytest.raises(ValueError, match="64 hexadecimal"):
        create(wrong)
    assert key_of(api_settings.model_copy(update={"link_key": SecretStr("")})) is None


def test_another_key_signs_another_link(world: World) -> None:
    """Whoever knows one link cannot make another, and a replaced key closes all."""
    said: Any = ("file_" + "0" * 26, "user_" + "0" * 26, 1)
    others = [world.settings.model_copy(update={"link_key": SecretStr("22" * 32)})]
    keys = [world.app.state.link_key, *map(key_of, others)]
    assert len({key.token(*said) for key in keys}) == 2
    assert key_of(world.settings) == world.app.state.link_key


def test_a_link_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the server's list of requests nor in what is said of a failure."""
    hide_secrets()
    log = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, log.name):
        log.info('%s - "%s %s"', "host", "GET", "/content/file_1.user_1.9.seal?x=1")
        log.info('%s - "%s %s"', "host", "GET", "/v1/me/deadlines.ics?feed=secret&x=1")
    assert "seal" not in caplog.text and "secret" not in caplog.text
    assert hidden("/content/abc") == "/content/…"
