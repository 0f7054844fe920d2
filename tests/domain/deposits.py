"""A deposit driven through the law: what the processor says, and what silence does."""

from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Self

from domain import commands as c
from domain.calendar import Calendar
from domain.carriers import Checkout
from domain.cases import Deposit, DepositState, Role
from domain.clock import wake_at
from domain.command import Command
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row, row_for
from domain.deposit_commands import ConfirmEnd, EndDeposit
from domain.ids import CaseId, UserId
from domain.policy import CaseTerms, Policy
from domain.process import Facts, Need, Scene
from tests.domain.books import Books
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY, SECOND, STAFF

S = DepositState
USUAL: dict[type[Command], dict[str, object]] = {
    EndDeposit: {"id": "end_1", "reason": "it is away"},
    ConfirmEnd: {"end_id": "end_1"},
    c.CheckoutOpened: {"session": "cs_1", "url": "https://pay.example/cs_1"},
    c.CheckoutRefused: {"code": "no_such_method"},
    c.Paid: {"payment": "pi_1", "amount_minor": 100_00, "fee_minor": 3_20, "currency": "USD"},
}


class Deposits:
    """One deposit, the books, and the moment it is."""

    def __init__(self, asked: int = 100_00) -> None:
        self.at = MONDAY
        self.books = Books()
        self.books.give(CLIENT, credits=0)
        self.last: Decision | None = None
        self.case = Deposit(
            id=CaseId("deposit_1"),
            terms=CaseTerms(policy=Policy()),
            client=CLIENT,
            method=Checkout.CARD,
            asked_minor=asked,
            opened_at=MONDAY,
            last_event_at=MONDAY,
            since=MONDAY,
        )

    def fork(self) -> Self:
        """The same deposit, to be continued in another way."""
        other = copy(self)
        other.books = self.books.fork()
        return other

    def command(self, kind: type[Command], by: Role | None = None) -> Command:
        """The command as it usually comes; another case's has no body that matters here."""
        return kind.model_construct() if kind not in USUAL else kind.model_validate(USUAL[kind])

    def does(
        self,
        role: Role,
        command: Command,
        person: UserId | None = None,
        on_dispute: bool | None = None,
    ) -> Self:
        """Somebody decides, or the processor says; raises what the law refuses."""
        who = person or {Role.CLIENT: CLIENT, Role.STAFF: STAFF}.get(role)
        scene = Scene(self.at, "step", role, who, command, self.case, self._facts(frozenset()))
        facts = self._facts(row_for(scene).needs)
        self._write(by_person(replace(scene, facts=facts)))
        return self

    def says(self, kind: type[Command], **body: object) -> Self:
        """The processor says this."""
        return self.does(Role.PROCESSOR, kind.model_validate(USUAL.get(kind, {}) | body))

    def begun(self) -> Self:
        """The processor is asked for a page."""
        return self.does(Role.CLIENT, c.OpenDeposit())

    def open(self) -> Self:
        """The client can pay."""
        return self.begun().says(c.CheckoutOpened)

    def closing(self) -> Self:
        """Nobody paid for a day, and the processor is asked to close the page."""
        return self.open().until(MONDAY + DAY)

    def ending(self) -> Self:
        """Staff want it ended."""
        return self.closing().does(Role.STAFF, self.command(EndDeposit), STAFF)

    def ripe(self) -> Self:
        """And the processor had its last chance."""
        return self.ending().until(MONDAY + DAY + Policy().last_chance_period)

    def until(self, moment: datetime) -> Self:
        """Time passes, and the clock does what is due."""
        while (wakes := wake_at(self.case)) is not None and wakes <= moment:
            self.at = wakes
            row = clock_row(self.case, self.at)
            assert row is not None, "the clock woke for something"
            facts = self._facts(clock_needs(self.case, row)[0])
            scene = Scene(self.at, "clock", Role.CLOCK, None, None, self.case, facts)
            decision = by_clock(scene)
            assert decision is not None, "what is due is done"
            self._write(decision)
        self.at = moment
        return self

    def states(self) -> tuple[DepositState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def _facts(self, needs: frozenset[Need]) -> Facts:
        held = {CLIENT: self.books.wallet(CLIENT)} if Need.WALLETS in needs else {}
        return Facts(Calendar(holidays=HOLIDAYS), wallets=held)

    def _write(self, decision: Decision) -> None:
        self.last = decision
        self.books.post(decision.entries)
        assert isinstance(decision.lone, Deposit), "its steps change the deposit alone"
        self.case = decision.lone


DAY = Policy().checkout_period

DEPOSIT_SCENES = {
    S.DRAFT: (Deposits,),
    S.CREATED: (lambda: Deposits().begun(),),
    S.CHECKOUT: (lambda: Deposits().open(),),
    S.CLOSING: (lambda: Deposits().closing(),),
    S.ENDING: (lambda: Deposits().ending(), lambda: Deposits().ripe()),
    S.CREDITED: (lambda: Deposits().open().says(c.Paid),),
    S.EXPIRED: (lambda: Deposits().open().says(c.CheckoutExpired),),
    S.ENDED: (lambda: Deposits().ripe().does(Role.STAFF, ConfirmEnd(end_id="end_1"), SECOND),),
    S.FAILED: (lambda: Deposits().begun().says(c.CheckoutRefused),),
}
