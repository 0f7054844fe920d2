"""A PDF sealed as a whole: a signed comment after its end covers every byte before it.

The document itself is attached as JSON, so that machines and people read the same file. Readers
of PDF skip what follows `%%EOF`; the seal is `%PeerOK-seal ` and one line of canonical JSON.
"""

import hashlib
import io
import logging
from typing import Any

from pypdf import PdfReader, PdfWriter

from papers import canonical, document, signing
from papers.signing import SigningKey
from papers.verdict import Verdict, no

MARK = b"\n%PeerOK-seal "
LONGEST_SEAL = 1000
"""Readers look for the end of a PDF in its last 1024 bytes."""
ATTACHED = "case-file.json"

# What a changed PDF does to its reader is told by our verdict, not by the reader's complaints.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def with_attached(pages: bytes, document: bytes, name: str = ATTACHED) -> bytes:
    """The PDF with the document attached."""
    writer = PdfWriter(clone_from=io.BytesIO(pages))
    writer.add_attachment(name, document)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed(whole: bytes, document: bytes, key: SigningKey) -> bytes:
    """The PDF, which has the document attached, sealed."""
    seal: dict[str, Any] = {
        "document": hashlib.sha256(document).hexdigest(),
        "key": key.public.shown(),
        "sha256": hashlib.sha256(whole).hexdigest(),
        "size": len(whole),
    }
    signature = key.sign(canonical.written(seal))
    return whole + MARK + canonical.written(seal | {"signature": signature})


def is_one(content: bytes) -> bool:
    """Whether it is a PDF, or was one before somebody changed it; never what begins as JSON."""
    if content.startswith(b"{"):
        # People write titles, also such as begin a PDF.
        return False
    return content.lstrip().startswith(b"%PDF-") or MARK in content[-LONGEST_SEAL:]


def checked(content: bytes) -> Verdict:
    """Whether every byte is as it was sealed, and the document inside holds too."""
    at = content.rfind(MARK, max(0, len(content) - LONGEST_SEAL))
    if at < 0:
        return no(f"This PDF has no seal of ours at its end. {_inside(content)}")
    whole = content[:at]
    try:
        seal = canonical.read(content[at + len(MARK) :])
        signature = str(seal.pop("signature"))
        key = signing.named(seal["key"])
        expected = seal["sha256"], seal["size"], seal["document"]
    except (canonical.NotCanonical, ValueError, KeyError, TypeError, AttributeError) as error:
        return no(f"The seal at the end of the PDF was changed: {error}. {_inside(content)}")
    if not key.signed(signature, canonical.written(seal)):
        return no(f"The seal at the end of the PDF was changed. {_inside(content)}")
    if (hashlib.sha256(whole).hexdigest(), len(whole)) != expected[:2]:
        return no(f"The PDF was changed after it was sealed. {_inside(content)}")
    attached = _attached(whole)
    if attached is None or hashlib.sha256(attached).hexdigest() != expected[2]:
        return no("The PDF does not hold the document it was sealed with.")
    found = document.checked(attached)
    if found.holds and found.key != key:
        return no("The PDF was sealed with another key than the document in it.")
    return found


def _inside(content: bytes) -> str:
    """What the document inside a changed PDF tells about the change."""
    attached = _attached(content)
    if attached is None:
        return "The document inside cannot be read any more."
    found = document.checked(attached)
    if found.holds:
        return "The document inside it is unchanged: what differs is how it is shown."
    return f"Inside: {found.says}"


def _attached(content: bytes) -> bytes | None:
    try:
        files = PdfReader(io.BytesIO(content)).attachments
        return next((found[0] for found in files.values() if found), None)
    except Exception:
        # A PDF that somebody changed can break its reader anywhere: then it tells us nothing.
        return None
