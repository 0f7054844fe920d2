"""The book compared with itself: accounts with legs, all with the rules, entries with seals."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.seals import BEFORE_THE_FIRST, seal
from ledger import seals
from ledger.invariants import INVARIANTS, violations
from ledger.reconciling import Finding, Side
from ledger.seals import Link, Unsealed

BATCH = 1_000
LATE = timedelta(minutes=10)
"""An entry that is older and has no seal: the sealer does not run, or the seal was taken away."""

ACCOUNTS = text("""
    with part as (
        select * from account where id > :after order by id limit :limit
    ), walked as (
        select l.*, row_number() over sofar as nth, sum(amount_minor) over sofar as running
          from leg l
         where account_id in (select id from part)
        window sofar as (partition by account_id order by account_seq)
    ), legs as (
        select account_id, count(*) as number, sum(amount_minor) as total,
               max(account_seq) as last,
               min(account_seq) filter (where account_seq <> nth or balance_after <> running)
                   as wrong
          from walked
         group by account_id
    )
    select a.id, format('%s of %s (%s/%s)', a.kind, a.owner, a.currency, a.shard) as name,
           a.balance_minor, a.seq, coalesce(l.number, 0) as number, coalesce(l.total, 0) as total,
           coalesce(l.last, 0) as last, l.wrong
      from part a
      left join legs l on l.account_id = a.id
     order by a.id
""")
STRAYS = text("""
    select account_id, count(*) as number, sum(amount_minor) as total
      from leg l
     where not exists (select from account a where a.id = l.account_id)
     group by account_id
     order by account_id
