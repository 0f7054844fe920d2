"""What is asked of the process that makes previews, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What of a file is to be shown."""

    PICTURE = "picture"
    SOUND = "sound"


@dataclass(frozen=True)
class Wanted:
    """One preview."""

    mark: str
    """Who will see it, and when, with ` · ` between: it stands all over the picture."""
    part: Part = Part.PICTURE
    page: int = 1


@dataclass(frozen=True)
class Preview:
    """What was made."""

    media_type: str
    content: bytes
    pages: int = 1
    """How many there are to ask for."""


class Reason(StrEnum):
    """Why there is no preview."""

    KIND_UNKNOWN = "kind_unknown"
    BROKEN = "broken"
    TOO_MUCH = "too_much"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    LOCKED = "locked"
    NO_SUCH_PAGE = "no_such_page"
    NO_SOUND = "no_sound"
    NO_LETTERS = "no_letters"


IN_WORDS: dict[Reason, str] = {
    Reason.KIND_UNKNOWN: "Files of this kind have no preview",
    Reason.BROKEN: "The file cannot be read; it may be broken",
    Reason.TOO_MUCH: "The file unfolds into more than a preview may take",
    Reason.TOO_LONG: "A preview of this file takes too long",
    Reason.TOO_LARGE: "The file is too large for a preview",
    Reason.LOCKED: "The document is locked with a password",
    Reason.NO_SUCH_PAGE: "The file has no such page",
    Reason.NO_SOUND: "There is no sound in this file",
    Reason.NO_LETTERS: "The text is in letters that cannot be shown here",
}


class NoPreview(Exception):
    """This file has none, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
