"""What an entry makes of a difference with the outside: by its sign, its kind, and two people."""

import pytest

from domain.accounts import Kind
from domain.difference import Clearing, Gap, Proposal, Source, confirms, entries, require_clearable
from domain.errors import AlreadyOver, ConditionMissing, NotYours

STRIPE, BANK = Kind.PROCESSOR_CLEARING, Kind.BANK_CLEARING
Moved = list[tuple[Kind, Kind, int]]


def moved(source: Source, kind: Clearing, gap: Gap) -> Moved:
    """From where to where, how much."""
    return [
        (posting.source.kind, posting.target.kind, posting.amount_minor)
        for entry in entries("clearance_1", source, kind, gap, "USD")
        for posting in entry.postings
    ]


@pytest.mark.parametrize(
    ("source", "kind", "gap", "expected"),
    [
        (Source.STRIPE, Clearing.SUSPENSE, Gap(50_00), [(STRIPE, Kind.SUSPENSE, 50_00)]),
        (Source.STRIPE, Clearing.LOSSES, Gap(-40_00), [(Kind.LOSSES, STRIPE, 40_00)]),
        (Source.BANK, Clearing.SUSPENSE, Gap(5), [(BANK, Kind.SUSPENSE, 5)]),
        (Source.BANK, Clearing.PROCESSOR_FEE, Gap(-5), [(Kind.PROCESSOR_COSTS, BANK, 5)]),
        (
            Source.STRIPE,
            Clearing.PROCESSOR_FEE,
            Gap(0, 20),
            [(Kind.PROCESSOR_COSTS, STRIPE, 20)],
        ),
        (
            Source.STRIPE,
            Clearing.PROCESSOR_FEE,
            Gap(0, -20),
            [(STRIPE, Kind.PROCESSOR_COSTS, 20)],
        ),
        (
            Source.STRIPE,
            Clearing.LOSSES,
            Gap(-100_00, 15_00),
            [(Kind.LOSSES, STRIPE, 100_00), (Kind.PROCESSOR_COSTS, STRIPE, 15_00)],
        ),
    ],
)
def test_an_entry_moves_what_is_missing_here_to_where_it_belongs(
    source: Source, kind: Clearing, gap: Gap, expected: Moved
) -> None:
    """What the outside has more leaves our account for it; what was a fee is a cost."""
    assert moved(source, kind, gap) == expected


@pytest.mark.parametrize("kind", [Clearing.SUSPENSE, Clearing.LOSSES])
def test_a_fee_alone_is_cleared_as_a_fee(kind: Clearing) -> None:
    """Nothing else would move."""
    with pytest.raises(ConditionMissing):
        require_clearable(kind, Gap(0, 5), gone=False)


def test_what_agrees_by_now_is_not_cleared() -> None:
    """Whoever proposed it, and whatever it was."""
    with pytest.raises(AlreadyOver):
        require_clearable(Clearing.LOSSES, Gap(5), gone=True)


@pytest.mark.parametrize(
    ("by", "kind", "gap", "is_one"),
    [
        ("bob", Clearing.LOSSES, Gap(5), True),
        ("bob", Clearing.SUSPENSE, Gap(5), False),
        ("bob", Clearing.LOSSES, Gap(6), False),
        ("ada", Clearing.SUSPENSE, Gap(5), False),
    ],
)
def test_the_second_person_says_the_same_of_the_same_sum(
    by: str, kind: Clearing, gap: Gap, is_one: bool
) -> None:
    """Anything else is a proposal of their own."""
    assert confirms(Proposal("ada", Clearing.LOSSES, Gap(5)), by, kind, gap) is is_one
    assert not confirms(None, by, kind, gap)


def test_nobody_confirms_their_own_proposal() -> None:
    """However often they say it."""
    with pytest.raises(NotYours):
        confirms(Proposal("ada", Clearing.LOSSES, Gap(5)), "ada", Clearing.LOSSES, Gap(5))
