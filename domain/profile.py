"""A profile: what a freelancer says of themselves; its row, and what it takes to be public."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from domain.errors import ConditionMissing, NotOpen
from domain.moves import Move
from domain.standing import Standing


class ProfileState(StrEnum):
    """Who sees it."""

    DRAFT = "draft"
    PUBLISHED = "published"


S = ProfileState
MOVES = (
    Move("edit", frozenset(S), None, "freelancer", "Say something else of yourself"),
    Move("publish", frozenset({S.DRAFT}), S.PUBLISHED, "freelancer", "Let everybody find you"),
    Move("unpublish", frozenset({S.PUBLISHED}), S.DRAFT, "freelancer", "Be found no longer"),
)
NEEDED = ("title", "summary", "skills")
"""The parts without which nobody is found by it."""
PARTS = (*NEEDED, "credentials", "experience", "portfolio", "education", "certifications")
"""All that a whole profile says, in the order in which it is read."""
MOST_LETTERS = 100_000
"""Of a whole profile: whatever they are, what is searched of it fits into its index."""


def open_in(state: ProfileState) -> list[Move]:
    """What its freelancer may do with it now."""
    return [one for one in MOVES if state in one.sources]


def letters(said: Mapping[str, object]) -> dict[str, int]:
    """How many each part has."""
    return {part: sum(len(text) for _, text in _texts(part, said[part])) for part in PARTS}


def missing(said: Mapping[str, object]) -> list[str]:
    """The parts of which nothing is said."""
    return [part for part in PARTS if not said[part]]


def require_findable(said: Mapping[str, object]) -> None:
    """Raise ConditionMissing without a part that it takes to be public."""
    if lacks := [part for part in missing(said) if part in NEEDED]:
        what = "a published profile has a title, a summary and skills"
        raise ConditionMissing(what, missing=lacks)


def require_publishable(state: ProfileState, said: Mapping[str, object], who: Standing) -> None:
    """Raise what keeps a freelancer from publishing it."""
    require_open("publish", state)
    who.require_to_work()
    require_findable(said)


def require_open(name: str, state: ProfileState) -> None:
    """Raise NotOpen in another state."""
    if name not in {one.name for one in open_in(state)}:
        raise NotOpen(f"{name} is not open while {state}", state=state.value)


def texts(said: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Everything that is written in it, with where it stands (`experience/0/title`)."""
    for part in PARTS:
        yield from _texts(part, said[part])


def _texts(where: str, what: object) -> Iterator[tuple[str, str]]:
    if isinstance(what, str):
        yield where, what
    elif isinstance(what, Mapping):
        for name, one in what.items():
            yield from _texts(f"{where}/{name}", one)
    elif isinstance(what, Sequence):
        for n, one in enumerate(what):
            yield from _texts(f"{where}/{n}", one)
