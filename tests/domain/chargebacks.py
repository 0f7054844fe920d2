"""A chargeback driven through the law: what the processor says, and what silence does."""

from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from domain import chargeback_commands as c
from domain.calendar import Calendar
from domain.cases import OVER, Chargeback, ChargebackState, Role
from domain.clock import wake_at
from domain.command import Command
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row, row_for
from domain.ids import CaseId, UserId
from domain.policy import DAY, CaseTerms, Policy
from domain.process import Facts, Need, Place, Scene
from tests.domain.books import Books
from tests.domain.story import CLIENT, FREELANCER, HOLIDAYS, MONDAY, Story

S = ChargebackState
DEADLINE = MONDAY + timedelta(days=14)
USUAL: dict[type[Command], dict[str, object]] = {
    c.ChargebackOpened: {
        "amount_minor": 100_00,
        "fee_minor": 15_00,
        "currency": "USD",
        "reason": "fraudulent",
        "answer_by": DEADLINE.isoformat(),
    },
    c.ChargebackWon: {"amount_minor": 100_00},
}


class Chargebacks:
    """One chargeback, the books, the moment it is, and a job that was paid from the deposit."""

    def __init__(self, wallet: int = 100_00, story: Story | None = None) -> None:
        self.at = story.at if story else MONDAY
        self.story = story
        self.proven = frozenset({CLIENT})
        self.books = story.books if story else Books()
        if story is None:
            self.books.give(CLIENT, credits=wallet)
        self.last: Decision | None = None
        self.case = Chargeback(
            id=CaseId("chargeback_1"),
            terms=CaseTerms(policy=Policy()),
            client=CLIENT,
            deposit=CaseId("deposit_1"),
            dispute="du_1",
            payment="pi_1",
            opened_at=self.at,
            last_event_at=self.at,
            since=self.at,
        )

    def fork(self) -> Self:
        """The same chargeback, to be continued in another way."""
        other = copy(self)
        other.story = self.story.fork() if self.story else None
        other.books = other.story.books if other.story else self.books.fork()
        return other

    def command(self, kind: type[Command], by: Role | None = None) -> Command:
        """The command as it usually comes."""
        return kind.model_validate(USUAL.get(kind, {}))

    def does(
        self,
        role: Role,
        command: Command,
        person: UserId | None = None,
        on_dispute: bool | None = None,
    ) -> Self:
        """Somebody decides, or the processor says; raises what the law refuses."""
        who = person or (CLIENT if role is Role.CLIENT else None)
        scene = Scene(self.at, "step", role, who, command, self.case, self._facts(frozenset()))
        facts = self._facts(row_for(scene).needs)
        self._write(by_person(replace(scene, facts=facts)))
        return self

    def says(self, kind: type[Command], **body: object) -> Self:
        """The processor says this."""
        return self.does(Role.PROCESSOR, kind.model_validate(USUAL.get(kind, {}) | body))

    def opened(self, **body: object) -> Self:
        """The network has taken the payment back."""
        return self.says(c.ChargebackOpened, **body)

    def answered(self) -> Self:
        """The network has the evidence."""
        return self.opened().until(DEADLINE - 2 * DAY).says(c.EvidenceSent)

    def until(self, moment: datetime) -> Self:
        """Time passes, and the clock does what is due."""
        while (wakes := wake_at(self.case)) is not None and wakes <= moment:
            self.at = wakes
            row = clock_row(self.case, self.at)
            assert row is not None, "the clock woke for something"
            facts = replace(self._facts(clock_needs(self.case, row)[0]), proven=self.proven)
            decision = by_clock(Scene(self.at, "clock", Role.CLOCK, None, None, self.case, facts))
            assert decision is not None, "what is due is done"
            self._write(decision)
        self.at = moment
        return self

    def states(self) -> tuple[ChargebackState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def _facts(self, needs: frozenset[Need]) -> Facts:
        both = (CLIENT, FREELANCER) if Need.WALLETS in needs else ()
        held = {person: self.books.wallet(person) for person in both}
        places = self._places() if Need.ESCROWS in needs else ()
        return Facts(Calendar(holidays=HOLIDAYS), wallets=held, places=places)

    def _places(self) -> tuple[Place, ...]:
        """All credits in the job's escrow are of the disputed deposit."""
        if self.story is None:
            return ()
        job = self.story.job
        there = job.held.credits if job.held and job.state not in OVER else 0
        return (Place(job, self.story.open_dispute(), there),)

    def _write(self, decision: Decision) -> None:
        self.last = decision
        self.books.post(decision.entries)
        assert isinstance(decision.lone, Chargeback), "its steps change the chargeback"
        self.case = decision.lone
        for one in decision.touched:
            assert self.story is not None and one.job is not None, "there is a job to touch"
            self.books.post(one.entries)
            self.story.job, self.story.dispute = one.job, one.dispute or self.story.dispute
            self.story.events.append((self.at, one.event))
        if self.story is not None:
            self.story.at = self.at


def short(job: Story | None = None) -> Chargebacks:
    """The disputed payment is in a job's escrow, 200.00 of it."""
    return Chargebacks(story=job or Story().in_review()).opened()


def with_money(one: Chargebacks, minor: int = 300_00) -> Chargebacks:
    """The client has paid in something else."""
    one.books.give(CLIENT, credits=minor)
    return one


CHARGEBACK_SCENES = {
    S.DRAFT: (Chargebacks,),
    S.OPENED: (lambda: Chargebacks().opened(), lambda: Chargebacks(wallet=0).opened(), short),
    S.ANSWERING: (lambda: Chargebacks().opened().until(DEADLINE - 2 * DAY),),
    S.ANSWERED: (lambda: Chargebacks().answered(), lambda: Chargebacks(wallet=0).answered()),
    S.REFILLING: (
        lambda: short().says(c.ChargebackLost),
        lambda: with_money(short().says(c.ChargebackLost)),
        lambda: with_money(short().says(c.ChargebackLost), 10_00),
    ),
    S.OWING: (lambda: Chargebacks(wallet=0).opened().says(c.ChargebackLost),),
    S.WON: (lambda: Chargebacks().opened().says(c.ChargebackWon),),
    S.LOST: (lambda: Chargebacks().opened().says(c.ChargebackLost),),
}
