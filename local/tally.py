"""What a story does to the money, as wallets and statements tell it, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.actors import Actor
from local.deal import Deal

ESCROW, FEE_HELD, PLATFORM = "the escrow", "the mediator's fee in escrow", "PeerOK's fee"
PRIZE = "the contest's prize in escrow"
TO_THE_BANK = "on its way to the bank"
OF_THE_JOB = frozenset({"hold", "release", "refund", "split"})
"""Journal entries that move the job's escrow; the law's other movements leave it alone."""
OF_A_CONTEST = frozenset({"prize_hold", "prize_refund"})
FROM_OUTSIDE, TO_OUTSIDE = frozenset({"deposit"}), frozenset({"withdrawal_start"})

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Move:
    """One journal entry: its name, and who has how much more or less by it, in minor units."""

    kind: str
    amounts: Mapping[str, int]


@dataclass
class Tally:
    """Watches wallets and one job's escrow from step to step; all amounts are minor units."""

    parties: Sequence[Actor]
    others: Sequence[Actor] = ()
    """Told of only when their wallets change."""
    before: dict[str, int] = field(default_factory=dict)
    fees: int = 0
    """What the platform took."""
    _seen: set[Key] = field(default_factory=set)
    _escrow: int = 0
    _fee_held: int = 0
    _prize: int = 0

    async def begin(self) -> None:
        """Remember how everybody stands."""
        self.before = {_capital(ESCROW): 0, _capital(FEE_HELD): 0}
        for person in self._people:
            self.before[person.name] = await worth(person)
            await self._news(person)

    async def moves(self, deal: Deal) -> list[Move]:
        """The journal entries since the last look, the oldest first."""
        escrow = deal.job["escrow"]["amount_minor"] if deal.job else 0
        changed, self._escrow = escrow - self._escrow, escrow
        entries: dict[str, dict[str, int]] = {}
        kinds: dict[str, str] = {}
        for person in self._people:
            for line in await self._news(person):
                reference = line["entry"]["reference"]
                kinds[reference] = line["entry"]["kind"]
                sums = entries.setdefault(reference, {})
                sums[person.first] = sums.get(person.first, 0) + line["amount"]["amount_minor"]
        awarded = changed if self._prize and OF_THE_JOB.isdisjoint(kinds.values()) else 0
        self._prize -= awarded
        moved = [self._move(kinds[one], sums, changed) for one, sums in entries.items()]
        # From one escrow to another: it stands in nobody's statement.
        prize = Move("prize_award", {PRIZE: -awarded, ESCROW: awarded})
        return [*moved, prize] if awarded else moved

    async def after(self) -> dict[str, int]:
        """How everything stands now that is worth telling."""
        told = {person.name: await worth(person) for person in self.parties}
        for other in self.others:
            now = await worth(other)
            if now != self.before[other.name]:
                told[other.name] = now
        told[_capital(ESCROW)] = self._escrow
        return told | ({_capital(FEE_HELD): self._fee_held} if self._fee_held else {})

    def _move(self, kind: str, sums: dict[str, int], escrow_changed: int) -> Move:
        """The entry with its other side: what people don't have is in escrow, or is the fee."""
        theirs = sum(sums.values())
        if kind in FROM_OUTSIDE:
            return Move(kind, sums)
        if kind in TO_OUTSIDE:
            return Move(kind, sums | {TO_THE_BANK: -theirs})
        if kind in OF_A_CONTEST:
            self._prize -= theirs
            return Move(kind, sums | {PRIZE: -theirs})
        if kind not in OF_THE_JOB:
            self._fee_held -= theirs
            return Move(kind, sums | {FEE_HELD: -theirs})
        fee = -escrow_changed - theirs
        self.fees += fee
        return Move(kind, {ESCROW: escrow_changed} | sums | {PLATFORM: fee})

    @property
    def _people(self) -> list[Actor]:
        return [*self.parties, *self.others]

    async def _news(self, person: Actor) -> list[dict[str, Any]]:
        """Statement lines that were not there at the last look, the oldest first."""
        page = await person.get("/v1/me/wallet/statement", limit=50)
        found = []
        for line in page["items"]:
            key = (person.id, line["entry"]["reference"], line["account"])
            if key in self._seen:
                break
            self._seen.add(key)
            found.append(line)
        return found[::-1]


async def worth(person: Actor) -> int:
    """What somebody has, less what they owe, in minor units."""
    wallet = await person.get("/v1/me/wallet")
    return int(wallet["total"]["amount_minor"] - wallet["receivable"]["amount_minor"])


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
