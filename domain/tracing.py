"""Which cents are whose deposit's: told from the journal, the oldest spent first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.accounts import Account, Kind

PROVISIONAL = (Kind.CREDITS_PROVISIONAL, Kind.EARNINGS_PROVISIONAL)
TRACED = frozenset({*PROVISIONAL, Kind.ESCROW})
OF_ONE_DEPOSIT = frozenset(
    {
        *("deposit", "deposit_reversed", "provisional_clear", "bounce_recovered"),
        *("receipt_match", "staff_correction", "deposit_refund"),
    }
)
"""Movements of one deposit's own money, which their reference names."""
TAKEN_BACK, GIVEN_BACK = "chargeback_open", "chargeback_won"
"""What the first took from a client the second puts back; both name the chargeback."""


@dataclass(frozen=True)
class Written:
    """An entry of the journal as far as it touches the accounts that are traced."""

    kind: str
    reference: str
    changes: Mapping[Account, int]


@dataclass
class _Lots:
    """Sums by the deposit they came from, the oldest first."""

    sums: list[tuple[str, int]] = field(default_factory=list)

    def take(self, minor: int, whose: str | None = None) -> Iterator[tuple[str, int]]:
        """So much of it, the oldest first, or of one deposit's alone."""
        kept = []
        for deposit, there in self.sums:
            taken = min(there, minor) if whose in (None, deposit) else 0
            minor -= taken
            if taken:
                yield deposit, taken
            if there - taken:
                kept.append((deposit, there - taken))
        self.sums = kept

    @property
    def total(self) -> int:
        return sum(minor for _, minor in self.sums)


def traced(entries: Iterable[Written]) -> dict[str, dict[Account, int]]:
    """Where each deposit's money is, in minor units, after these entries in order.

    What is taken back from an escrow is one deposit's, or the oldest. What an escrow gives back
    goes to its takers in the order it came in; what is left of it when
    the escrow is empty went with the platform's fee, and is provisional no more.
    """
    *_, (_, last) = ((None, {}), *_walked(entries))
    return _by_deposit(last)


def filled(entries: Iterable[Written], deposit: str) -> list[str]:
    """Whose escrows held money of this deposit after any of these entries, in that order."""
    found: dict[str, None] = {}
    for entry, lots in _walked(entries):
        for account in entry.changes:
            if account.kind is Kind.ESCROW and deposit in dict(lots[account].sums):
                found[account.owner] = None
    return list(found)


def _walked(
    entries: Iterable[Written],
) -> Iterator[tuple[Written, dict[Account, _Lots]]]:
    """Each entry, with the lots as they are after it."""
    lots: dict[Account, _Lots] = {}
    held: dict[Account, int] = {}
    taken_back: dict[str, _Lots] = {}
    for entry in entries:
        whose = _deposit(entry) if entry.kind in OF_ONE_DEPOSIT else None
        is_taken = whose is not None or entry.kind == TAKEN_BACK
        pool = taken_back.pop(_deposit(entry), _Lots()) if entry.kind == GIVEN_BACK else _Lots()
        for account, change in _in_order(entry.changes):
            there = lots.setdefault(account, _Lots())
            if account.kind is Kind.ESCROW:
                held[account] = held.get(account, 0) + change
            if account.kind is Kind.ESCROW and change < 0 and not is_taken:
                pool.sums += there.take(there.total)
            elif change < 0:
                pool.sums += there.take(-change, whose)
        for account, change in _in_order(entry.changes):
            there = lots[account]
            if account.kind is not Kind.ESCROW and change > 0:
                there.sums += [(whose, change)] if whose else pool.take(change)
        for account, change in _in_order(entry.changes):
            if account.kind is Kind.ESCROW and (change > 0 or (held[account] and not is_taken)):
                lots[account].sums += pool.take(pool.total)
        if entry.kind == TAKEN_BACK:
            taken_back[_deposit(entry)] = pool
        yield entry, lots


def _in_order(changes: Mapping[Account, int]) -> list[tuple[Account, int]]:
    """What was paid in before what was earned, as a hold takes it and a refund gives it back."""
    order = [*PROVISIONAL, Kind.CREDITS, Kind.ESCROW]
    return sorted(changes.items(), key=lambda pair: (order.index(pair[0].kind), pair[0].owner))


def _deposit(entry: Written) -> str:
    """`deposit/<id>/…`, `receipt/<id>/match`, `correction/<id>/…` or `chargeback/<id>/…`."""
    return entry.reference.split("/")[1]


def _by_deposit(lots: Mapping[Account, _Lots]) -> dict[str, dict[Account, int]]:
    found: dict[str, dict[Account, int]] = {}
    for account, there in lots.items():
        for deposit, minor in there.sums:
            places = found.setdefault(deposit, {})
            places[account] = places.get(account, 0) + minor
    return found
