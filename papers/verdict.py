"""What checking a file came to, in sentences for whoever holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from papers.signing import PublicKey


@dataclass(frozen=True)
class Verdict:
    """Whether the file is whole, why or where not, and by which key it was signed."""

    holds: bool
    says: str
    key: PublicKey | None = None
    document: Mapping[str, Any] | None = None
    proven: bool = False
    """Whether that key is one that the holder trusts; else anybody may have signed it."""


def no(says: str) -> Verdict:
    """The file is not what was signed."""
    return Verdict(False, says)
