"""What somebody may spend of their wallet: whoever owes something keeps as much for that."""

from domain.accounts import Wallet
from domain.errors import InsufficientFunds
from domain.money import show


def free(wallet: Wallet, meant_minor: int) -> int:
    """All but what is owed, and what was paid in for other cases alone; below zero, it lacks."""
    return max(wallet.spendable - meant_minor, 0) - wallet.receivable


def comes_first(wallet: Wallet, lent_minor: int, bounced_minor: int) -> int:
    """What a contest's prizes pay before anybody shares or wins them.

    That is what its client owes, as far as their wallet does not keep it, and what has bounced of
    the money in the contest itself. What was lent them for mediators may come back, and is none.
    """
    debt = max(wallet.receivable - lent_minor, 0)
    return max(debt - wallet.spendable, min(debt, bounced_minor))


def lacks(wallet: Wallet, missing_minor: int) -> InsufficientFunds:
    """That so much is missing, and how much of it is owed, if something is."""
    owed = wallet.receivable
    if not owed:
        return InsufficientFunds(missing_minor=missing_minor)
    detail = f"{show(missing_minor)} are missing; {show(owed)} are owed, and come first"
    return InsufficientFunds(detail, missing_minor=missing_minor, owed_minor=owed)
