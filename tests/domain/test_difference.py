"""What an entry makes of a difference with the outside: by its sign, its kind, and two people."""

import pytest

from domain.accounts import Kind, Wallet
from domain.cases import ChargebackState
from domain.difference import (
    Clearing,
    Disputed,
    Gap,
    Proposal,
    Source,
    confirms,
    entries,
    require_clearable,
    require_not_own,
)
from domain.errors import AlreadyOver, ConditionMissing, NotYours
from tests.domain.chargebacks import Chargebacks

STRIPE, BANK = Kind.PROCESSOR_CLEARING, Kind.BANK_CLEARING
Moved = list[tuple[Kind, Kind, int]]


def moved(source: Source, kind: Clearing, gap: Gap, disputed: Disputed | None = None) -> Moved:
    """From where to where, how much."""
    return [
        (posting.source.kind, posting.target.kind, posting.amount_minor)
        for entry in entries("clearance_1", source, kind, gap, "USD", disputed)
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


def test_nobody_clears_what_is_their_own() -> None:
    """An accountant may have paid in with a card too."""
    disputed = Disputed(Chargebacks().opened().case, Wallet())
    require_not_own(disputed, "somebody")
    with pytest.raises(NotYours):
        require_not_own(disputed, disputed.chargeback.client)


@pytest.mark.parametrize("kind", [Clearing.SUSPENSE, Clearing.LOSSES])
def test_a_fee_alone_is_cleared_as_a_fee(kind: Clearing) -> None:
    """Nothing else would move."""
    with pytest.raises(ConditionMissing):
        require_clearable(kind, Gap(0, 5), gone=False)


def _disputed(state: str, wallet: Wallet | None = None, lost_minor: int = 0) -> Disputed:
    case = Chargebacks().case.model_copy(update={"state": ChargebackState(state)})
    return Disputed(case, wallet or Wallet(), lost_minor)


@pytest.mark.parametrize(
    ("gap", "wallet", "lost_minor", "expected"),
    [
        (100_00, Wallet(), 0, [(STRIPE, Kind.CREDITS, 100_00)]),
        (
            100_00,
            Wallet(receivable=30_00),
            50_00,
            [
                (STRIPE, Kind.CREDITS, 20_00),
                (STRIPE, Kind.RECEIVABLE, 30_00),
                (STRIPE, Kind.LOSSES, 50_00),
            ],
        ),
        (
            -100_00,
            Wallet(credits=60_00),
            0,
            [(Kind.CREDITS, STRIPE, 60_00), (Kind.RECEIVABLE, STRIPE, 40_00)],
        ),
        (-100_00, Wallet(credits=300_00), 50_00, [(Kind.CREDITS, STRIPE, 100_00)]),
    ],
)
def test_what_a_network_moved_after_its_decision_is_its_clients(
    gap: int, wallet: Wallet, lost_minor: int, expected: Moved
) -> None:
    """What came is no loss of ours any more, then no debt, then credits; what went is owed."""
    disputed = _disputed("lost", wallet, lost_minor)
    assert moved(Source.STRIPE, Clearing.CLIENT, Gap(gap), disputed) == expected


def test_only_a_line_of_a_chargeback_is_a_clients() -> None:
    """Of another one nobody knows whose it is."""
    with pytest.raises(ConditionMissing):
        require_clearable(Clearing.CLIENT, Gap(5), gone=False)


@pytest.mark.parametrize("kind", [Clearing.CLIENT, Clearing.LOSSES, Clearing.SUSPENSE])
@pytest.mark.parametrize("state", ["opened", "answering", "answered", "unbooked"])
def test_what_a_chargeback_will_book_itself_is_not_cleared(kind: Clearing, state: str) -> None:
    """It would be in the book twice; once it is decided, it may be."""
    with pytest.raises(ConditionMissing):
        require_clearable(kind, Gap(5), gone=False, disputed=_disputed(state))
    require_clearable(Clearing.PROCESSOR_FEE, Gap(0, 5), gone=False, disputed=_disputed(state))
    for decided in ("refilling", "owing", "won", "lost"):
        require_clearable(kind, Gap(5), gone=False, disputed=_disputed(decided))


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
