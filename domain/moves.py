"""What becomes of a row that is no case: by whom, from where to where."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Move:
    """A row of the table: what becomes of it, by whom, from where to where."""

    name: str
    sources: frozenset[StrEnum]
    target: StrEnum | None
    by: str
    says: str
