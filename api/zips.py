"""Several stored files as one ZIP that is made while it is sent, in constant memory."""

import io
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fastapi.responses import StreamingResponse
from obstore.store import ObjectStore

from api.serving import ALONE, attached, pieces

MODE = 0o100644 << 16
"""A plain file that everybody may read, where the ZIP is unpacked."""


async def served_as_zip(
    store: ObjectStore, files: Sequence[Mapping[Any, Any]], name: str
) -> StreamingResponse:
    """All of them; the first is opened before the answer starts, so that a lost store is a 503."""
    content = zipped(store, files)
    begun = await anext(content)

    async def chunks() -> AsyncIterator[bytes]:
        yield begun
        async for chunk in content:
            yield chunk

    headers = {**ALONE, **attached(name)}
    return StreamingResponse(chunks(), media_type="application/zip", headers=headers)


async def zipped(store: ObjectStore, files: Sequence[Mapping[Any, Any]]) -> AsyncIterator[bytes]:
    """The ZIP; files are stored in it as they are, for most of what people make is packed."""
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_STORED) as made:
        for name, file in zip(distinct(file["name"] for file in files), files, strict=True):
            with made.open(_entry(name, file), "w") as entry:
                async for chunk in await pieces(store, file["key"], 0, file["size"]):
                    entry.write(chunk)
                    yield outlet.taken()
    yield outlet.taken()


def distinct(names: Iterable[str]) -> list[str]:
    """Each with a number if it was there before, also to systems that know no capital letters."""
    given: list[str] = []
    seen: set[str] = set()
    for name in names:
        path, unique, number = PurePosixPath(name), name, 1
        while _alike(unique) in seen:
            number += 1
            unique = f"{path.stem} ({number}){path.suffix}"
        seen.add(_alike(unique))
        given.append(unique)
    return given


def _alike(name: str) -> str:
    return normalize("NFC", name).casefold()


def _entry(name: str, file: Mapping[Any, Any]) -> ZipInfo:
    info = ZipInfo(name, file["created_at"].astimezone(UTC).timetuple()[:6])
    # A file beyond 4 GiB takes other headers, which come before it.
    info.file_size = file["size"]
    info.external_attr = MODE
    return info


class _Outlet(io.RawIOBase):
    """Takes what is written until it is sent; nobody can go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, written: Any) -> int:
        self._held += written
        return len(written)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken
