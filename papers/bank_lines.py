"""Lines of a bank statement, and what is wrong with a file that holds none we can trust."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

CURRENCIES = frozenset({"USD"})
"""Of our accounts; each has two decimals."""
LONGEST_TEXT = 1_000
LONGEST_REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One movement on our account, as the bank booked it."""

    account: str
    """The number of the account, or its IBAN."""
    reference: str
    """The bank's own; no other line of the account has it."""
    booked_on: date
    amount_minor: int
    """Above zero what came, below zero what went."""
    currency: str
    counterparty: str = ""
    text: str = ""
    end_to_end_id: str = ""
    """What the payer, or we, named the payment; empty if nobody did."""
    returned: bool = False
    """Whether it takes back a movement before: a payment that failed, a check that bounced."""


class Unreadable(ValueError):
    """A file of which nothing may be used: `where` in it, and the `reason`."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason = where, reason


@contextmanager
def reading(where: str) -> Iterator[None]:
    """What is wrong in here is wrong at this place of the file."""
    try:
        yield
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(where, str(error)) from error


class References:
    """The references met in a file so far."""

    def __init__(self) -> None:
        self._met: set[tuple[str, str]] = set()

    def new(self, account: str, reference: str) -> str:
        """This reference; ValueError if it is none or was met before."""
        if not account or not account.isprintable():
            raise ValueError("the account is missing, or holds what cannot be printed")
        if not reference:
            raise ValueError("the bank's reference is missing")
        if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
            raise ValueError("the bank's reference is too long, or holds what cannot be printed")
        if (account, reference) in self._met:
            raise ValueError(f"the reference {reference} was there before")
        self._met.add((account, reference))
        return reference


def minor(amount: str) -> int:
    """An amount without sign in minor units: `1234.5` → 123450; ValueError for what is none."""
    found = re.fullmatch(r"([0-9]{1,13})(?:\.([0-9]{1,5}))?", amount)
    if found is None:
        raise ValueError(f"{_quoted(amount)} is no amount")
    units, part = found[1], (found[2] or "").rstrip("0")
    if len(part) > 2:
        raise ValueError(f"{_quoted(amount)} has parts of a cent")
    return int(units + part.ljust(2, "0"))


def currency(code: str) -> str:
    """The currency; ValueError if we keep no account in it."""
    if code not in CURRENCIES:
        raise ValueError(f"{_quoted(code)} is no currency of our accounts")
    return code


def day(written: str) -> date:
    """A day like 2026-07-15; ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError(f"{_quoted(written)} is no date")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{_quoted(written)} is no day of a calendar") from None


def shown(texts: Iterable[str]) -> str:
    """What a bank passes on, as one line of printable letters that is not too long."""
    whole = " ".join(texts)
    printable = "".join(letter if letter.isprintable() else " " for letter in whole)
    return " ".join(printable.split())[:LONGEST_TEXT].rstrip()


def _quoted(text: str) -> str:
    return repr(text[:40]) if text else "nothing"
