"""What movements of money are made of: postings from parts of wallets to escrows and back."""

from dataclasses import dataclass

from domain.accounts import PLATFORM, Account, Entry, Kind, Parts, Posting
from domain.money import share


@dataclass(frozen=True)
class Cut:
    """How an escrow is divided: what the freelancer gets of each part, and the fee within it."""

    freelancer: Parts
    client: Parts
    fee_provisional: int
    fee_cleared: int


@dataclass(frozen=True)
class Earned:
    """What one person earns from an escrow that several share, provisional and cleared apart."""

    user: str
    provisional_minor: int
    cleared_minor: int

    def by_kind(self) -> tuple[tuple[Kind, int], ...]:
        """Each account kind with what it gets."""
        return (
            (Kind.EARNINGS_PROVISIONAL, self.provisional_minor),
            (Kind.EARNINGS, self.cleared_minor),
        )


def cut(held: Parts, freelancer_minor: int, fee_minor: int) -> Cut:
    """Divide what is held; each part in proportion, so provisional money stays provisional."""
    names = ("credits_provisional", "earnings_provisional", "credits", "earnings", "advanced")
    weights = [getattr(held, name) for name in names]
    given = share(freelancer_minor, weights)
    theirs = Parts(**dict(zip(names, given, strict=True)))
    back = Parts(**{n: w - g for n, w, g in zip(names, weights, given, strict=True)})
    fees = share(fee_minor, [theirs.provisional, theirs.cleared]) if fee_minor else [0, 0]
    return Cut(theirs, back, *fees)


def earned(case_id: str, user: str, parted: Cut, currency: str) -> tuple[Posting, ...]:
    """What somebody earned from an escrow, provisional and cleared apart, and the fee."""
    provisional = parted.freelancer.provisional - parted.fee_provisional
    cleared = parted.freelancer.cleared - parted.fee_cleared
    fee = parted.fee_provisional + parted.fee_cleared
    return (
        move(Kind.ESCROW, case_id, Kind.EARNINGS_PROVISIONAL, user, provisional, currency),
        move(Kind.ESCROW, case_id, Kind.EARNINGS, user, cleared, currency),
        move(Kind.ESCROW, case_id, Kind.PLATFORM_FEES, PLATFORM, fee, currency),
    )


def from_parts(
    user: str, parts: Parts, target: Kind, owner: str, currency: str
) -> tuple[Posting, ...]:
    """The parts of a wallet, each from its own account, to one target."""
    return tuple(move(kind, user, target, owner, part, currency) for kind, part in parts.by_kind())


def back_to_parts(case_id: str, user: str, parts: Parts, currency: str) -> tuple[Posting, ...]:
    """An escrow returns to the accounts it was taken from."""
    return tuple(
        move(Kind.ESCROW, case_id, kind, user, part, currency) for kind, part in parts.by_kind()
    )


def move(
    source: Kind, source_owner: str, target: Kind, target_owner: str, minor: int, currency: str
) -> Posting:
    """One posting between two accounts of the same currency."""
    return Posting(
        Account(source, source_owner, currency), Account(target, target_owner, currency), minor
    )


def ours(source: Kind, target: Kind, minor: int, currency: str) -> Posting:
    """One posting between two accounts of the platform."""
    return move(source, PLATFORM, target, PLATFORM, minor, currency)


def entry(kind: str, reference: str, *postings: Posting) -> Entry:
    """The entry without the postings that move nothing."""
    return Entry(kind, reference, tuple(p for p in postings if p.amount_minor))
