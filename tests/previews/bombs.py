"""Small files that unfold into more than there is of memory or time."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.previews.samples import film

MEGABYTE = bytes(1024 * 1024)


def large_picture(width: int, height: int) -> bytes:
    """A PNG that says it is so large, with a few of its lines."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(width * 3 + 1) * 20, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", lines)


def large_note() -> bytes:
    """A PNG of ten points with a note of 200 megabytes."""
    head = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    note = b"Comment\0\0" + _squeezed(200)
    points = zlib.compress(bytes(31 * 10))
    parts = [(b"IHDR", head), (b"zTXt", note), (b"IDAT", points), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def laughing_document(depth: int = 12) -> bytes:
    """A PDF of forms each of which draws the next ten times."""
    forms = [_form(b"/F Do " * 10, n + 1) for n in range(5, 5 + depth)]
    return _pdf(_stream(b"/F Do", b""), *forms, _stream(b"0 0 m 9 9 l S " * 50, b""))


def slow_document() -> bytes:
    """A PDF whose page is painted all over with a change of colour, a hundred thousand times."""
    colours = b"<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1.7>>"
    change = b"<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 200 200]/Extend[true true]"
    return _pdf(_stream(b"/F sh " * 100_000, b""), change + b"/Function %s>>" % colours)


def document_in_itself() -> bytes:
    """A PDF whose form draws itself."""
    return _pdf(_stream(b"/F Do", b""), _form(b"/F Do", 5))


def swelling_document() -> bytes:
    """A PDF whose page is a gigabyte of drawing."""
    return _pdf(_stream(_squeezed(1200, b"9 9 m 1 1 l S   "), b"/Filter/FlateDecode"), b"null")


def mad_film() -> bytes:
    """A film that says that each of its pictures has 65,000 by 65,000 points."""
    content = film("avi", "rawvideo")
    at = content.index(b"strf") + 8
    size = struct.pack("<ii", 65_000, 65_000)
    return content[: at + 4] + size + content[at + 12 :]


def packed() -> bytes:
    """A ZIP with a large file."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
        made.open("large.png", "w", force_zip64=True) as inside,
    ):
        for _ in range(200):
            inside.write(MEGABYTE)
    return out.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _squeezed(megabytes: int, words: bytes = bytes(16)) -> bytes:
    squeeze, whole = zlib.compressobj(6), words * (len(MEGABYTE) // len(words))
    return b"".join([*(squeeze.compress(whole) for _ in range(megabytes)), squeeze.flush()])


def _form(content: bytes, draws: int) -> bytes:
    names = b"/Resources<</XObject<</F %d 0 R>>>>" % draws
    return _stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]" + names)


def _stream(content: bytes, about: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(content), content)


def _pdf(*objects: bytes) -> bytes:
    """The first object is the content of the only page, which may draw the second as F."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R"
    before = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page + b"/Resources<</XObject<</F 5 0 R>>/Shading<</F 5 0 R>>>>>>",
    )
    out, places = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for n, one in enumerate((*before, *objects), 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (n, one))
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(places) + 1, out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start))
    return out.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "a picture of 50,000 by 50,000": lambda: large_picture(50_000, 50_000),
    "a picture with a note of 200 megabytes": large_note,
    "a document that laughs": laughing_document,
    "a document of a gigabyte": swelling_document,
    "a film of 65,000 by 65,000": mad_film,
    "a ZIP of 200 megabytes": packed,
    "an SVG that is packed": lambda: gzip.compress(b"<svg>" + MEGABYTE * 100 + b"</svg>"),
}
