"""Certificates of who owns a work, and what takes one back: how they are told from other files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from papers import checking
from papers.signing import PublicKey
from papers.verdict import Verdict

CERTIFICATE, REVOCATION = "certificate", "revocation"
ATTACHED = "certificate.json"
VERSION = 2
"""Of what a certificate says. In the first, which holds as well, the client's own terms of
confidentiality stood in full; they open with the brief, so now their SHA-256 stands for them."""


def check(content: bytes, trusted: Mapping[PublicKey, bool] | None = None) -> Verdict:
    """Whether the file is a certificate as it was signed; one that takes it back certifies nothing.

    Whether it was revoked since, only its public address knows.
    """
    found = checking.check(content, trusted)
    if not found.holds or found.document is None:
        return found
    kind, says = found.document["about"].get("kind"), "It is whole, but it is no certificate."
    try:
        if kind == CERTIFICATE:
            return replace(found, says=f"{found.says} {_told(found.document)}")
        if kind == REVOCATION:
            named = found.document["about"]["certificate"]
            says = f"It is whole, and says that {named} is revoked: it certifies nothing."
    except (KeyError, IndexError, TypeError):
        # Whoever has a key of their own can sign anything.
        pass
    return replace(found, holds=False, says=says)


def _told(document: Mapping[str, Any]) -> str:
    """From whom to whom, and where to ask whether that still holds."""
    about, passed = document["about"], document["items"][0]["content"]
    sides = f"from {passed['from']['name']} to {passed['to']['name']}"
    when = document["items"][0]["at"]
    return (
        f"“{about['subject']}” passed {sides} at {when}."
        f" Whether this was revoked since is said at {about['check_at']}."
    )
