"""What a file is, told from its first bytes; whatever a browser would run is text or just bytes."""

from codecs import getincrementaldecoder

import puremagic

HEAD = 8 * 1024
"""How much of a file is looked at; it is kept while the file streams by."""
PLAIN = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
"""All that can be read as UTF-8: HTML, SVG, XML and scripts too, so that none of them runs."""
_DOCUMENTS = {".pdf": "application/pdf", ".rtf": "application/rtf"}
"""Kinds that may begin like a text."""
_INERT = _DOCUMENTS | {
    ".7z": "application/x-7z-compressed",
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".avi": "video/x-msvideo",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".bz2": "application/x-bzip2",
    ".doc": "application/x-ole-storage",
    ".docx": "application/zip",
    ".exr": "image/x-exr",
    ".flac": "audio/flac",
    ".flv": "video/x-flv",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".ico": "image/vnd.microsoft.icon",
    ".jfif": "image/jpeg",
    ".jp2": "image/jp2",
    ".m4a": "audio/mp4",
    ".mid": "audio/midi",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mpg": "video/mpeg",
    ".mpga": "audio/mpeg",
    ".ogg": "application/ogg",
    ".otf": "font/otf",
    ".png": "image/png",
    ".psd": "image/vnd.adobe.photoshop",
    ".rar": "application/vnd.rar",
    ".tar": "application/x-tar",
    ".tiff": "image/tiff",
    ".ttf": "font/ttf",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".wmv": "video/x-ms-wmv",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xz": "application/x-xz",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}
"""Kinds no browser runs, by the library's name for their signature; of a ZIP or an OLE file the
signature does not say which office made it."""
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\v\f\r\x1b")


def kind_of(head: bytes) -> str:
    """The media type of what begins so (`HEAD` bytes, or all of it)."""
    signed = _signature(head)
    if signed in _DOCUMENTS.values() or not _is_text(head):
        return signed
    return TEXT


def inert(media_type: str) -> str:
    """The type a file is served as; one that an older build believed its sender is plain bytes."""
    return media_type if media_type == TEXT or media_type in _INERT.values() else PLAIN


def _signature(head: bytes) -> str:
    """By the longest signature that fits; of several as long, the first whose kind is inert."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    best = [one.extension for one in found if one.confidence == found[0].confidence]
    # The library knows a few of the brands that files of this family name after `ftyp`.
    unnamed = "video/mp4" if head[4:8] == b"ftyp" else PLAIN
    return next((_INERT[name] for name in best if name in _INERT), unnamed)


def _is_text(head: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return _CONTROLS.isdisjoint(text)
