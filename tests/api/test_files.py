"""Uploads arrive whole or not at all; downloads serve ranges."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from api.idempotency import Once
from local.postgres import Postgres
from tests.api.conftest import LARGEST_UPLOAD
from tests.api.people import Person, code, new_key, signup
from tests.life import eventually

CONTENT = bytes(range(256)) * 40
WAITS_FOR_FILES = "select pid from pg_locks where not granted and relation = 'file'::regclass"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
DIGEST = b64encode(hashlib.sha256(CONTENT).digest()).decode()


@pytest.fixture(scope="module")
async def ana(http: AsyncClient) -> Person:
    return await signup(http)


@pytest.fixture(scope="module")
async def stored(ana: Person) -> str:
    """The id of a file of Ana's."""
    return str((await ana.upload(CONTENT)).json()["id"])


def kept(uploads: Path) -> set[str]:
    """What is in the object store."""
    return {path.name for path in uploads.rglob("*") if path.is_file()}


async def test_a_file_comes_back_as_it_was(ana: Person) -> None:
    """With its hash as ETag, always as a download, never as a page."""
    made = await ana.upload(CONTENT, {"X-File-Name": quote("Entwurf Ü.pdf")})
    assert made.status_code == 201
    assert made.json()["sha256"] == SHA256 and made.json()["size"] == len(CONTENT)
    assert made.json()["name"] == "Entwurf Ü.pdf"
    got = await ana.get(f"/v1/files/{made.json()['id']}")
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["etag"] == f'"{SHA256}"'
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Entwurf%20")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-99", 0, 99), ("100-", 100, 10239), ("-10", 10230, 10239), ("10000-99999", 10000, 10239)],
)
async def test_a_range_of_a_file(
    ana: Person, stored: str, asked: str, first: int, last: int
) -> None:
    """206 with exactly these bytes."""
    headers = ana.headers() | {"Range": f"bytes={asked}"}
    got = await ana.http.get(f"/v1/files/{stored}", headers=headers)
    assert (got.status_code, got.content) == (206, CONTENT[first : last + 1])
    assert got.headers["content-range"] == f"bytes {first}-{last}/10240"
    assert got.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=-0", "bytes=99999-100000"])
async def test_a_range_beyond_the_end(ana: Person, stored: str, asked: str) -> None:
    """416 says how long the file is."""
    headers = ana.headers() | {"Range": asked}
    got = await ana.http.get(f"/v1/files/{stored}", headers=headers)
    assert (got.status_code, code(got)) == (416, "range_not_satisfiable")
    assert got.headers["content-range"] == "bytes */10240"


@pytest.mark.parametrize("asked", ["bytes=5-2", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "x"])
async def test_a_range_that_is_none_is_ignored(ana: Person, stored: str, asked: str) -> None:
    """The whole file, as the standard asks."""
    headers = ana.headers() | {"Range": asked}
    got = await ana.http.get(f"/v1/files/{stored}", headers=headers)
    assert (got.status_code, got.content) == (200, CONTENT)


async def test_an_upload_that_cannot_be_recorded_leaves_nothing_behind(
    app: FastAPI, ana: Person, uploads: Path, postgres_server: Postgres
) -> None:
    """The database goes away after the bytes have come: 503, and the store is as it was."""
    before = kept(uploads)
    async with app.state.engine.connect() as other:
        await other.execute(text("lock table file in share mode"))
        upload = asyncio.create_task(ana.upload(CONTENT))
        await eventually(lambda: _ends_whoever_waits(app, postgres_server))
        answer = await upload
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert kept(uploads) == before


async def test_an_upload_whose_answer_was_lost_keeps_its_bytes(
    app: FastAPI, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same key asks again for what was recorded, and there it is."""

    async def loses(once: Once, *asked: Any, **status: Any) -> None:
        await upload(once, *asked, **status)
        raise ConnectionResetError("the answer to COMMIT was lost")

    upload, key = Once.__call__, new_key()
    with monkeypatch.context() as patch:
        patch.setattr(Once, "__call__", loses)
        assert (await ana.upload(CONTENT, key=key)).status_code == 503
    again = await ana.upload(CONTENT, key=key)
    assert again.status_code == 201
    assert (await ana.get(f"/v1/files/{again.json()['id']}")).content == CONTENT


async def _ends_whoever_waits(app: FastAPI, server: Postgres) -> bool:
    async with app.state.engine.connect() as c:
        pid = await c.scalar(text(WAITS_FOR_FILES))
    if pid is not None:
        await asyncio.to_thread(server.sql, f"select pg_terminate_backend({pid})", "api")
    return pid is not None


async def test_a_file_one_has_is_not_sent_again(ana: Person, stored: str) -> None:
    """304 for the same hash; a range of another version becomes the whole of this one."""
    headers = ana.headers() | {"If-None-Match": f'"{SHA256}"'}
    assert (await ana.http.get(f"/v1/files/{stored}", headers=headers)).status_code == 304
    headers = ana.headers() | {"Range": "bytes=0-1", "If-Range": '"older"'}
    assert (await ana.http.get(f"/v1/files/{stored}", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\fakepath\cv.doc", "cv.doc"),
        ("a%00b%0d%0ac.txt", "abc.txt"),
        ("%E2%80%AEfdp.exe", "fdp.exe"),
        ("n" * 300 + ".txt", "n" * 196 + ".txt"),
        ("..hidden. ", "hidden"),
        ("a%E2%80%A8b%E2%80%A9.txt", "ab.txt"),
        ("..%2f..%2fetc%5cshadow", "shadow"),
    ],
)
async def test_a_name_is_cleaned(ana: Person, given: str, name: str) -> None:
    """No folders, no control characters, nothing that turns the text around, not too long."""
    made = await ana.upload(b"x", {"X-File-Name": given})
    assert made.json()["name"] == name


async def test_a_name_may_come_as_content_disposition(ana: Person) -> None:
    """Also in its extended form; a file without any name is refused."""
    for disposition in ('attachment; filename="a b.txt"', "attachment; filename*=UTF-8''a%20b.txt"):
        headers = {"X-File-Name": "", "Content-Disposition": disposition}
        assert (await ana.upload(b"x", headers)).json()["name"] == "a b.txt"
    nameless = await ana.upload(b"x", {"X-File-Name": "/"})
    assert nameless.status_code == 422
    assert nameless.json()["errors"][0]["header"] == "x-file-name"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_above_the_limit_leaves_nothing(
    ana: Person, uploads: Path, announced: bool
) -> None:
    """413, before it arrives when its length is announced, else as soon as it is too long."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_UPLOAD // 2**20 + 1):
            yield b"x" * 2**20

    before = kept(uploads)
    answer = await ana.upload(b"x" * (LARGEST_UPLOAD + 1) if announced else pieces())
    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert kept(uploads) == before


async def test_a_file_of_the_largest_size_is_stored(ana: Person) -> None:
    """It comes back whole, in pieces both ways."""

    async def pieces() -> AsyncIterator[bytes]:
        for n in range(LARGEST_UPLOAD // 2**20):
            yield bytes([n]) * 2**20

    made = await ana.upload(pieces())
    assert (made.status_code, made.json()["size"]) == (201, LARGEST_UPLOAD)
    got = await ana.get(f"/v1/files/{made.json()['id']}")
    assert hashlib.sha256(got.content).hexdigest() == made.json()["sha256"]


@pytest.mark.parametrize("sent", [9_000, 0])
async def test_an_upload_that_is_cut_off_leaves_nothing(
    ana: Person, uploads: Path, sent: int
) -> None:
    """Fewer bytes than were announced are no file."""

    async def part() -> AsyncIterator[bytes]:
        yield CONTENT[:sent]

    before = kept(uploads)
    answer = await ana.upload(part(), {"Content-Length": str(len(CONTENT))})
    assert (answer.status_code, code(answer)) == (400, "upload_cut_off")
    assert kept(uploads) == before


async def test_a_sender_who_disappears_leaves_nothing(
    app: FastAPI, ana: Person, uploads: Path
) -> None:
    """However much had come, and though nobody said how much would."""
    before = kept(uploads)
    headers = ana.headers(new_key()) | {"X-File-Name": "cut.bin"}
    scope = {"type": "http", "method": "POST", "path": "/v1/files", "query_string": b""}
    scope["headers"] = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
    arriving = iter([{"type": "http.request", "body": b"x" * 7_000_000, "more_body": True}])

    async def receive() -> dict[str, Any]:
        return next(arriving, {"type": "http.disconnect"})

    answered: list[Any] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        answered.append(message)

    await app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert kept(uploads) == before


async def test_an_empty_file_is_refused(ana: Person, uploads: Path) -> None:
    """There is nothing to hand over."""
    before = kept(uploads)
    assert (await ana.upload(b"")).status_code == 422
    assert kept(uploads) == before


@pytest.mark.parametrize(
    ("header", "right", "wrong"),
    [
        ("X-Content-SHA256", SHA256, "0" * 64),
        ("X-Content-SHA256", SHA256.upper(), "not hexadecimal"),
        ("Digest", f"md5=abc, SHA-256={DIGEST}", "sha-256=short"),
        ("Content-Digest", f"sha-256=:{DIGEST}:", f"sha-256=:{'A' * 43}=:"),
    ],
)
async def test_a_promised_hash_is_kept(
    ana: Person, uploads: Path, header: str, right: str, wrong: str
) -> None:
    """Content that does not have it is refused, and nothing is stored."""
    assert (await ana.upload(CONTENT, {header: right})).status_code == 201
    before = kept(uploads)
    assert (await ana.upload(CONTENT, {header: wrong})).status_code == 422
    assert kept(uploads) == before


async def test_the_same_upload_twice_is_one_file(ana: Person, uploads: Path) -> None:
    """At once or later; other content under that key is refused, and stored nowhere."""
    key, before = new_key(), kept(uploads)
    answers = await asyncio.gather(*(ana.upload(CONTENT, key=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await ana.upload(b"other", key=key)
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")
    assert len(kept(uploads) - before) == 1


async def test_an_upload_takes_a_token_and_a_key(ana: Person, uploads: Path) -> None:
    """Neither is asked for after the bytes have come."""
    before = kept(uploads)
    assert (await ana.http.post("/v1/files", content=b"x")).status_code == 401
    answer = await ana.http.post("/v1/files", content=b"x", headers=ana.headers())
    assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")
    assert kept(uploads) == before
