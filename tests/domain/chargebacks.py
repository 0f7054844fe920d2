"""A chargeback driven through the law: what the processor says, and what silence does."""

from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from domain import chargeback_commands as c
from domain.calendar import Calendar
from domain.cases import Chargeback, ChargebackState, Role
from domain.clock import wake_at
from domain.command import Command
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row, row_for
from domain.ids import CaseId, UserId
from domain.policy import DAY, CaseTerms, Policy
from domain.process import Facts, Need, Scene
from tests.domain.books import Books
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY

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
    """One chargeback, the books, and the moment it is."""

    def __init__(self, wallet: int = 100_00) -> None:
        self.at = MONDAY
        self.books = Books()
        self.books.give(CLIENT, credits=wallet)
        self.last: Decision | None = None
        self.case = Chargeback(
            id=CaseId("chargeback_1"),
            terms=CaseTerms(policy=Policy()),
            client=CLIENT,
            deposit=CaseId("deposit_1"),
            dispute="du_1",
            payment="pi_1",
            opened_at=MONDAY,
            last_event_at=MONDAY,
            since=MONDAY,
        )

    def fork(self) -> Self:
        """The same chargeback, to be continued in another way."""
        other = copy(self)
        other.books = self.books.fork()
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
            facts = self._facts(clock_needs(self.case, row)[0])
            decision = by_clock(Scene(self.at, "clock", Role.CLOCK, None, None, self.case, facts))
            assert decision is not None, "what is due is done"
            self._write(decision)
        self.at = moment
        return self

    def states(self) -> tuple[ChargebackState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def _facts(self, needs: frozenset[Need]) -> Facts:
        held = {CLIENT: self.books.wallet(CLIENT)} if Need.WALLETS in needs else {}
        return Facts(Calendar(holidays=HOLIDAYS), wallets=held)

    def _write(self, decision: Decision) -> None:
        self.last = decision
        self.books.post(decision.entries)
        assert isinstance(decision.lone, Chargeback), "its steps change the chargeback"
        self.case = decision.lone


CHARGEBACK_SCENES = {
    S.DRAFT: (Chargebacks,),
    S.OPENED: (lambda: Chargebacks().opened(), lambda: Chargebacks(wallet=0).opened()),
    S.ANSWERING: (lambda: Chargebacks().opened().until(DEADLINE - 2 * DAY),),
    S.ANSWERED: (lambda: Chargebacks().answered(), lambda: Chargebacks(wallet=0).answered()),
    S.OWING: (lambda: Chargebacks(wallet=0).opened().says(c.ChargebackLost),),
    S.WON: (lambda: Chargebacks().opened().says(c.ChargebackWon),),
    S.LOST: (lambda: Chargebacks().opened().says(c.ChargebackLost),),
}
