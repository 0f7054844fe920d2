"""A preview is for those who may read the file, with their name all over it, and costs no other."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from PIL import Image

from api import previews
from api.turns import Turns
from domain.access import HandedAs
from previews import jail, making
from tests.api.cases import hand_over, open_case
from tests.api.people import Person, code, signup
from tests.api.test_files import kept
from tests.life import eventually
from tests.previews.bombs import large_picture, slow_document
from tests.previews.samples import document, plain, sound, written
from tests.previews.showing import are_made, differs, parts

PICTURE = written(plain())


@pytest.fixture(scope="module")
async def ana(http: AsyncClient) -> Person:
    return await signup(http)


async def uploaded(person: Person, content: bytes = PICTURE) -> str:
    return str((await person.upload(content)).json()["id"])


async def seen(person: Person, file: str, **how: Any) -> Response:
    return await person.get(f"/v1/files/{file}/preview", **how)


def picture(answer: Response) -> Image.Image:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    return Image.open(io.BytesIO(answer.content))


@contextmanager
def set_to(app: FastAPI, **settings: object) -> Iterator[None]:
    """The API under other settings."""
    kept = app.state.settings
    app.state.settings = kept.model_copy(update=settings)
    try:
        yield
    finally:
        app.state.settings = kept


async def test_a_preview_is_a_picture_that_nothing_keeps_or_runs(ana: Person) -> None:
    """No store, no other type, no script, and the words of a page are only words."""
    for content in (PICTURE, b"<html><script>alert(1)</script></html>"):
        answer = await seen(ana, await uploaded(ana, content))
        assert picture(answer).width >= 800
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, no-store"
        assert "sandbox" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["preview-pages"] == "1"


async def test_two_people_see_different_previews(app: FastAPI, http: AsyncClient) -> None:
    """Each their own name, all over it, whatever one cuts out."""
    client, freelancer = await signup(http, "Cho"), await signup(http, "Fay")
    file = await uploaded(freelancer)
    job = await open_case(app, client.id, freelancer.id)
    await hand_over(app, job, file, HandedAs.DELIVERY)
    one, other = [picture(await seen(person, file)) for person in (client, freelancer)]
    assert all(differs(one, other, box) for box in parts(one, 2))
    assert all(differs(one, plain(), box) for box in parts(one, 4))


def test_a_mark_says_who_and_when() -> None:
    """A name as long as a letter is cut; the id and the day are always whole."""
    mark = previews._mark("Ana " * 100, "user_01m83y1rnyet7bmhrbttj3yvdx")
    name, ident, day = mark.split(" · ")
    assert len(name) <= 24 and name.startswith("Ana Ana")
    assert (ident, day) == ("j3yvdx", f"{datetime.now(UTC):%Y-%m-%d}")


async def test_a_page_and_a_piece_of_sound_are_asked_for(ana: Person) -> None:
    """The second page of a document; the sound with whose preview it is in its title."""
    file = await uploaded(ana, document((595, 842), (842, 595)))
    answer = await seen(ana, file, page=2)
    assert picture(answer).width > picture(answer).height
    assert answer.headers["preview-pages"] == "2"
    heard = await seen(ana, await uploaded(ana, sound()), part="sound")
    assert heard.headers["content-type"] == "audio/mpeg"
    with av.open(io.BytesIO(heard.content), "r") as recording:
        assert ana.id[-6:] in recording.metadata["title"]


@pytest.mark.parametrize(
    ("content", "how", "reason"),
    [
        (b"PK\x03\x04" + bytes(100), {}, "kind_unknown"),
        (large_picture(50_000, 50_000), {}, "too_much"),
        (PICTURE[:300], {}, "broken"),
        (document((200, 200), password="x"), {}, "locked"),
        (document((200, 200)), {"page": 2}, "no_such_page"),
        (PICTURE, {"part": "sound"}, "no_sound"),
        ("你好".encode() * 100, {}, "no_letters"),
    ],
)
async def test_a_file_without_a_preview_says_why(
    ana: Person, content: bytes, how: dict[str, Any], reason: str
) -> None:
    """422, in words and for programs; the file itself is as it was."""
    file = await uploaded(ana, content)
    answer = await seen(ana, file, **how)
    assert (answer.status_code, code(answer)) == (422, "no_preview")
    assert answer.json()["facts"] == {"reason": reason}
    assert len(answer.json()["detail"]) > 20
    assert (await ana.get(f"/v1/files/{file}")).content == content


@pytest.mark.parametrize("how", [{"page": 0}, {"page": "x"}, {"page": 10**30}, {"part": "smell"}])
async def test_what_cannot_be_asked_for_is_refused(ana: Person, how: dict[str, Any]) -> None:
    """The parameter is named."""
    answer = await seen(ana, await uploaded(ana), **how)
    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["parameter"] in how


async def test_a_file_that_is_too_large_is_not_fetched(app: FastAPI, ana: Person) -> None:
    """The setting says how large one may be."""
    file = await uploaded(ana)
    with set_to(app, preview_bytes=len(PICTURE) - 1):
        answer = await seen(ana, file)
    assert answer.json()["facts"] == {"reason": "too_large"}
    with set_to(app, preview_bytes=len(PICTURE)):
        assert (await seen(ana, file)).status_code == 200


async def test_one_person_may_ask_for_so_many(app: FastAPI, http: AsyncClient) -> None:
    """Beyond the limit, 429."""
    eve = await signup(http, "Eve")
    file = await uploaded(eve)
    with set_to(app, preview_limit="1/hour"):
        assert [(await seen(eve, file)).status_code for _ in range(2)] == [200, 429]


async def test_whoever_waits_too_long_for_a_turn_is_told_so(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and when to come again, instead of a queue without an end."""
    file = await uploaded(ana)
    monkeypatch.setattr(previews, "_TURNS", Turns(0, timedelta(milliseconds=20)))
    answer = await seen(ana, file)
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def test_a_bomb_holds_up_nobody_but_its_sender(
    ana: Person, http: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Theirs takes all its time; meanwhile others see previews and download."""
    eve = await signup(http, "Eve")
    bomb, file = await uploaded(eve, slow_document()), await uploaded(ana)
    with monkeypatch.context() as patch:
        patch.setattr(making, "LONGEST", timedelta(seconds=8))
        slow = asyncio.create_task(seen(eve, bomb))
        await eventually(are_made)
    assert (await seen(ana, file)).status_code == 200
    assert (await ana.get(f"/v1/files/{file}")).status_code == 200
    assert not slow.done()
    assert (await slow).json()["facts"] == {"reason": "too_long"}


async def test_a_machine_that_cannot_close_a_process_makes_none(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: better no preview than a reader that may do anything."""
    file = await uploaded(ana)
    monkeypatch.setattr(making, "COMMAND", ("-c", f"raise SystemExit({jail.NOT_CLOSED})"))
    answer = await seen(ana, file)
    assert (answer.status_code, code(answer)) == (503, "previews_missing")


async def test_bytes_that_are_lost_are_no_preview(ana: Person, uploads: Path) -> None:
    """A store that has gone is 503, as for the download."""
    before = kept(uploads)
    file = await uploaded(ana)
    (stored,) = kept(uploads) - before
    (uploads / stored).unlink()
    answer = await seen(ana, file)
    assert (answer.status_code, code(answer)) == (503, "unavailable")
