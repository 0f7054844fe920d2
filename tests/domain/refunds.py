"""A refund driven through the law: what its client, the house and the processor do to it."""

from typing import Any, Self

from domain import refund_commands as c
from domain.calendar import Calendar
from domain.carriers import Carried, Checkout
from domain.cases import Deposit, DepositState, Remittance, RemittanceState, Role
from domain.command import Command
from domain.facts import Facts, Need
from domain.ids import CaseId, UserId
from domain.lone_states import RefundState
from domain.policy import DAY, CaseTerms, Policy
from domain.refund_case import Refund
from domain.source import Source
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY

S = RefundState
ADA, BOB = UserId("ada"), UserId("bob")
"""Ada approves, Bob sends."""
USUAL: dict[type[Command], dict[str, object]] = {
    c.DeclineRefund: {"reason": "a quarrel is open"},
    c.RefundMade: {"refund": "re_1"},
    c.RefundSent: {"bank_reference": "OUT 1"},
    c.RefundFound: {"refund": "re_1"},
    c.RefundFailed: {"reason": "charge_disputed"},
    c.RefundReturned: {"reason": "expired_or_canceled_card"},
    c.RefundCameBack: {"reason": "no such account", "bank_reference": "IN 2"},
}
OWED = 25_00
PEOPLE = {Role.CLIENT: CLIENT, Role.STAFF: ADA, Role.ACCOUNTING: BOB}


class Refunds(Lone[Refund]):
    """One refund of a deposit of 100.00, the books, and the moment it is."""

    usual, people = USUAL, PEOPLE

    def __init__(
        self,
        amount: int = 60_00,
        *,
        method: Checkout | Carried = Checkout.CARD,
        had: int = 100_00,
        owed: int = 0,
    ) -> None:
        times = dict.fromkeys(("opened_at", "last_event_at", "since"), MONDAY)
        mine: dict[str, Any] = {"terms": CaseTerms(policy=Policy()), "client": CLIENT, **times}
        self.source = Source(_deposit(method, mine))
        by_card = isinstance(method, Checkout)
        case = Refund(
            id=CaseId("refund_1"),
            deposit=CaseId("deposit_1"),
            method=method,
            amount_minor=amount,
            payment="pi_1" if by_card else None,
            **mine,
        )
        super().__init__(case, MONDAY)
        self.books.give(CLIENT, credits=had, receivable=-owed)

    def by(self, role: Role, kind: type[Command], person: UserId | None = None) -> Self:
        """The same, as it usually comes."""
        return self.does(role, self.command(kind), person)

    def requested(self) -> Self:
        """The client asked for it."""
        return self.by(Role.CLIENT, c.RefundToSource)

    def approved(self) -> Self:
        """Ada approved it."""
        return self.requested().by(Role.STAFF, c.ApproveRefund)

    def paid(self) -> Self:
        """It was given back."""
        self.approved()
        if self.case.by_processor:
            return self.by(Role.PROCESSOR, c.RefundMade).by(Role.PROCESSOR, c.RefundPaid)
        return self.by(Role.ACCOUNTING, c.RefundSent)

    def owes(self, minor: int = OWED) -> Self:
        """The client has come to owe something."""
        self.books.give(CLIENT, receivable=-minor)
        return self

    def states(self) -> tuple[RefundState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    @property
    def credits(self) -> int:
        """What the client can spend."""
        return self.books.wallet(CLIENT).credits

    def facts(self, needs: frozenset[Need]) -> Facts:
        held = {CLIENT: self.books.wallet(CLIENT)} if Need.WALLETS in needs else {}
        source = self.source if Need.SOURCE in needs else None
        return Facts(Calendar(holidays=HOLIDAYS), wallets=held, source=source)


def _deposit(method: Checkout | Carried, mine: dict[str, Any]) -> Deposit | Remittance:
    """100.00 that came."""
    common = {"id": CaseId("deposit_1"), "method": method, "asked_minor": 100_00, **mine}
    if isinstance(method, Checkout):
        paid = {"state": DepositState.CREDITED, "paid_minor": 100_00, "payment": "pi_1"}
        return Deposit.model_validate(common | paid)
    arrived = {"state": RemittanceState.CLEARED, "arrived_minor": 100_00}
    return Remittance.model_validate(common | arrived)


def by_hand() -> Refunds:
    """A refund of a bank transfer."""
    return Refunds(method=Carried.BANK_TRANSFER)


RETURN_OVER = Policy().return_period + DAY

REFUND_SCENES = {
    S.DRAFT: (Refunds, by_hand),
    S.REFUSED: (lambda: Refunds().cannot_begin(Role.CLIENT, c.RefundToSource),),
    S.REQUESTED: (lambda: Refunds().requested(), lambda: by_hand().requested()),
    S.SENDING: (lambda: Refunds().approved(),),
    S.TO_SEND: (lambda: by_hand().approved(),),
    S.PAID: (lambda: Refunds().paid(), lambda: by_hand().paid()),
    S.CLOSED: (lambda: Refunds().paid().until(MONDAY + RETURN_OVER),),
    S.DECLINED: (lambda: Refunds().requested().by(Role.STAFF, c.DeclineRefund),),
    S.WITHDRAWN: (lambda: Refunds().requested().by(Role.CLIENT, c.WithdrawRefund),),
    S.FAILED: (lambda: Refunds().approved().by(Role.PROCESSOR, c.RefundFailed),),
    S.RETURNED: (lambda: Refunds().paid().by(Role.PROCESSOR, c.RefundReturned),),
}
