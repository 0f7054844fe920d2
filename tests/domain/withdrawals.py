"""A withdrawal driven through the law: what its owner, accounting and the processor do to it."""

from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from domain import commands as c
from domain.bank_details import Via
from domain.calendar import Calendar
from domain.cases import Role, Withdrawal, WithdrawalState
from domain.clock import wake_at
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row, row_for
from domain.ids import CaseId, UserId
from domain.payee import Payee, PayoutMethod
from domain.policy import DAY, CaseTerms, Policy
from domain.process import Facts, Need, Scene
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held
from tests.domain.books import Books
from tests.domain.story import FREELANCER, HOLIDAYS, MONDAY, STAFF

S = WithdrawalState
METHOD = PayoutMethod(
    id="method_1", via=Via.US_BANK, last_four="6789", added_at=MONDAY - timedelta(days=30)
)
SIGNED = Held(kind=FormKind.W9, state=FormState.SIGNED)
READY = Payee(permission=Permission.W9, forms=(SIGNED,), method=METHOD)
USUAL: dict[type[c.Command], dict[str, object]] = {
    c.TransferMade: {"transfer": "tr_1"},
    c.PayoutBegun: {"payout": "po_1"},
    c.PayoutFailed: {"reason": "account_closed"},
    c.PayoutReturned: {"reason": "no_account"},
}


class Withdrawals:
    """One withdrawal, the books, and the moment it is."""

    def __init__(
        self,
        amount: int = 100_00,
        *,
        earned: int = 100_00,
        fee: int | None = None,
        at: datetime = MONDAY,
        payee: Payee = READY,
        via: Via = Via.US_BANK,
    ) -> None:
        self.at = at
        self.books = Books()
        self.books.give(FREELANCER, earnings=earned)
        self.payee = replace(payee, method=payee.method and payee.method.model_copy(
            update={"via": via}))  # fmt: skip
        self.in_run = False
        self.runs_approved: frozenset[date] = frozenset()
        self.last: Decision | None = None
        policy = Policy()
        self.case = Withdrawal(
            id=CaseId("withdrawal_1"),
            terms=CaseTerms(policy=policy),
            freelancer=FREELANCER,
            amount_minor=amount,
            fee_minor=policy.withdrawal_fees.of(via) if fee is None else fee,
            method=METHOD.id,
            via=via,
            last_four="6789",
            opened_at=at,
            last_event_at=at,
            since=at,
        )

    def fork(self) -> Self:
        """The same withdrawal, to be continued in another way."""
        other = copy(self)
        other.books = self.books.fork()
        return other

    def command(self, kind: type[c.Command], by: Role | None = None) -> c.Command:
        """The command as it usually comes; another case's has no body that matters here."""
        return kind.model_validate(USUAL.get(kind, {}))

    def does(
        self,
        role: Role,
        command: c.Command,
        person: UserId | None = None,
        on_dispute: bool | None = None,
    ) -> Self:
        """Somebody decides, or the outside says; raises what the law refuses."""
        who = person or {Role.FREELANCER: FREELANCER, Role.ACCOUNTING: STAFF}.get(role)
        scene = Scene(self.at, "step", role, who, command, self.case, self._facts(frozenset()))
        facts = self._facts(row_for(scene).needs)
        self._write(by_person(replace(scene, facts=facts)))
        return self

    def requested(self) -> Self:
        """Its owner asked for it."""
        return self.does(Role.FREELANCER, c.RequestWithdrawal())

    def sent(self, **body: Any) -> Self:
        """Its payment run was approved."""
        return self.requested().does(Role.ACCOUNTING, c.SendWithdrawal(**body))

    def paid(self) -> Self:
        """Accounting saw the bank pay it."""
        return self.sent().does(Role.ACCOUNTING, c.PayoutPaid())

    def says(self, kind: type[c.Command], **body: object) -> Self:
        """The processor says this."""
        return self.does(Role.PROCESSOR, kind.model_validate(USUAL.get(kind, {}) | body))

    def until(self, moment: datetime) -> Self:
        """Time passes, and the clock does what is due."""
        while (wakes := wake_at(self.case)) is not None and wakes <= moment:
            self.at = max(wakes, self.at)
            row = clock_row(self.case, self.at)
            assert row is not None, "the clock woke for something"
            facts = self._facts(clock_needs(self.case, row)[0])
            scene = Scene(self.at, "clock", Role.CLOCK, None, None, self.case, facts)
            decision = by_clock(scene)
            assert decision is not None, "what is due is done"
            self._write(decision)
        self.at = moment
        return self

    def states(self) -> tuple[WithdrawalState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def _facts(self, needs: frozenset[Need]) -> Facts:
        held = {FREELANCER: self.books.wallet(FREELANCER)} if Need.WALLETS in needs else {}
        payee = self.payee if Need.PAYEE in needs else None
        in_run = self.in_run and Need.RUN in needs
        facts = Facts(Calendar(holidays=HOLIDAYS), wallets=held, payee=payee, in_run=in_run)
        runs = self.runs_approved if Need.RUNS in needs else frozenset()
        return replace(facts, runs_approved=runs)

    def _write(self, decision: Decision) -> None:
        self.last = decision
        self.books.post(decision.entries)
        assert isinstance(decision.lone, Withdrawal), "its steps change the withdrawal alone"
        self.case = decision.lone


RETURN_OVER = Policy().return_period + DAY

WITHDRAWAL_SCENES = {
    S.DRAFT: (Withdrawals,),
    S.REQUESTED: (lambda: Withdrawals().requested(),),
    S.SENT: (lambda: Withdrawals().sent(), lambda: Withdrawals(via=Via.STRIPE).sent()),
    S.PAID: (lambda: Withdrawals().paid(),),
    S.CLOSED: (lambda: Withdrawals().paid().until(MONDAY + RETURN_OVER),),
    S.FAILED: (lambda: Withdrawals().sent(refusal="tax_form_expired"),),
    S.RETURNED: (lambda: Withdrawals().paid().says(c.PayoutReturned),),
    S.CANCELLED: (lambda: Withdrawals().requested().does(Role.FREELANCER, c.CancelWithdrawal()),),
}
