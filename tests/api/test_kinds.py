"""What a file is says its content, and whatever it is, no browser runs it."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from PIL import Image
from sqlalchemy import text

from api.kinds import HEAD, PLAIN, TEXT, inert, kind_of
from tests.api.people import Person, signup

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
RUN = ("text/html", "image/svg+xml", "application/xml", "text/javascript", "application/pdf")
"""What a sender may say so that a browser does something with it."""


def picture(form: str) -> bytes:
    """A small one."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(out, form)
    return out.getvalue()


def packed() -> bytes:
    """A ZIP as offices make them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def tarred() -> bytes:
    """A file in a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


def media(brand: bytes) -> bytes:
    """The beginning of an MP4 of this brand."""
    return b"\0\0\0\x18ftyp" + brand + bytes(4) + b"mif1miaf" + bytes(40)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (picture("TIFF"), "image/tiff"),
        (picture("BMP"), "image/bmp"),
        (picture("JPEG2000"), "image/jp2"),
        (picture("AVIF"), "image/avif"),
        (media(b"heic"), "image/heif"),
        (media(b"mif1"), "image/heif"),
        (media(b"isom"), "video/mp4"),
        (media(b"iso5"), "video/mp4"),
        (media(b"qt  "), "video/quicktime"),
        (media(b"M4A "), "audio/mp4"),
        (b"ID3\x03\0\0\0\0\0\x21TPE1" + bytes(50), "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt \x10" + bytes(50), "audio/wav"),
        (b"OggS\0\2" + bytes(22) + b"\x01vorbis" + bytes(50), "application/ogg"),
        (b"fLaC\0\0\0\x22" + bytes(50), "audio/flac"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81" + bytes(50), "video/webm"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
        (b"%PDF-1.4\nplain", "application/pdf"),
        (rb"{\rtf1\ansi words}", "application/rtf"),
        (packed(), "application/zip"),
        (tarred(), "application/x-tar"),
        (gzip.compress(b"x", mtime=0), "application/gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/x-ole-storage"),
        ("Grüße\r\n\t\x1b[1m👋".encode(), TEXT),
        (b"BMW is a car", TEXT),
        (HTML, TEXT),
        (SVG, TEXT),
        (b"\xef\xbb\xbf<script>alert(1)</script>", TEXT),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", TEXT),
        (b"#!/bin/sh\nrm -rf /\n", TEXT),
        (Path("/bin/sh").read_bytes()[:HEAD], PLAIN),
        (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" + bytes(100), PLAIN),
        (b"CWS\x0a" + b"\xab" * 50, PLAIN),
        (b"\0asm\1\0\0\0", PLAIN),
        (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(50), PLAIN),
        (HTML.decode().encode("utf-16"), PLAIN),
        (bytes(range(256)), PLAIN),
        (b"x", TEXT),
        (b"\xff", PLAIN),
    ],
)
def test_a_kind_is_told_from_the_first_bytes(content: bytes, kind: str) -> None:
    """Pictures, sound, films, papers and packs have theirs; what could run is text or bytes."""
    assert kind_of(content[:HEAD]) == kind
    assert inert(kind) == kind


def test_a_letter_that_is_cut_at_the_end_of_what_is_looked_at_is_text() -> None:
    """The last byte may be the first of two; in a file that ends there it is none."""
    cut = ("x" * (HEAD - 1) + "ü").encode()[:HEAD]
    assert kind_of(cut) == TEXT
    assert kind_of(cut[1:]) == PLAIN


@pytest.mark.parametrize("said", [*RUN, "image/png", "what ever", ""])
async def test_the_sender_s_word_does_not_count(ana: Person, said: str) -> None:
    """A page stays a text, whatever its sender calls it; a picture is one."""
    for content, kind in ((HTML, TEXT), (picture("PNG"), "image/png")):
        made = await ana.upload(content, {"Content-Type": said, "X-File-Name": "logo.svg"})
        assert made.json()["content_type"] == kind
        got = await ana.get(f"/v1/files/{made.json()['id']}")
        assert got.headers["content-type"] == kind


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        SVG,
        picture("GIF")[:6] + b"/*" + bytes(10) + b"*/=1;alert(1)",
        b"%PDF-1.7\n" + HTML,
        picture("PNG") + packed(),
    ],
)
async def test_what_pretends_is_kept_and_reaches_nothing(ana: Person, content: bytes) -> None:
    """Byte for byte, as a download, in a sandbox that loads nothing and that no page embeds."""
    made = await ana.upload(content)
    got = await ana.get(f"/v1/files/{made.json()['id']}")
    assert got.content == content
    assert got.headers["content-type"] not in {*RUN} - {"application/pdf"}
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    policy = got.headers["content-security-policy"].split("; ")
    assert {"sandbox", "default-src 'none'"} <= set(policy)
    assert got.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_type_that_was_believed_before_is_not_served(app: FastAPI, ana: Person) -> None:
    """Rows that an older build wrote say what a sender said."""
    file = (await ana.upload(HTML)).json()["id"]
    async with app.state.engine.begin() as c:
        row = {"id": file, "type": "text/html"}
        await c.execute(text("update file set content_type = :type where id = :id"), row)
    assert (await ana.get(f"/v1/files/{file}")).headers["content-type"] == PLAIN


@pytest.fixture(scope="module")
async def ana(http: AsyncClient) -> Person:
    """Who uploads all this."""
    return await signup(http)
