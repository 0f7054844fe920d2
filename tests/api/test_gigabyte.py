"""A file of a gigabyte passes through a process that stays as small as it was."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from local.places import free_ports
from settings import Settings
from tests.api.people import PASSWORD, new_key
from tests.faults.fleet import Fleet

MIB, GIB = 2**20, 2**30
BLOCK = bytes(range(256)) * (MIB // 256)
MOST_GROWTH = 64 * MIB
"""Room for a few pieces on the wire and a few on their way to the store, whatever the file."""
PARTS = 4


@dataclass(frozen=True)
class Sender:
    """Somebody who sends and reads block by block; the process that answers is another."""

    port: int
    pid: int
    token: str = ""

    def asks(
        self, method: str, path: str, content: Any = None, headers: Mapping[str, str] = {}
    ) -> HTTPResponse:
        """The answer, whose body is not read yet."""
        said = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": new_key()}
        said["Connection"] = "close"
        if isinstance(content, dict):
            content, said["Content-Type"] = json.dumps(content), "application/json"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, content, said | dict(headers))
        return connection.getresponse()

    def told(self, *asked: Any) -> Any:
        """What a successful answer says."""
        answer = self.asks(*asked)
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text)

    def sends(self, method: str, path: str, size: int) -> Any:
        """The same, for so many bytes of blocks."""
        said = {"Content-Length": str(size), "X-File-Name": "film.bin"}
        said["X-Content-SHA256"] = sha256(size)
        return self.told(method, path, (BLOCK for _ in range(size // MIB)), said)

    def peak(self, *, afresh: bool = False) -> int:
        """The most memory the process had, in bytes, since it was asked for afresh."""
        if afresh:
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        status = Path(f"/proc/{self.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024


def sha256(size: int) -> str:
    """Of so many bytes of blocks."""
    hashed = hashlib.sha256()
    for _ in range(size // MIB):
        hashed.update(BLOCK)
    return hashed.hexdigest()


def read(answer: HTTPResponse) -> tuple[int, str]:
    """How many bytes came, and their hash."""
    hashed, size = hashlib.sha256(), 0
    while piece := answer.read(MIB):
        hashed.update(piece)
        size += len(piece)
    return size, hashed.hexdigest()


@pytest.fixture(scope="module")
async def ana(
    api_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sender]:
    """Somebody signed in at a process of its own, which has worked already."""
    folder = tmp_path_factory.mktemp("gigabyte")
    ours = {"max_upload_bytes": GIB, "files_url": (folder / "files").as_uri()}
    [port] = free_ports(1)
    with Fleet(api_settings.model_copy(update=ours), port, folder) as fleet:
        await fleet.start("api")
        nobody = Sender(port, fleet.pid("api"))
        account = {"email": f"{new_key()}@example.com", "password": PASSWORD}
        nobody.told("POST", "/v1/accounts", account | {"name": "Ana"})
        ana = replace(nobody, token=nobody.told("POST", "/v1/tokens", account)["token"])
        small = ana.sends("POST", "/v1/files", 16 * MIB)
        read(ana.asks("GET", f"/v1/files/{small['id']}"))
        yield ana
        for path in (folder / "files").iterdir():
            path.unlink()


@pytest.fixture(scope="module")
def film(ana: Sender) -> str:
    """A gigabyte that was sent in one, for which the process needed no more memory than ever."""
    before = ana.peak(afresh=True)
    made = ana.sends("POST", "/v1/files", GIB)
    assert (made["size"], made["sha256"]) == (GIB, sha256(GIB))
    assert ana.peak() - before < MOST_GROWTH
    return str(made["id"])


def test_a_gigabyte_comes_back_in_constant_memory(ana: Sender, film: str) -> None:
    """Whole, byte for byte, and the process has not grown by it."""
    before = ana.peak(afresh=True)
    assert read(ana.asks("GET", f"/v1/files/{film}")) == (GIB, sha256(GIB))
    assert ana.peak() - before < MOST_GROWTH


def test_a_download_that_was_cut_goes_on_where_it_ended(ana: Sender, film: str) -> None:
    """The end of a gigabyte alone, as long as the file is the same one."""
    etag, path = f'"{sha256(GIB)}"', f"/v1/files/{film}"
    rest = ana.asks("GET", path, None, {"Range": f"bytes={GIB - 2 * MIB}-", "If-Range": etag})
    assert (rest.status, rest.headers["Content-Range"]) == (
        206,
        f"bytes {GIB - 2 * MIB}-{GIB - 1}/{GIB}",
    )
    assert read(rest) == (2 * MIB, sha256(2 * MIB))
    other = ana.asks("GET", path, None, {"Range": "bytes=-5", "If-Range": '"other"'})
    assert (other.status, other.headers["Content-Length"]) == (200, str(GIB))
    other.close()


def test_a_gigabyte_in_parts_is_put_together_in_constant_memory(ana: Sender) -> None:
    """Each part streams in, and all of them stream into one."""
    before = ana.peak(afresh=True)
    announced = {"name": "film.bin", "size": GIB, "sha256": sha256(GIB)}
    upload = f"/v1/uploads/{ana.told('POST', '/v1/uploads', announced)['id']}"
    for number in range(PARTS, 0, -1):
        ana.sends("PUT", f"{upload}/parts/{number}", GIB // PARTS)
    made = ana.told("POST", f"{upload}/complete")
    assert (made["size"], made["sha256"]) == (GIB, sha256(GIB))
    assert ana.peak() - before < MOST_GROWTH
