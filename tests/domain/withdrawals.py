"""A withdrawal driven through the law: what its owner, accounting and the processor do to it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from domain import commands as c
from domain.bank_details import Via
from domain.calendar import Calendar
from domain.cases import Role, Withdrawal, WithdrawalState
from domain.facts import Facts, Need
from domain.ids import CaseId
from domain.payee import Payee, PayoutMethod
from domain.policy import DAY, CaseTerms, Policy
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held
from tests.domain.lone import Lone
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


class Withdrawals(Lone[Withdrawal]):
    """One withdrawal, the books, and the moment it is."""

    usual, people = USUAL, {Role.FREELANCER: FREELANCER, Role.ACCOUNTING: STAFF}

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
        self.payee = replace(payee, method=payee.method and payee.method.model_copy(
            update={"via": via}))  # fmt: skip
        self.in_run = False
        self.runs_approved: frozenset[date] = frozenset()
        policy = Policy()
        case = Withdrawal(
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
        super().__init__(case, at)
        self.books.give(FREELANCER, earnings=earned)

    def requested(self) -> Self:
        """Its owner asked for it."""
        return self.does(Role.FREELANCER, c.RequestWithdrawal())

    def sent(self, **body: Any) -> Self:
        """Its payment run was approved."""
        return self.requested().does(Role.ACCOUNTING, c.SendWithdrawal(**body))

    def paid(self) -> Self:
        """Accounting saw the bank pay it."""
        return self.sent().does(Role.ACCOUNTING, c.PayoutPaid())

    def states(self) -> tuple[WithdrawalState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        held = {FREELANCER: self.books.wallet(FREELANCER)} if Need.WALLETS in needs else {}
        payee = self.payee if Need.PAYEE in needs else None
        in_run = self.in_run and Need.RUN in needs
        facts = Facts(Calendar(holidays=HOLIDAYS), wallets=held, payee=payee, in_run=in_run)
        runs = self.runs_approved if Need.RUNS in needs else frozenset()
        return replace(facts, runs_approved=runs)


RETURN_OVER = Policy().return_period + DAY

WITHDRAWAL_SCENES = {
    S.DRAFT: (Withdrawals,),
    S.REFUSED: (lambda: Withdrawals().cannot_begin(Role.FREELANCER, c.RequestWithdrawal),),
    S.REQUESTED: (lambda: Withdrawals().requested(),),
    S.SENT: (lambda: Withdrawals().sent(), lambda: Withdrawals(via=Via.STRIPE).sent()),
    S.PAID: (lambda: Withdrawals().paid(),),
    S.CLOSED: (lambda: Withdrawals().paid().until(MONDAY + RETURN_OVER),),
    S.FAILED: (lambda: Withdrawals().sent(refusal="tax_form_expired"),),
    S.RETURNED: (lambda: Withdrawals().paid().says(c.PayoutReturned),),
    S.CANCELLED: (lambda: Withdrawals().requested().does(Role.FREELANCER, c.CancelWithdrawal()),),
}
