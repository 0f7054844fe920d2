"""Random walks: the book and a small model of it agree after every movement."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import flows
from domain.accounts import PLATFORM, Account, Entry, Kind, Parts
from domain.postings import cut
from ledger import journal
from ledger.database import connect
from ledger.invariants import violations
from tests.domain.books import Books
from tests.ledger import acts
from tests.ledger.elsewhere import Server

PEOPLE = ("ana", "ben", "cho")
AMOUNTS = st.integers(1, 100_000)
Job = tuple[str, str, Parts]
"""A job's id, its client and what was held."""


class Walk(RuleBasedStateMachine):
    """Deposits, holds, releases, splits and refunds, on both at once."""

    url: ClassVar[str]
    jobs: Bundle[Job] = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.engine = connect(self.url, pool=1)
        self.model = Books()
        self.written: list[Entry] = []
        self.people = {who: acts.name(who) for who in PEOPLE}
        self.before = self.platform()

    def teardown(self) -> None:
        self.loop.run(self.engine.dispose())
        self.loop.close()

    @rule(who=st.sampled_from(PEOPLE), minor=AMOUNTS, cleared=st.booleans())
    def deposit(self, who: str, minor: int, cleared: bool) -> None:
        credit = flows.deposit if cleared else flows.deposit_provisional
        self.post(credit(acts.name("dep"), self.people[who], minor, Kind.BANK_CLEARING, "USD"))

    @rule(target=jobs, who=st.sampled_from(PEOPLE), minor=AMOUNTS)
    def hold(self, who: str, minor: int) -> Any:
        client, job = self.people[who], acts.name("job")
        parts = self.model.wallet(client).take(minor)
        if parts is None:
            return multiple()
        self.post(flows.hold(job, client, parts, "USD"))
        return job, client, parts

    @rule(job=consumes(jobs), who=st.sampled_from(PEOPLE), tenths=st.integers(0, 5))
    def release(self, job: Job, who: str, tenths: int) -> None:
        held = job[2]
        self.post(flows.release(job[0], self.people[who], held, held.total * tenths // 10, "USD"))

    @rule(job=consumes(jobs))
    def refund(self, job: Job) -> None:
        self.post(flows.refund(*job, "USD"))

    @rule(job=consumes(jobs), who=st.sampled_from(PEOPLE), percent=st.integers(0, 100))
    def split(self, job: Job, who: str, percent: int) -> None:
        name, client, held = job
        share = held.total * percent // 100
        parted = cut(held, share, share // 10)
        self.post(flows.split(name, client, self.people[who], parted, "USD"))

    @rule(who=st.sampled_from(PEOPLE), minor=AMOUNTS)
    def overspend(self, who: str, minor: int) -> None:
        client = self.people[who]
        too_much = Parts(credits=self.model.balance(Kind.CREDITS, client) + minor)
        with pytest.raises(journal.FloorBroken):
            self.write([flows.hold(acts.name("job"), client, too_much, "USD")])

    @rule(data=st.data())
    def post_again(self, data: st.DataObject) -> None:
        if self.written:
            self.write(data.draw(st.lists(st.sampled_from(self.written), max_size=4)))

    @rule(data=st.data())
    def reuse(self, data: st.DataObject) -> None:
        if self.written:
            old = data.draw(st.sampled_from(self.written))
            with pytest.raises(journal.ReferenceReused):
                self.write([Entry("another", old.reference, old.postings)])

    @invariant()
    def both_agree(self) -> None:
        owners = {account.owner for account in self.model.balances} - {PLATFORM}
        for owner in owners:
            assert self.balances(owner) == self.modelled(owner)
        moved = {kind: n - self.before.get(kind, 0) for kind, n in self.platform().items()}
        assert {kind: n for kind, n in moved.items() if n} == self.modelled(PLATFORM)

    @invariant()
    def the_book_is_whole(self) -> None:
        assert self.run(violations) == []

    def post(self, entry: Entry) -> None:
        self.write([entry])
        self.model.post([entry])
        self.written.append(entry)

    def write(self, entries: list[Entry]) -> None:
        self.run(lambda c: acts.write(c, *entries))

    def balances(self, owner: str) -> dict[Kind, int]:
        stands = self.run(lambda c: journal.balances(c, owner))
        return {kind: balance for kind, balance in stands.items() if balance}

    def platform(self) -> dict[Kind, int]:
        return self.balances(PLATFORM)

    def modelled(self, owner: str) -> dict[Kind, int]:
        accounts = [Account(kind, owner) for kind in Kind]
        return {a.kind: self.model.balances[a] for a in accounts if self.model.balances[a]}

    def run(self, act: Callable[[AsyncConnection], Any]) -> Any:
        async def transaction() -> Any:
            async with self.engine.begin() as c:
                return await act(c)

        return self.loop.run(transaction())


def test_the_book_and_its_model_agree_on_every_walk(server: Server, migrated: str) -> None:
    """After each movement all balances are equal and every invariant holds."""

    class WalkHere(Walk):
        url = server.url(migrated)

    run_state_machine_as_test(
        WalkHere,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
