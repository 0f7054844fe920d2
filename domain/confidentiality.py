"""What a client asks of a job's freelancer besides the agreement that all of them sign."""

import hashlib
from typing import Annotated

from pydantic import Field

from domain.errors import ConfidentialityMissing, SeenIsStale

Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a text's UTF-8: it names exactly what was read."""


def fingerprint(text: str) -> Fingerprint:
    """By what a text is named when somebody agrees to it."""
    return hashlib.sha256(text.encode()).hexdigest()


def require_agreed(asked: Fingerprint | None, agreed: Fingerprint | None) -> None:
    """Raise unless exactly what the client asks was agreed to, and nothing else."""
    if asked == agreed:
        return
    if agreed is None:
        raise ConfidentialityMissing(sha256=asked)
    raise SeenIsStale("these are not the client's own terms of confidentiality", sha256=asked)
