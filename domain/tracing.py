"""Which cents are whose deposit's: told from the journal, the oldest spent first."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.accounts import Account, Kind

PROVISIONAL = (Kind.CREDITS_PROVISIONAL, Kind.EARNINGS_PROVISIONAL)
TRACED = frozenset({*PROVISIONAL, Kind.ESCROW})
OF_ONE_DEPOSIT = frozenset(
    {
        *("deposit", "deposit_reversed", "provisional_clear", "bounce_recovered"),
        *("receipt_match", "staff_correction", "chargeback_open"),
        *("chargeback_given_again", "chargeback_taken_again"),
        *("deposit_refund", "deposit_refund_return", "deposit_refund_returned"),
    }
)
"""Movements of one deposit's own money."""
PAID_IN, BOUNCED = frozenset({"deposit", "receipt_match"}), "deposit_reversed"
PAYS_DEBTS = frozenset({"prize_refund", "receivable_settle"})
"""Movements that take what of their person's own has bounced first: it is there for that debt."""
TAKEN_BACK, GIVEN_BACK = "chargeback_open", "chargeback_won"
"""What the first took from a client the second puts back; both name the chargeback."""


@dataclass(frozen=True)
class Written:
    """An entry of the journal as far as it touches the accounts that are traced."""

    kind: str
    reference: str
    changes: Mapping[Account, int]
    of: str = ""
    """Whose money it is, where the reference names a refund or a chargeback of that deposit."""


@dataclass
class _Lots:
    """Sums by the deposit they came from, the oldest first."""

    sums: list[tuple[str, int]] = field(default_factory=list)

    def take(self, minor: int, first: Collection[str] = ()) -> list[tuple[str, int]]:
        """So much of it: what is of these deposits, then the oldest."""
        found = self._take(minor, first) if first else []
        return [*found, *self._take(minor - sum(taken for _, taken in found), None)]

    def _take(self, minor: int, only: Collection[str] | None) -> list[tuple[str, int]]:
        found, kept = [], []
        for deposit, there in self.sums:
            taken = min(there, minor) if only is None or deposit in only else 0
            minor -= taken
            found += [(deposit, taken)] if taken else []
            kept += [(deposit, there - taken)] if there - taken else []
        self.sums = kept
        return found

    @property
    def total(self) -> int:
        return sum(minor for _, minor in self.sums)


def traced(entries: Iterable[Written]) -> dict[str, dict[Account, int]]:
    """Where each deposit's money is, in minor units, after these entries in order.

    What is taken back is that deposit's own, as far as it is there, then the oldest. What an escrow
    gives back goes to its takers in the order it came in; what is left of it when the escrow is
    empty went with the platform's fee, and is provisional no more. What a contest gives back to its
    client, and what pays a debt, is what of their own has bounced, then the oldest.
    """
    return _by_deposit(_last(entries).lots)


def bounced(entries: Iterable[Written], person: str) -> dict[Account, int]:
    """Where money of this person's deposits is that have bounced, in minor units."""
    last = _last(entries)
    places, found = _by_deposit(last.lots), dict[Account, int]()
    for deposit in last.bounced_of({person}):
        for account, minor in places.get(deposit, {}).items():
            found[account] = found.get(account, 0) + minor
    return found


def filled(entries: Iterable[Written], deposit: str) -> list[str]:
    """Whose escrows held money of this deposit after any of these entries, in that order."""
    found: dict[str, None] = {}
    for entry, seen in _walked(entries):
        for account in entry.changes:
            if account.kind is Kind.ESCROW and deposit in dict(seen.lots[account].sums):
                found[account.owner] = None
    return list(found)


@dataclass
class _Seen:
    """What the entries so far have come to."""

    lots: dict[Account, _Lots] = field(default_factory=dict)
    held: dict[Account, int] = field(default_factory=dict)
    """What escrows hold, whatever it is."""
    taken_back: dict[str, _Lots] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Who paid in which deposit."""
    bounced: list[str] = field(default_factory=list)

    def bounced_of(self, people: Collection[str]) -> list[str]:
        """Deposits of these people that have bounced."""
        return [one for one in self.bounced if self.owners.get(one) in people]

    def first(self, entry: Written) -> list[str]:
        """Of which deposits an entry takes before the oldest."""
        if entry.kind not in PAYS_DEBTS:
            return []
        return self.bounced_of({at.owner for at in entry.changes if at.kind is not Kind.ESCROW})


def _last(entries: Iterable[Written]) -> _Seen:
    *_, (_, last) = ((None, _Seen()), *_walked(entries))
    return last


def _walked(entries: Iterable[Written]) -> Iterator[tuple[Written, _Seen]]:
    """Each entry, with the lots as they are after it."""
    seen = _Seen()
    lots, held = seen.lots, seen.held
    for entry in entries:
        whose = entry.of or _named(entry) if entry.kind in OF_ONE_DEPOSIT else None
        first = [whose] if whose else seen.first(entry)
        pool = seen.taken_back.pop(_named(entry), _Lots()) if entry.kind == GIVEN_BACK else _Lots()
        for account, change in _in_order(entry.changes):
            there = lots.setdefault(account, _Lots())
            if account.kind is Kind.ESCROW:
                held[account] = held.get(account, 0) + change
            if account.kind is Kind.ESCROW and change < 0 and whose is None:
                pool.sums += there.take(there.total, first)
            elif change < 0:
                pool.sums += there.take(-change, first)
        for account, change in _in_order(entry.changes):
            there = lots[account]
            if account.kind is not Kind.ESCROW and change > 0:
                there.sums += [(whose, change)] if whose else pool.take(change)
        for account, change in _in_order(entry.changes):
            if account.kind is Kind.ESCROW and change > 0:
                lots[account].sums += pool.take(change)
        for account, change in _in_order(entry.changes):
            stays = account.kind is Kind.ESCROW and change < 0 and held[account]
            if stays and whose is None:
                lots[account].sums += pool.take(pool.total)
        _note(seen, entry, whose, pool)
        yield entry, seen


def _note(seen: _Seen, entry: Written, whose: str | None, pool: _Lots) -> None:
    """What later entries must know of this one."""
    if entry.kind == TAKEN_BACK:
        seen.taken_back[_named(entry)] = pool
    if entry.kind == BOUNCED and whose and whose not in seen.bounced:
        seen.bounced.append(whose)
    if whose and entry.kind in PAID_IN:
        for at in entry.changes:
            seen.owners[whose] = at.owner


def _in_order(changes: Mapping[Account, int]) -> list[tuple[Account, int]]:
    """What was paid in before what was earned, as a hold takes it and a refund gives it back."""
    order = [*PROVISIONAL, Kind.CREDITS, Kind.ESCROW]
    return sorted(changes.items(), key=lambda pair: (order.index(pair[0].kind), pair[0].owner))


def _named(entry: Written) -> str:
    """`deposit/<id>/…`, `receipt/<id>/match`, `correction/<id>/…`, or a refund or chargeback."""
    return entry.reference.split("/")[1]


def _by_deposit(lots: Mapping[Account, _Lots]) -> dict[str, dict[Account, int]]:
    found: dict[str, dict[Account, int]] = {}
    for account, there in lots.items():
        for deposit, minor in there.sums:
            places = found.setdefault(deposit, {})
            places[account] = places.get(account, 0) + minor
    return found
