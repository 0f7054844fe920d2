"""What a file is, by its first bytes alone: they choose the one reader that gets to see it.

Each reader is told what it reads, so that none of them guesses, and no playlist or container of
another kind is followed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

HEAD = 64 * 1024
"""How much of a file is looked at."""


class Kind(StrEnum):
    """What there is a preview of."""

    PICTURE = "picture"
    DOCUMENT = "document"
    RECORDING = "recording"
    """Sound or film; which of the two, its streams say."""
    TEXT = "text"


@dataclass(frozen=True)
class Found:
    """A kind, and what its reader calls the format."""

    kind: Kind
    reader: str


_SIGNATURES: tuple[tuple[bytes, Kind, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", Kind.PICTURE, "PNG"),
    (rb"\xff\xd8\xff", Kind.PICTURE, "JPEG"),
    (rb"GIF8[79]a", Kind.PICTURE, "GIF"),
    (rb"RIFF....WEBP", Kind.PICTURE, "WEBP"),
    (rb"....ftypavi[fs]", Kind.PICTURE, "AVIF"),
    (rb"II\*\0|MM\0\*", Kind.PICTURE, "TIFF"),
    (rb"BM....\0\0\0\0", Kind.PICTURE, "BMP"),
    (rb"\0\0\0\x0cjP  \r\n\x87\n", Kind.PICTURE, "JPEG2000"),
    (rb"8BPS\0\x01", Kind.PICTURE, "PSD"),
    (rb"(?:\xef\xbb\xbf)?\s{0,64}%PDF-\d", Kind.DOCUMENT, "pdf"),
    (rb"RIFF....WAVE", Kind.RECORDING, "wav"),
    (rb"RIFF....AVI ", Kind.RECORDING, "avi"),
    (rb"FORM....AIF[FC]", Kind.RECORDING, "aiff"),
    (rb"fLaC", Kind.RECORDING, "flac"),
    (rb"OggS\0", Kind.RECORDING, "ogg"),
    (rb"ID3[\x02-\x04]|\xff[\xfa\xfb\xf2\xf3\xe2\xe3]", Kind.RECORDING, "mp3"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", Kind.RECORDING, "aac"),
    (rb"....ftyp(?!hei|hev|mif1|msf1)|....(?:moov|mdat|wide|free)", Kind.RECORDING, "mov"),
    (rb"\x1a\x45\xdf\xa3", Kind.RECORDING, "matroska"),
    (rb"\0\0\x01\xba", Kind.RECORDING, "mpeg"),
    (rb"\x47.{187}\x47.{187}\x47", Kind.RECORDING, "mpegts"),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind.RECORDING, "asf"),
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")


def kind_of(head: bytes) -> Found | None:
    """The kind of a file that begins so; None when there is no preview of it."""
    for signature, kind, reader in _SIGNATURES:
        if re.match(signature, head, re.DOTALL):
            return Found(kind, reader)
    return Found(Kind.TEXT, encoding) if (encoding := encoding_of(head)) else None


def encoding_of(head: bytes) -> str | None:
    """How the letters of a text are written; None when it is none."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        if _is_text(text_of(head, encoding)):
            return encoding
    return None


def text_of(head: bytes, encoding: str) -> str:
    """The text that begins so; a letter cut in two at the end is left out."""
    text = head.decode(encoding, errors="replace")
    return text[:-1] if len(head) >= HEAD else text


def _is_text(text: str) -> bool:
    return bool(text.strip()) and not _NO_TEXT.search(text)
