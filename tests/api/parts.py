"""Files sent in parts, as a program does it."""

import hashlib
from pathlib import Path
from typing import Any

from httpx import Response

from tests.api.people import Person


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def kept(uploads: Path) -> set[str]:
    """What is in the object store."""
    return {path.name for path in uploads.rglob("*") if path.is_file()}


async def announced(person: Person, content: bytes, **said: Any) -> str:
    """The id of an upload for this content."""
    body = {"name": "film.mp4", "size": len(content), "sha256": sha256(content)} | said
    made = await person.post("/v1/uploads", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def sent(
    person: Person, upload: str, number: object, content: Any, **headers: str
) -> Response:
    """The answer to a part."""
    said = {"X-Content-SHA256": sha256(content)} if isinstance(content, bytes) else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await person.http.put(
        f"/v1/uploads/{upload}/parts/{number}",
        content=content,
        headers=person.headers() | said | named,
    )


async def completed(person: Person, upload: str, *, key: str | None = None) -> Response:
    """The answer to the wish that it be a file."""
    return await person.post(f"/v1/uploads/{upload}/complete", key=key)
