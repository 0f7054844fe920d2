"""A deposit driven through the law: what the processor says, and what silence does."""

from typing import Self

from domain import commands as c
from domain.calendar import Calendar
from domain.carriers import Checkout
from domain.cases import Deposit, DepositState, Role
from domain.command import Command
from domain.deposit_commands import ConfirmEnd, EndDeposit
from domain.facts import Facts, Need
from domain.ids import CaseId
from domain.policy import CaseTerms, Policy
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY, SECOND, STAFF

S = DepositState
USUAL: dict[type[Command], dict[str, object]] = {
    EndDeposit: {"id": "end_1", "reason": "it is away"},
    ConfirmEnd: {"end_id": "end_1"},
    c.CheckoutOpened: {"session": "cs_1", "url": "https://pay.example/cs_1"},
    c.CheckoutRefused: {"code": "no_such_method"},
    c.Paid: {"payment": "pi_1", "amount_minor": 100_00, "fee_minor": 3_20, "currency": "USD"},
}


class Deposits(Lone[Deposit]):
    """One deposit, the books, and the moment it is."""

    usual, people = USUAL, {Role.CLIENT: CLIENT, Role.STAFF: STAFF}

    def __init__(self, asked: int = 100_00) -> None:
        case = Deposit(
            id=CaseId("deposit_1"),
            terms=CaseTerms(policy=Policy()),
            client=CLIENT,
            method=Checkout.CARD,
            asked_minor=asked,
            opened_at=MONDAY,
            last_event_at=MONDAY,
            since=MONDAY,
        )
        super().__init__(case, MONDAY)
        self.books.give(CLIENT, credits=0)

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

    def states(self) -> tuple[DepositState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        held = {CLIENT: self.books.wallet(CLIENT)} if Need.WALLETS in needs else {}
        return Facts(Calendar(holidays=HOLIDAYS), wallets=held)


DAY = Policy().checkout_period

DEPOSIT_SCENES = {
    S.DRAFT: (Deposits,),
    S.REFUSED: (lambda: Deposits().cannot_begin(Role.CLIENT, c.OpenDeposit),),
    S.CREATED: (lambda: Deposits().begun(),),
    S.CHECKOUT: (lambda: Deposits().open(),),
    S.CLOSING: (lambda: Deposits().closing(),),
    S.ENDING: (lambda: Deposits().ending(), lambda: Deposits().ripe()),
    S.CREDITED: (lambda: Deposits().open().says(c.Paid),),
    S.EXPIRED: (lambda: Deposits().open().says(c.CheckoutExpired),),
    S.ENDED: (lambda: Deposits().ripe().does(Role.STAFF, ConfirmEnd(end_id="end_1"), SECOND),),
    S.FAILED: (lambda: Deposits().begun().says(c.CheckoutRefused),),
}
