"""A certificate as our doors make it, without any door."""

from functools import cache
from typing import Any

from domain.certificate import CLAUSE
from papers import document, rendering, sealed_pdf
from papers.certificate import CERTIFICATE, REVOCATION, VERSION
from papers.chain import Item
from papers.signing import SigningKey

KEY = SigningKey("5e" * 32)
ID = "certificate_01kb2m6s7nfzqvk6a0sq3v5x1c"
AT = "2026-11-27T08:45:12.345678Z"
CHECK_AT = f"https://peerok.example/v1/certificates/{ID}"


def file(n: int, name: str = "logo.svg") -> dict[str, Any]:
    return {
        "id": f"file_{n:026}",
        "name": name,
        "content_type": "image/svg+xml",
        "size": 48_213 * n,
        "sha256": f"{n:064x}",
    }


def about(kind: str, title: str) -> dict[str, Any]:
    return {
        "title": f"{kind.capitalize()} {ID}",
        "kind": kind,
        "version": VERSION,
        "certificate": ID,
        "subject": title,
        "check_at": CHECK_AT,
        "issued_at": AT,
        "made_by": "https://peerok.example",
    }


def certificate(
    title: str = "A logo for Harbour Bakery",
    maker: str = "Fay Okonkwo",
    owner: str = "Anna Ñandú",
    files: tuple[dict[str, Any], ...] = (file(1), file(2, "logo-dark.svg")),
    note: str = "As agreed",
    key: SigningKey = KEY,
    version: int = VERSION,
) -> bytes:
    """One, signed, for this work of this maker, as it was or is written."""
    passing = {
        "work": {"id": "job_01kb2m6s7nfzqvk6a0sq3v5x1c", "title": title},
        "from": {"role": "freelancer", "id": "user_01kb2m6s7nfzqvk6a0sq3v5x1d", "name": maker},
        "to": {"role": "client", "id": "user_01kb2m6s7nfzqvk6a0sq3v5x1e", "name": owner},
        "event": "delivery_approved",
        "words": "The work was approved",
        "state": "completed",
        "version": 5,
        "step": "instruction_01kb2m6s7nfzqvk6a0sq3v5x1f",
        "origin": {"kind": "direct_hire", "id": None},
        "entry": {
            "reference": "job/job_01kb2m6s7nfzqvk6a0sq3v5x1c/release",
            "entry": "release",
            "seal": {"n": 17, "hash": "cd" * 32},
        },
    }
    terms = {
        "clause": CLAUSE,
        "policy_version": 1,
        "price": {"amount_minor": 1_250_00, "currency": "USD"},
        "nda": {"version": 1, "in_force": 1, "signed_at": AT, "full_name": maker},
        "confidentiality": {"sha256": "ab" * 32},
    }
    if version == 1:
        terms["confidentiality"] = {"text": "Nothing of the new name.", "sha256": "ab" * 32}
    delivery = {
        "id": "delivery_01kb2m6s7nfzqvk6a0sq3v5x1g",
        "number": 1,
        "note": note,
        "approved": True,
        "files": list(files),
    }
    items = [
        Item("passing", AT, passing),
        Item("terms", AT, terms),
        Item("delivery", AT, delivery),
    ]
    return document.signed(about(CERTIFICATE, title) | {"version": version}, items, key)


def revocation(title: str = "A logo for Harbour Bakery") -> bytes:
    """What takes that one back."""
    told = {
        "certificate": ID,
        "sha256": "ef" * 32,
        "issued_at": AT,
        "event": "job_cancelled",
        "words": "The job was cancelled",
        "job": {"id": "job_01kb2m6s7nfzqvk6a0sq3v5x1c", "state": "cancelled", "version": 6},
    }
    return document.signed(about(REVOCATION, title), [Item("revocation", AT, told)], KEY)


def on_paper(signed: bytes, key: SigningKey = KEY) -> bytes:
    """The same as a sealed PDF."""
    return sealed_pdf.sealed(rendering.paper_of(signed), signed, key)


@cache
def usual() -> bytes:
    return on_paper(certificate())
