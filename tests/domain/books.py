"""A small ledger in memory that refuses what the real one refuses."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

from domain.accounts import (
    NEVER_ABOVE_ZERO,
    NEVER_BELOW_ZERO,
    WALLET,
    Account,
    Entry,
    Kind,
    Wallet,
)


class Books:
    """Balances in minor units, and every entry ever written."""

    def __init__(self) -> None:
        self.balances: Counter[Account] = Counter()
        self.entries: dict[str, Entry] = {}

    def fork(self) -> Self:
        """The same books, to be continued in another way."""
        other = type(self)()
        other.balances, other.entries = self.balances.copy(), self.entries.copy()
        return other

    def post(self, entries: Iterable[Entry]) -> None:
        """Write entries in their order; each reference once, each bound kept."""
        for entry in entries:
            if not entry.postings:
                continue
            assert entry.reference not in self.entries, f"{entry.reference} was written before"
            self.entries[entry.reference] = entry
            for posting in entry.postings:
                assert posting.amount_minor > 0, f"{entry.reference} moves nothing, or backwards"
                self.balances[posting.source] -= posting.amount_minor
                self.balances[posting.target] += posting.amount_minor
            self._keep_bounds(entry)

    def balance(self, kind: Kind, owner: str) -> int:
        """What is in one account."""
        return self.balances[Account(kind, owner)]

    def wallet(self, user: str) -> Wallet:
        """What one person holds and owes."""
        held = {kind.value: self.balance(kind, user) for kind in WALLET}
        return Wallet(**held, receivable=-self.balance(Kind.RECEIVABLE, user))

    def give(self, user: str, **amounts: int) -> None:
        """Money from outside, by the name of the wallet's account."""
        for name, amount in amounts.items():
            self.balances[Account(Kind(name), user)] += amount
            self.balances[Account(Kind.BANK_CLEARING, "platform")] -= amount

    def _keep_bounds(self, entry: Entry) -> None:
        for posting in entry.postings:
            for account in (posting.source, posting.target):
                balance = self.balances[account]
                below = account.kind in NEVER_BELOW_ZERO and balance < 0
                above = account.kind in NEVER_ABOVE_ZERO and balance > 0
                assert not below and not above, f"{entry.reference} leaves {account} at {balance}"
