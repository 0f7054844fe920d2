"""The chart of accounts: an account is an address for money, with a floor it can't fall below."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.money import Minor


class Kind(StrEnum):
    """What an account is for."""

    CREDITS = "credits"
    EARNINGS = "earnings"
    CREDITS_PROVISIONAL = "credits_provisional"
    EARNINGS_PROVISIONAL = "earnings_provisional"
    ESCROW = "escrow"
    IN_TRANSIT = "in_transit"
    RECEIVABLE = "receivable"
    SUSPENSE = "suspense"
    PLATFORM_FEES = "platform_fees"
    REWARDS_PAYABLE = "rewards_payable"
    PROCESSOR_CLEARING = "processor_clearing"
    BANK_CLEARING = "bank_clearing"
    PROCESSOR_COSTS = "processor_costs"
    LOSSES = "losses"


WALLET = (Kind.CREDITS_PROVISIONAL, Kind.EARNINGS_PROVISIONAL, Kind.CREDITS, Kind.EARNINGS)
"""A person's spendable accounts, in the order a hold takes from them."""

PERSONAL = (*WALLET, Kind.RECEIVABLE)
"""The accounts every person has."""

SHARED = frozenset(
    {
        Kind.PLATFORM_FEES,
        Kind.PROCESSOR_CLEARING,
        Kind.BANK_CLEARING,
        Kind.PROCESSOR_COSTS,
    }
)
"""Accounts that every job touches: each is N ordinary accounts, a step uses its connection's."""

NEVER_BELOW_ZERO = frozenset(
    {
        *WALLET,
        Kind.ESCROW,
        Kind.IN_TRANSIT,
        Kind.SUSPENSE,
        Kind.PLATFORM_FEES,
        Kind.REWARDS_PAYABLE,
    }
)
NEVER_ABOVE_ZERO = frozenset({Kind.RECEIVABLE})
"""What a person owes the platform is a debit: it only ever stands below zero."""

PLATFORM = "platform"
"""The owner of the accounts that belong to no person and no case."""


@dataclass(frozen=True)
class Account:
    """One address for money; the owner is a user, a case, a withdrawal or the platform."""

    kind: Kind
    owner: str
    currency: str = "USD"


@dataclass(frozen=True)
class Posting:
    """One amount (minor units, above zero) from a source to a target."""

    source: Account
    target: Account
    amount_minor: int


@dataclass(frozen=True)
class Entry:
    """An atomic, immutable set of postings, written once under its reference."""

    kind: str
    reference: str
    postings: tuple[Posting, ...]


class Parts(BaseModel):
    """From which of a wallet's accounts a hold was taken, in minor units; a refund follows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    credits_provisional: Minor = 0
    earnings_provisional: Minor = 0
    credits: Minor = 0
    earnings: Minor = 0
    advanced: Minor = 0
    """What the platform lent: a debit of the holder's receivable."""

    @property
    def total(self) -> int:
        return self.provisional + self.cleared

    @property
    def provisional(self) -> int:
        return self.credits_provisional + self.earnings_provisional

    @property
    def cleared(self) -> int:
        return self.credits + self.earnings + self.advanced

    def plus(self, other: "Parts") -> "Parts":
        """Both together."""
        names = Parts.model_fields
        return Parts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def less(self, other: "Parts") -> "Parts":
        """What is left without the other."""
        names = Parts.model_fields
        return Parts(**{name: getattr(self, name) - getattr(other, name) for name in names})

    def first(self, minor: int) -> "Parts":
        """So much of it, in the order a hold takes; no more than there is."""
        found: dict[str, int] = {}
        for name in Parts.model_fields:
            found[name] = min(minor, getattr(self, name))
            minor -= found[name]
        return Parts(**found)

    def by_kind(self) -> tuple[tuple[Kind, int], ...]:
        """Each account kind with its part, in the order a hold takes."""
        return (
            (Kind.CREDITS_PROVISIONAL, self.credits_provisional),
            (Kind.EARNINGS_PROVISIONAL, self.earnings_provisional),
            (Kind.CREDITS, self.credits),
            (Kind.EARNINGS, self.earnings),
            (Kind.RECEIVABLE, self.advanced),
        )


class Shortfall(BaseModel):
    """How much was taken from an escrow, in minor units.

    A job names the case that took it, and that case the job.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    case: str
    minor: Minor


class Wallet(BaseModel):
    """A person's balances in one currency, in minor units; `receivable` is what they owe."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    credits_provisional: Minor = 0
    earnings_provisional: Minor = 0
    credits: Minor = 0
    earnings: Minor = 0
    receivable: Minor = 0

    @property
    def spendable(self) -> int:
        return self.credits_provisional + self.earnings_provisional + self.credits + self.earnings

    @property
    def provisional(self) -> int:
        return self.credits_provisional + self.earnings_provisional

    @property
    def withdrawable(self) -> int:
        """Cleared earnings, once nothing is owed."""
        return 0 if self.receivable else self.earnings

    def without(self, taken: Parts) -> "Wallet":
        """What is left of it."""
        left = {kind.value: getattr(self, kind.value) - getattr(taken, kind.value)
                for kind in WALLET}  # fmt: skip
        return self.model_copy(update=left)

    def take(self, amount_minor: int) -> Parts | None:
        """The parts that make up the amount, provisional first; None when it doesn't suffice."""
        if amount_minor > self.spendable:
            return None
        taken: dict[str, int] = {}
        left = amount_minor
        for kind in WALLET:
            taken[kind.value] = min(left, getattr(self, kind.value))
            left -= taken[kind.value]
        return Parts(**taken)
