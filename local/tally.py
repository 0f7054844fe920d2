"""What a story does to the money, as wallets and statements tell it, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.actors import Actor
from local.deal import Deal

ESCROW, FEE_HELD, PLATFORM = "the escrow", "the mediator's fee in escrow", "PeerOK's fee"
OF_THE_JOB = frozenset({"hold", "release", "refund", "split"})
"""Journal entries that move the job's escrow; the law's other movements leave it alone."""
FROM_OUTSIDE = frozenset({"deposit"})

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Move:
    """One journal entry: its name, and who has how much more or less by it, in minor units."""

    kind: str
    amounts: Mapping[str, int]


@dataclass
class Tally:
    """Watches some people's wallets and one job's escrow from step to step."""

    people: Sequence[Actor]
    before: dict[str, int] = field(default_factory=dict)
    paid_in: int = 0
    fees: int = 0
    _seen: set[Key] = field(default_factory=set)
    _escrow: int = 0

    async def begin(self) -> None:
        """Remember how everybody stands."""
        for person in self.people:
            self.before[person.name] = await worth(person)
            await self._news(person)

    async def moves(self, deal: Deal) -> list[Move]:
        """The journal entries since the last look, the oldest first."""
        escrow = deal.job["escrow"]["amount_minor"]
        changed, self._escrow = escrow - self._escrow, escrow
        entries: dict[str, dict[str, int]] = {}
        kinds: dict[str, str] = {}
        for person in self.people:
            for line in await self._news(person):
                reference = line["entry"]["reference"]
                kinds[reference] = line["entry"]["kind"]
                sums = entries.setdefault(reference, {})
                sums[person.first] = sums.get(person.first, 0) + line["amount"]["amount_minor"]
        return [self._move(kinds[one], sums, changed) for one, sums in entries.items()]

    async def after(self) -> dict[str, int]:
        """How everybody stands now."""
        return {person.name: await worth(person) for person in self.people}

    def _move(self, kind: str, sums: dict[str, int], escrow_changed: int) -> Move:
        """The entry with its other side: what people don't have is in escrow, or is the fee."""
        theirs = sum(sums.values())
        if kind in FROM_OUTSIDE:
            self.paid_in += theirs
            return Move(kind, sums)
        if kind not in OF_THE_JOB:
            return Move(kind, sums | {FEE_HELD: -theirs})
        fee = -escrow_changed - theirs
        self.fees += fee
        return Move(kind, {ESCROW: escrow_changed} | sums | {PLATFORM: fee})

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
