"""Money that came from outside by hand: who may vouch for it, and what it does to a wallet."""

from domain import flows
from domain.accounts import Entry, Kind
from domain.carriers import Carried
from domain.errors import AlreadyOver, NotYours

Method = Carried
CLEARS_LATER = frozenset({Method.MONEY_ORDER, Method.CHECK})
"""What may still bounce stays provisional for 10 business days."""


def require_recorder(*, client: str, by: str) -> None:
    """Nobody vouches for money that reaches their own wallet."""
    if by == client:
        raise NotYours("Somebody else has to record money for your own wallet")


def require_confirmer(*, client: str, recorded_by: str, confirmed_by: str | None, by: str) -> None:
    """A receipt is confirmed once, by a second person who gains nothing from it."""
    if by == recorded_by:
        raise NotYours("Another person than the one who recorded it has to confirm it")
    if by == client:
        raise NotYours("Somebody else has to confirm money for your own wallet")
    if confirmed_by is not None:
        raise AlreadyOver("This receipt was confirmed before")


def credit(
    receipt_id: str, client: str, method: Method, amount_minor: int, owed_minor: int, currency: str
) -> tuple[Entry, ...]:
    """What arrived is what is credited; cleared money first settles what the client owes."""
    if method in CLEARS_LATER:
        return (
            flows.deposit_provisional(
                receipt_id, client, amount_minor, Kind.BANK_CLEARING, currency
            ),
        )
    settled = min(owed_minor, amount_minor)
    return (
        flows.deposit(receipt_id, client, amount_minor, Kind.BANK_CLEARING, currency),
        flows.receivable_settle(f"deposit/{receipt_id}", client, settled, Kind.CREDITS, currency),
    )


def named_by_the_bank(reference: str | None) -> dict[str, object]:
    """What the bank calls the line that takes money out again: by it its statement agrees."""
    return {"bank_reference": reference} if reference else {}
