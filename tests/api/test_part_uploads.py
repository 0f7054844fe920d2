"""A file that comes in parts is one file in the end, exactly the one announced, or none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.main import create
from settings import Settings
from tests.api.conftest import LARGEST_UPLOAD
from tests.api.parts import announced, completed, kept, sent, sha256
from tests.api.people import Person, code, new_key, pointers, signup

PARTS = {1: b"\0\0\0\x18ftypisom" + bytes(3000), 2: b"b" * 70_000, 3: b"c"}
WHOLE = b"".join(PARTS.values())


@pytest.fixture(scope="module")
async def ana(http: AsyncClient) -> Person:
    return await signup(http)


async def arrived(person: Person, **said: str | None) -> str:
    """An upload whose parts are all there, sent out of order."""
    upload = await announced(person, WHOLE, **said)
    for number in (3, 1, 2):
        assert (await sent(person, upload, number, PARTS[number])).status_code == 200
    return upload


async def test_parts_in_any_order_become_the_file(ana: Person, uploads: Path) -> None:
    """Whole, of the kind its content has, under its cleaned name; nothing else is left."""
    before = kept(uploads)
    upload = await arrived(ana, name="../../My film\u202e.mp4")
    made = await completed(ana, upload)
    assert made.status_code == 201
    file = made.json()
    assert (file["name"], file["content_type"]) == ("My film.mp4", "video/mp4")
    assert (file["size"], file["sha256"]) == (len(WHOLE), sha256(WHOLE))
    assert (await ana.get(f"/v1/files/{file['id']}")).content == WHOLE
    assert len(kept(uploads) - before) == 1
    shown = (await ana.get(f"/v1/uploads/{upload}")).json()
    assert (shown["file_id"], shown["parts"]) == (file["id"], [])


async def test_an_upload_says_which_parts_are_there(ana: Person) -> None:
    """After a cut only the others are sent; the same part again is the same."""
    upload = await announced(ana, WHOLE)
    for _ in range(2):
        answer = await sent(ana, upload, 2, PARTS[2])
        expected = {"number": 2, "size": 70_000, "sha256": sha256(PARTS[2])}
        assert answer.json() == expected
    shown = (await ana.get(f"/v1/uploads/{upload}")).json()
    assert shown["parts"] == [expected]
    assert (shown["name"], shown["size"], shown["file_id"]) == ("film.mp4", len(WHOLE), None)
    assert shown["expires_at"] > shown["created_at"]


async def test_a_part_sent_again_replaces_what_was_there(ana: Person, uploads: Path) -> None:
    """The last one counts, and the bytes of the first are gone."""
    before = kept(uploads)
    upload = await announced(ana, WHOLE)
    await sent(ana, upload, 2, b"x" * 70_000)
    for number, content in PARTS.items():
        await sent(ana, upload, number, content)
    assert len(kept(uploads) - before) == len(PARTS)
    assert (await completed(ana, upload)).json()["sha256"] == sha256(WHOLE)


async def test_a_file_is_made_once_however_often_it_is_asked_for(
    ana: Person, uploads: Path
) -> None:
    """At once and later, under one key or several: one file, one copy of its bytes."""
    before, upload, key = kept(uploads), await arrived(ana), new_key()
    keys = [key, key, None, None]
    answers = await asyncio.gather(*(completed(ana, upload, key=one) for one in keys))
    answers.append(await completed(ana, upload, key=key))
    answers.append(await completed(ana, upload))
    done = [answer for answer in answers if answer.status_code == 201]
    assert {code(answer) for answer in answers if answer not in done} <= {"upload_changed"}
    assert answers[-2:] == done[-2:]
    assert len({answer.json()["id"] for answer in done}) == 1
    assert len(kept(uploads) - before) == 1


async def test_an_upload_that_expired_answers_its_key_still(app: FastAPI, ana: Person) -> None:
    """What was answered is answered again; everything else finds nothing."""
    upload, key = await arrived(ana), new_key()
    made = await completed(ana, upload, key=key)
    await expires(app, upload)
    assert (await completed(ana, upload, key=key)).json() == made.json()
    assert (await completed(ana, upload)).status_code == 404
    assert (await ana.get(f"/v1/uploads/{upload}")).status_code == 404


@pytest.mark.parametrize("numbers", [(), (1, 2), (2, 3), (1, 3)])
async def test_an_upload_with_parts_missing_is_no_file_yet(
    ana: Person, uploads: Path, numbers: tuple[int, ...]
) -> None:
    """409 says what is there, and the rest can still be sent."""
    upload = await announced(ana, WHOLE)
    for number in numbers:
        await sent(ana, upload, number, PARTS[number])
    before = kept(uploads)
    answer = await completed(ana, upload)
    assert (answer.status_code, code(answer)) == (409, "upload_incomplete")
    assert answer.json()["facts"]["parts"] == list(numbers)
    assert kept(uploads) == before
    for number in PARTS.keys() - set(numbers):
        await sent(ana, upload, number, PARTS[number])
    assert (await completed(ana, upload)).status_code == 201


async def test_parts_with_a_gap_are_not_put_together(ana: Person) -> None:
    """Though they are as long as the file: somebody miscounted."""
    upload = await announced(ana, WHOLE)
    for number, content in PARTS.items():
        await sent(ana, upload, number * 2, content)
    assert code(await completed(ana, upload)) == "upload_incomplete"


async def test_a_file_that_changed_while_it_was_sent_is_refused(ana: Person, uploads: Path) -> None:
    """Its hash is another than was announced: nothing is made, and the part can be sent again."""
    upload = await announced(ana, WHOLE)
    for number, content in PARTS.items():
        await sent(ana, upload, number, content.replace(b"b", b"B"))
    before = kept(uploads)
    answer = await completed(ana, upload)
    assert (answer.status_code, code(answer)) == (409, "upload_changed")
    assert answer.json()["facts"]["sha256"] == sha256(WHOLE.replace(b"b", b"B"))
    assert kept(uploads) == before
    await sent(ana, upload, 2, PARTS[2])
    assert (await completed(ana, upload)).json()["sha256"] == sha256(WHOLE)


async def test_without_a_hash_of_the_whole_that_of_each_part_counts(ana: Person) -> None:
    """Not everybody can read a file twice."""
    upload = await arrived(ana, sha256=None)
    assert (await completed(ana, upload)).json()["sha256"] == sha256(WHOLE)


async def test_a_part_is_what_its_sender_promised_or_is_not_kept(
    ana: Person, uploads: Path
) -> None:
    """Another hash, no hash, no length, fewer bytes, none: each is named, and nothing stays."""

    async def pieces(size: int) -> AsyncIterator[bytes]:
        yield b"x" * size

    upload, before = await announced(ana, WHOLE), kept(uploads)
    promise = {"X_Content_SHA256": sha256(b"x" * 9)}
    refused = [
        (await sent(ana, upload, 1, b"x" * 10, **promise), "invalid"),
        (await sent(ana, upload, 1, b"", **promise), "invalid"),
        (await sent(ana, upload, 1, pieces(9), **promise), "invalid"),
        (await sent(ana, upload, 1, pieces(9), Content_Length="9"), "invalid"),
        (await sent(ana, upload, 1, pieces(8), Content_Length="9", **promise), "upload_cut_off"),
    ]
    assert [code(answer) for answer, _ in refused] == [expected for _, expected in refused]
    assert kept(uploads) == before
    assert (await ana.get(f"/v1/uploads/{upload}")).json()["parts"] == []


@pytest.mark.parametrize("number", ["0", "-1", "10001", "x", "1.5", "%00", "9" * 30])
async def test_a_part_that_has_no_such_number_is_refused(ana: Person, number: str) -> None:
    """422 or 404, never a failure."""
    upload = await announced(ana, WHOLE)
    assert (await sent(ana, upload, number, b"x")).status_code in {404, 422}


async def test_parts_are_together_no_longer_than_the_file(ana: Person, uploads: Path) -> None:
    """One after the other and at once; what is too much is refused before it has come."""
    upload, before = await announced(ana, b"x" * 10), kept(uploads)
    answer = await sent(ana, upload, 1, b"x" * 11)
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert (await sent(ana, upload, 1, b"x" * 6)).status_code == 200
    assert (await sent(ana, upload, 2, b"x" * 5)).status_code == 413
    answers = await asyncio.gather(*(sent(ana, upload, n, b"x" * 4) for n in range(2, 9)))
    assert sorted(answer.status_code for answer in answers) == [200, *[413] * 6]
    assert len(kept(uploads) - before) == 2


async def test_one_part_is_no_longer_than_a_request_may_be(ana: Person) -> None:
    """A file may be longer than one request; a part may not."""
    upload = await announced(ana, bytes(LARGEST_UPLOAD + 1))
    answer = await sent(ana, upload, 1, bytes(LARGEST_UPLOAD + 1))
    assert (answer.status_code, code(answer)) == (413, "too_large")


@pytest.fixture
async def strict(api_settings: Settings, ana: Person) -> AsyncIterator[Person]:
    """Somebody before an API that takes parts of 1,000 bytes at least."""
    app = create(api_settings.model_copy(update={"least_part_bytes": 1_000}))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api.test") as http,
    ):
        yield replace(ana, http=http)


def short(answer: Response) -> list[int]:
    """Which parts the refusal names."""
    assert (answer.status_code, code(answer)) == (422, "part_too_small"), answer.text
    assert answer.json()["facts"]["least_bytes"] == 1_000
    parts: list[int] = answer.json()["facts"]["parts"]
    return parts


async def test_only_the_last_part_is_short(strict: Person, uploads: Path) -> None:
    """In whatever order they come; a short one is refused, or is replaced by a longer one."""
    upload, before = await announced(strict, b"x" * 2_500), kept(uploads)
    assert (await sent(strict, upload, 2, b"x" * 999)).status_code == 200
    assert short(await sent(strict, upload, 1, b"x" * 999)) == [1]
    assert short(await sent(strict, upload, 3, b"x" * 1_000)) == [2]
    assert (await sent(strict, upload, 2, b"x" * 1_000)).status_code == 200
    assert (await sent(strict, upload, 3, b"x" * 500)).status_code == 200
    assert short(await sent(strict, upload, 4, b"x")) == [3]
    assert (await sent(strict, upload, 1, b"x" * 1_000)).status_code == 200
    assert len(kept(uploads) - before) == 3
    assert (await completed(strict, upload)).json()["sha256"] == sha256(b"x" * 2_500)


async def test_a_file_of_one_part_is_as_short_as_it_is(strict: Person) -> None:
    """Of one byte, too."""
    upload = await announced(strict, b"x")
    assert (await sent(strict, upload, 1, b"x")).status_code == 200
    assert (await completed(strict, upload)).json()["sha256"] == sha256(b"x")


async def test_short_parts_that_come_at_once_are_not_all_the_last(
    strict: Person, uploads: Path
) -> None:
    """Each would be, had the others not come; however many are sent, one stays."""
    upload, before = await announced(strict, b"x" * 2_500), kept(uploads)
    answers = await asyncio.gather(*(sent(strict, upload, n, b"x" * 10) for n in range(1, 9)))
    taken = [answer.json()["number"] for answer in answers if answer.status_code == 200]
    assert len(taken) == 1
    assert all(short(answer) for answer in answers if answer.status_code != 200)
    assert len(kept(uploads) - before) == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "/"}, 422),
        ({"name": "\u202e\x00"}, 422),
        ({"name": "n" * 1001}, 422),
        ({"size": 0}, 422),
        ({"size": -1}, 422),
        ({"size": 2**60}, 422),
        ({"size": 2**50}, 413),
        ({"size": "9"}, 422),
        ({"sha256": "0" * 63}, 422),
        ({"sha256": "Z" * 64}, 422),
        ({"kind": "text/html"}, 422),
    ],
)
async def test_an_announcement_that_does_not_fit_is_refused(
    ana: Person, said: dict[str, object], status: int
) -> None:
    """It says which field; a file of no bytes is none."""
    answer = await ana.post("/v1/uploads", {"name": "a.txt", "size": 9} | said)
    assert answer.status_code == status
    assert pointers(answer) == [f"#/{next(iter(said))}"]


async def test_an_upload_is_announced_once_for_each_key(ana: Person) -> None:
    """The same key gives the same upload; without one there is none."""
    key, body = new_key(), {"name": "a.txt", "size": 9}
    first, second = [await ana.post("/v1/uploads", body, key=key) for _ in range(2)]
    assert first.json() == second.json()
    bare = await ana.http.post("/v1/uploads", json=body, headers=ana.headers())
    assert code(bare) == "idempotency_key_missing"


async def test_another_s_upload_is_not_found(http: AsyncClient, ana: Person) -> None:
    """By no route; nor is one that never was, nor by somebody who is not signed in."""
    upload, eve = await arrived(ana), await signup(http, "Eve")
    for one in (upload, "upload_01m83y1rnyet7bmhrbttj3yvdx", "x", "%00"):
        answers = [
            await eve.get(f"/v1/uploads/{one}"),
            await sent(eve, one, 1, b"x"),
            await completed(eve, one),
            await eve.delete(f"/v1/uploads/{one}"),
        ]
        assert [(a.status_code, code(a)) for a in answers] == [(404, "not_found")] * 4
    assert (await http.get(f"/v1/uploads/{upload}")).status_code == 401
    assert (await completed(ana, upload)).status_code == 201


async def test_what_is_over_takes_no_more_parts(ana: Person, uploads: Path) -> None:
    """The file is made; what comes late is refused, and its bytes are not kept."""
    upload = await arrived(ana)
    await completed(ana, upload)
    before = kept(uploads)
    answer = await sent(ana, upload, 1, PARTS[1])
    assert (answer.status_code, code(answer)) == (409, "upload_over")
    assert kept(uploads) == before


async def test_what_is_given_up_leaves_nothing(ana: Person, uploads: Path) -> None:
    """Nor can it be completed; what became a file stays one."""
    before = kept(uploads)
    upload = await arrived(ana)
    assert (await ana.delete(f"/v1/uploads/{upload}")).status_code == 204
    assert kept(uploads) == before
    assert (await completed(ana, upload)).status_code == 404
    upload = await arrived(ana)
    file = (await completed(ana, upload)).json()["id"]
    assert (await ana.delete(f"/v1/uploads/{upload}")).status_code == 204
    assert (await ana.get(f"/v1/files/{file}")).content == WHOLE


async def test_a_part_that_comes_while_the_parts_are_put_together_spoils_nothing(
    ana: Person, uploads: Path
) -> None:
    """Either it is in the file, or it is refused, or whoever completes is told to ask again."""
    other = PARTS | {2: b"B" * 70_000}
    both = {sha256(WHOLE), sha256(b"".join(other.values()))}
    before = kept(uploads)
    for _ in range(5):
        upload = await arrived(ana, sha256=None)
        done, late = await asyncio.gather(completed(ana, upload), sent(ana, upload, 2, other[2]))
        assert late.status_code == 200 or code(late) == "upload_over"
        if done.status_code != 201:
            assert code(done) == "upload_changed"
            done = await completed(ana, upload)
        assert done.json()["sha256"] in both
        got = await ana.get(f"/v1/files/{done.json()['id']}")
        assert sha256(got.content) == done.json()["sha256"]
    assert len(kept(uploads) - before) == 5


async def test_a_part_whose_answer_was_lost_keeps_its_bytes(
    app: FastAPI, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is recorded, though its sender is told that something went wrong."""

    @asynccontextmanager
    async def loses(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with begin(engine) as c:
            yield c
        raise ConnectionResetError("the answer to COMMIT was lost")

    begin, upload = AsyncEngine.begin, await announced(ana, WHOLE)
    for number in PARTS:
        with monkeypatch.context() as patch:
            patch.setattr(AsyncEngine, "begin", loses)
            assert (await sent(ana, upload, number, PARTS[number])).status_code == 503
    made = await completed(ana, upload)
    assert (await ana.get(f"/v1/files/{made.json()['id']}")).content == WHOLE


async def expires(app: FastAPI, upload: str) -> None:
    """Its day is over."""
    async with app.state.engine.begin() as c:
        query = "update upload set expires_at = now() - interval '1 second' where id = :id"
        await c.execute(text(query), {"id": upload})
