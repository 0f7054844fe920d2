"""A chargeback driven through the law: what the processor says, and what silence does."""

from dataclasses import replace
from datetime import timedelta
from typing import Self

from domain import chargeback_commands as c
from domain.calendar import Calendar
from domain.cases import OVER, Chargeback, ChargebackState, Role
from domain.command import Command
from domain.decide import by_clock, clock_needs, clock_row, not_taken
from domain.errors import DomainError
from domain.facts import Facts, Need, Place
from domain.ids import CaseId, UserId
from domain.policy import DAY, CaseTerms, Policy
from domain.process import Scene
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, FREELANCER, HOLIDAYS, MONDAY, Story

S = ChargebackState
NOTHING: frozenset[Need] = frozenset()
ACCOUNTANT, SECOND = UserId("accountant_1"), UserId("accountant_2")
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
    c.BookReturn: {
        "id": "booking_1",
        "back_minor": 60_00,
        "client_minor": 60_00,
        "reason": "the network upheld a part of it",
    },
    c.ConfirmBooking: {"booking_id": "booking_1"},
}


class Chargebacks(Lone[Chargeback]):
    """One chargeback, the books, the moment it is, and a job that was paid from the deposit."""

    usual, people = USUAL, {Role.CLIENT: CLIENT, Role.ACCOUNTING: ACCOUNTANT}

    def __init__(self, wallet: int = 100_00, story: Story | None = None) -> None:
        at = story.at if story else MONDAY
        case = Chargeback(
            id=CaseId("chargeback_1"),
            terms=CaseTerms(policy=Policy()),
            client=CLIENT,
            deposit=CaseId("deposit_1"),
            dispute="du_1",
            payment="pi_1",
            opened_at=at,
            last_event_at=at,
            since=at,
        )
        super().__init__(case, at, story)
        self.proven = frozenset({CLIENT})
        if story is None:
            self.books.give(CLIENT, credits=wallet)

    def opened(self, **body: object) -> Self:
        """The network has taken the payment back."""
        return self.says(c.ChargebackOpened, **body)

    def answered(self) -> Self:
        """The network has the evidence."""
        return self.opened().until(DEADLINE - 2 * DAY).says(c.EvidenceSent)

    def unbooked(self, back_minor: int = 60_00) -> Self:
        """It is won, and another sum came back."""
        return self.opened().says(c.ChargebackWon, amount_minor=back_minor)

    def proposed(self, **body: object) -> Self:
        """An accountant says how much of it is the client's."""
        usual = self.usual[c.BookReturn] | {"back_minor": self.case.back_minor}
        return self.does(Role.ACCOUNTING, c.BookReturn.model_validate({**usual, **body}), SECOND)

    def booked(self, **body: object) -> Self:
        """Another one has seen the same."""
        confirmed = self.command(c.ConfirmBooking)
        return self.proposed(**body).does(Role.ACCOUNTING, confirmed)

    def looks(self) -> Self:
        """It was told that something changed, and the clock has its look."""
        row = clock_row(self.case, self.at)
        assert row is not None, "it waits for something"
        facts = self.facts(clock_needs(self.case, row)[0])
        decision = by_clock(Scene(self.at, "look", Role.CLOCK, None, None, self.case, facts))
        if decision is not None:
            self._write(decision)
        return self

    def not_taken(self, kind: type[Command], refusal: DomainError) -> Self:
        """The processor says what the law refuses."""
        scene = Scene(self.at, "step", Role.PROCESSOR, None, None, self.case, self.facts(NOTHING))
        self._write(not_taken(replace(scene, command=self.command(kind)), refusal))
        return self

    def states(self) -> tuple[ChargebackState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        both = (CLIENT, FREELANCER) if Need.WALLETS in needs else ()
        held = {person: self.books.wallet(person) for person in both}
        places = self._places() if Need.ESCROWS in needs else ()
        calendar = Calendar(holidays=HOLIDAYS)
        return Facts(calendar, wallets=held, places=places, proven=self.proven)

    def _places(self) -> tuple[Place, ...]:
        """All credits in the job's escrow are of the disputed deposit."""
        if self.story is None:
            return ()
        job = self.story.job
        there = job.held.credits if job.held and job.state not in OVER else 0
        return (Place(job, self.story.open_dispute(), there),)


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
    S.REFUSED: (lambda: Chargebacks().cannot_begin(Role.PROCESSOR, c.ChargebackOpened),),
    S.UNBOOKED: (
        lambda: Chargebacks().unbooked(),
        lambda: Chargebacks().unbooked().proposed(),
        lambda: Chargebacks(wallet=0).unbooked().proposed(),
    ),
    S.REFILLING: (
        lambda: short().says(c.ChargebackLost),
        lambda: with_money(short().says(c.ChargebackLost)),
        lambda: with_money(short().says(c.ChargebackLost), 10_00),
    ),
    S.OWING: (lambda: Chargebacks(wallet=0).opened().says(c.ChargebackLost),),
    S.WON: (lambda: Chargebacks().opened().says(c.ChargebackWon),),
    S.LOST: (lambda: Chargebacks().opened().says(c.ChargebackLost),),
}
