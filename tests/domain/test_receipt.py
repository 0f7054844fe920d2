"""Money that came by hand: two people vouch for it, debts come first, checks stay provisional."""

import pytest

from domain.accounts import Kind
from domain.errors import AlreadyOver, DomainError, NotYours
from domain.receipt import Method, credit, require_confirmer, require_recorder


def moved(method: Method, owed_minor: int) -> list[tuple[Kind, Kind, int]]:
    entries = credit("receipt_1", "user_1", method, 100_00, owed_minor, "USD")
    return [
        (posting.source.kind, posting.target.kind, posting.amount_minor)
        for entry in entries
        for posting in entry.postings
    ]


@pytest.mark.parametrize(
    ("owed", "settled"), [(0, []), (30_00, [30_00]), (100_00, [100_00]), (250_00, [100_00])]
)
def test_a_bank_transfer_is_credited_and_settles_debts(owed: int, settled: list[int]) -> None:
    """What arrived is credited; of it, what is owed is settled at once."""
    assert moved(Method.BANK_TRANSFER, owed) == [
        (Kind.BANK_CLEARING, Kind.CREDITS, 100_00),
        *((Kind.CREDITS, Kind.RECEIVABLE, amount) for amount in settled),
    ]


@pytest.mark.parametrize("method", [Method.CHECK, Method.MONEY_ORDER])
def test_what_may_bounce_settles_nothing_yet(method: Method) -> None:
    """It is provisional, debts or not."""
    assert moved(method, 30_00) == [(Kind.BANK_CLEARING, Kind.CREDITS_PROVISIONAL, 100_00)]


@pytest.mark.parametrize(
    ("by", "confirmed_by", "refusal"),
    [("ada", None, NotYours), ("cho", None, NotYours), ("bob", "bob", AlreadyOver)],
)
def test_a_receipt_is_confirmed_once_by_a_second_person(
    by: str, confirmed_by: str | None, refusal: type[DomainError]
) -> None:
    """Neither by its recorder nor by the client whose wallet it fills."""
    with pytest.raises(refusal):
        require_confirmer(client="cho", recorded_by="ada", confirmed_by=confirmed_by, by=by)
    require_confirmer(client="cho", recorded_by="ada", confirmed_by=None, by="bob")


def test_nobody_records_money_for_their_own_wallet() -> None:
    """An accountant may be a client, and then another one records it."""
    require_recorder(client="cho", by="ada")
    with pytest.raises(NotYours):
        require_recorder(client="ada", by="ada")
