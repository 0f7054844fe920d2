"""A profile: who may do what with it, when; and what it takes to be public."""

import pytest

from domain.errors import ConditionMissing, NdaMissing, NotOpen, WorkPermissionMissing
from domain.profile import (
    MOVES,
    NEEDED,
    PARTS,
    ProfileState,
    missing,
    open_in,
    require_findable,
    require_open,
    require_publishable,
    texts,
)
from domain.standing import Permission, Standing

S = ProfileState
CLEARED = Standing(nda_signed=True, permission=Permission.W9)
WHOLE = dict.fromkeys(PARTS, "x")
ROWS = """
edit      freelancer draft published  stays
publish   freelancer draft            published
unpublish freelancer published        draft
"""


def test_the_table_is_this() -> None:
    """Each move with who makes it, from which states, and where it leads."""
    rows = [[one.name, one.by, *sorted(one.sources), str(one.target or "stays")] for one in MOVES]
    assert rows == [line.split() for line in ROWS.strip().splitlines()]


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_what_is_not_open_is_refused(state: ProfileState, move: object) -> None:
    """Every move in every state: what is shown is what may be done."""
    name = getattr(move, "name", "")
    if name in [one.name for one in open_in(state)]:
        require_open(name, state)
        return
    with pytest.raises(NotOpen) as refused:
        require_open(name, state)
    assert refused.value.facts == {"state": state.value}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("nothing", [None, "", (), []])
def test_a_part_that_says_nothing_is_missing(part: str, nothing: object) -> None:
    """It holds the publication if it is needed, else it is only shown."""
    said = WHOLE | {part: nothing}
    assert missing(said) == [part]
    if part not in NEEDED:
        require_findable(said)
        return
    with pytest.raises(ConditionMissing) as refused:
        require_publishable(S.DRAFT, said, CLEARED)
    assert refused.value.facts == {"missing": [part]}


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing(), WorkPermissionMissing),
        (Standing(permission=Permission.W8BEN), NdaMissing),
    ],
)
def test_who_may_not_work_is_not_found(standing: Standing, refusal: type[Exception]) -> None:
    """However whole the profile is."""
    with pytest.raises(refusal):
        require_publishable(S.DRAFT, WHOLE, standing)
    require_publishable(S.DRAFT, WHOLE, CLEARED)


def test_all_texts_are_named_by_their_place() -> None:
    """In the order in which they are read; numbers are no texts."""
    nothing = dict.fromkeys(PARTS)
    piece = {"title": "Icons", "year": 2020, "text": "By hand"}
    said = nothing | {"portfolio": [piece], "title": "I draw", "skills": ["ink"]}
    assert list(texts(said)) == [
        ("title", "I draw"),
        ("skills/0", "ink"),
        ("portfolio/0/title", "Icons"),
        ("portfolio/0/text", "By hand"),
    ]