""")


class Balances:
    """Here each account as it stands, there the sum and the number of its legs."""

    name = "balances"

    def __init__(self) -> None:
        self._accounts = self._legs = 0

    async def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """Balances and numbers computed again from the legs alone."""
        last = 0
        while rows := (await c.execute(ACCOUNTS, {"after": last, "limit": BATCH})).all():
            for row in rows:
                self._accounts, self._legs = self._accounts + 1, self._legs + row.number
                for finding in self._wrong(row):
                    yield finding
            last = rows[-1].id
        for stray in await c.execute(STRAYS):
            there = f"its {stray.number} legs add up to {stray.total}"
            yield Finding(self.name, Side.ONLY_THERE, f"account {stray.account_id}", there=there)

    def compared(self) -> str:
        return f"{self._accounts:,} accounts with their {self._legs:,} legs"

    def _wrong(self, row: Row[int, str, int]) -> Iterator[Finding]:
        if (row.balance_minor, row.seq) != (row.total, row.number) or row.last != row.number:
            here = f"stands at {row.balance_minor} after {row.seq} legs"
            there = f"its {row.number} legs add up to {row.total}, the last is number {row.last}"
            yield Finding(self.name, Side.DIFFERS, row.name, here, there)
        if row.wrong is not None:
            about = f"leg {row.wrong} of {row.name}"
            there = "its number or balance does not continue the legs before it"
            yield Finding(self.name, Side.DIFFERS, about, there=there)


class Rules:
    """Here the whole book, there the rules it must always follow."""

    name = "rules"

    async def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """Each violation of an invariant."""
        for line in await violations(c):
            about, _, here = line.partition(": ")
            yield Finding(self.name, Side.DIFFERS, about, here)

    def compared(self) -> str:
        return f"{len(INVARIANTS)} rules with the whole book"


@dataclass(frozen=True)
class Noted:
    """A seal that somebody noted outside of the database."""

    n: int
    hash: bytes

    @classmethod
    def read(cls, written: str) -> Self:
        """From `N:HASH`, as it is shown everywhere; ValueError when it is something else."""
        found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", written.strip().lower())
        if found is None:
            raise ValueError("a seal is its number, a colon and 64 hexadecimal digits")
        return cls(int(found[1]), bytes.fromhex(found[2]))


class Seals:
    """Here the chain of seals, there the entries they seal, and a seal noted elsewhere."""

    name = "seals"

    def __init__(self, noted: Noted | None = None) -> None:
        self._noted = noted
        self._n, self._entry_id, self._hash = 0, 0, BEFORE_THE_FIRST
        self._seals = 0
        self._unsealed = Unsealed(0, None)

    async def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """Each seal computed again from the tables; only the end of the chain is remembered."""
        while links := await seals.links(c, self._n, BATCH):
            for link in links:
                for finding in (*self._place(link), *self._content(link), *self._as_noted(link)):
                    yield finding
                if link.n != self._n + 1:
                    async for finding in self._whose(c, link):
                        yield finding
                self._n, self._entry_id, self._hash = link.n, link.entry_id, link.hash
                self._seals += 1
        for finding in self._cut_off():
            yield finding
        async for finding in self._without(c):
            yield finding

    def compared(self) -> str:
        end = f"the last is {self._n}:{self._hash.hex()}" if self._seals else "there is none yet"
        waiting = f"{self._unsealed.entries:,} entries wait for theirs"
        return f"{self._seals:,} seals with their entries; {end}; {waiting}"

    def _place(self, link: Link) -> Iterator[Finding]:
        """Whether it continues the seal before."""
        if link.n != self._n + 1:
            missing = f"seal {self._n + 1}"
            if link.n > self._n + 2:
                missing += f" to {link.n - 1}"
            there = f"gone, the chain goes on with seal {link.n}"
            yield Finding(self.name, Side.ONLY_THERE, missing, there=there)
        elif link.previous != self._hash:
            here = f"continues {link.previous.hex()}"
            there = f"the seal before it is {self._hash.hex()}"
            yield Finding(self.name, Side.DIFFERS, _seal_of(link), here, there)

    def _content(self, link: Link) -> Iterator[Finding]:
        """Whether it was taken over what the tables hold now."""
        if link.content is None:
            here = f"it seals entry {link.entry_id}, which is gone"
            yield Finding(self.name, Side.ONLY_HERE, f"seal {link.n}", here)
        elif (hash_ := seal(link.previous, link.content)) != link.hash:
            here = f"says {link.hash.hex()}"
            there = f"the entry and its legs give {hash_.hex()}"
            yield Finding(self.name, Side.DIFFERS, _seal_of(link), here, there)

    def _as_noted(self, link: Link) -> Iterator[Finding]:
        noted = self._noted
        if noted is not None and noted.n == link.n and noted.hash != link.hash:
            here, there = f"says {link.hash.hex()}", f"{noted.hash.hex()} was noted elsewhere"
            yield Finding(self.name, Side.DIFFERS, _seal_of(link), here, there)

    def _cut_off(self) -> Iterator[Finding]:
        """A seal that was noted elsewhere is in the chain."""
        if self._noted is not None and self._noted.n > self._n:
            there = f"noted elsewhere, the chain ends with seal {self._n}"
            yield Finding(self.name, Side.ONLY_THERE, f"seal {self._noted.n}", there=there)

    async def _whose(self, c: AsyncConnection, link: Link) -> AsyncIterator[Finding]:
        """Entries that stood where seals are gone before this one; the sealer sealed them anew."""
        after = self._entry_id
        while rows := await seals.between(c, after, link.entry_id, link.n, BATCH):
            for row in rows:
                now = "no seal" if row.n is None else f"seal {row.n}"
                there = f"by its id it comes before seal {link.n}, and has {now}"
                yield Finding(self.name, Side.ONLY_THERE, f"entry {row.reference}", there=there)
            after = rows[-1].id

    async def _without(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        """Entries that should have had a seal long ago."""
        self._unsealed = await seals.unsealed(c, everywhere=True)
        after = 0
        while rows := await seals.without(c, after, LATE, BATCH):
            for row in rows:
                there = f"recorded at {row.recorded_at:%Y-%m-%d %H:%M:%S} UTC, without a seal"
                yield Finding(self.name, Side.ONLY_THERE, f"entry {row.reference}", there=there)
            after = rows[-1].id


def _seal_of(link: Link) -> str:
    return f"seal {link.n} of entry {link.reference or link.entry_id}"
