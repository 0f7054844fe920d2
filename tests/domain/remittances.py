"""A remittance driven through the law, and books in which its money goes on its way."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from domain import commands as c
from domain import flows
from domain.accounts import Account, Entry, Kind, Parts
from domain.calendar import Calendar
from domain.carriers import Carried
from domain.cases import Remittance, RemittanceState, Role
from domain.errors import DomainError
from domain.facts import Facts, Need, Place
from domain.ids import CaseId, UserId
from domain.policy import CaseTerms, Policy
from domain.postings import cut
from domain.tracing import TRACED, Written, traced
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, FREELANCER, HOLIDAYS, MONDAY, Story

S = RemittanceState
ADA, BOB = UserId("ada"), UserId("bob")
PEOPLE = (CLIENT, FREELANCER, UserId("somebody"), UserId("else"))
ARRIVED: Mapping[str, Any] = {
    "amount_minor": 100_00,
    "bank_reference": "FED 1",
    "received_on": date(2026, 1, 5),
    "payer": "Cara Client",
}
USUAL: Mapping[type[c.Command], Mapping[str, Any]] = {
    c.AnnounceRemittance: {},
    c.WithdrawNotice: {},
    c.RecordUnmatched: ARRIVED,
    c.Receive: ARRIVED,
    c.ConfirmReceipt: {"amount_minor": 100_00},
    c.Match: {"client": CLIENT, "reason": "the name"},
    c.ReturnReceipt: {"reason": "nobody's"},
    c.Bounce: {"reason": "no cover"},
    c.Correct: {"id": "correction_1", "amount_minor": 40_00, "reason": "a typing error"},
    c.ConfirmCorrection: {"correction_id": "correction_1"},
}


class Remittances(Lone[Remittance]):
    """One remittance, the books, and the moment it is."""

    usual, people = USUAL, {Role.CLIENT: CLIENT, Role.ACCOUNTING: BOB}

    def __init__(
        self, method: Carried = Carried.BANK_TRANSFER, at: datetime = MONDAY, **more: Any
    ) -> None:
        self.holidays = HOLIDAYS
        self.reference_known = False
        self.repaid = False
        usual = {"client": CLIENT, "asked_minor": 100_00, "method": method}
        times = dict.fromkeys(("opened_at", "last_event_at", "since"), at)
        terms = CaseTerms(policy=Policy())
        made = {"id": CaseId("deposit_1"), "terms": terms, **usual, **times, **more}
        super().__init__(Remittance.model_validate(made), at)

    def by(self, person: UserId, kind: type[c.Command], **body: Any) -> Self:
        """An accountant decides."""
        command = kind.model_validate({**USUAL[kind], **body})
        return self.does(Role.ACCOUNTING, command, person)

    def refused(self, person: UserId, kind: type[c.Command], **body: Any) -> str:
        """An accountant is refused; the reason's code. Nothing has changed."""
        before = self.case
        try:
            self.by(person, kind, **body)
        except DomainError as refusal:
            assert self.case is before
            return refusal.code
        raise AssertionError("it was not refused")

    # How a remittance gets somewhere.

    def announced(self) -> Self:
        """The client's notice is there."""
        return self.does(Role.CLIENT, c.AnnounceRemittance())

    def received(self, **body: Any) -> Self:
        """Ada has seen the money at the bank."""
        return self.announced().by(ADA, c.Receive, **body)

    def suspended(self) -> Self:
        """Money came without a notice."""
        self.case = self.case.model_copy(update={"client": None})
        return self.by(ADA, c.RecordUnmatched)

    def booked(self) -> Self:
        """It is in the wallet."""
        return self.received().by(BOB, c.ConfirmReceipt)

    def correcting(self, minor: int = 40_00) -> Self:
        """Ada says that another sum arrived."""
        return self.booked().by(ADA, c.Correct, amount_minor=minor)

    def held(self, minor: int = 60_00, job: str = "job_1") -> Self:
        """Some of it is set aside for a job."""
        parts = self.books.wallet(CLIENT).take(minor)
        assert parts is not None, "the client has it"
        self.books.post([flows.hold(job, CLIENT, parts, "USD")])
        return self

    def released(self, parts: Parts, fee: int, job: str = "job_1") -> Self:
        """The job's escrow is released."""
        self.books.post([flows.release(job, FREELANCER, parts, fee, "USD")])
        return self

    def refunded(self, parts: Parts, job: str = "job_1") -> Self:
        """The job's escrow is refunded."""
        self.books.post([flows.refund(job, CLIENT, parts, "USD")])
        return self

    def divided(self, parts: Parts, freelancer: int, fee: int, job: str = "job_1") -> Self:
        """The job's escrow is divided."""
        parted = cut(parts, freelancer, fee)
        self.books.post([flows.split(job, CLIENT, FREELANCER, parted, "USD")])
        return self

    def spent(self, price: int = 60_00) -> Self:
        """A job of this price is paid from it and delivered."""
        self.story = Story(price=price, wallet=0, at=self.at)
        self.story.books = self.books
        self.story.in_review()
        return self

    def states(self) -> tuple[RemittanceState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def lots(self) -> dict[Account, int]:
        """Where its provisional money is."""
        return self.lots_of(self.case.id)

    def lots_of(self, deposit: str) -> dict[Account, int]:
        """Where this deposit's provisional money is."""
        return traced(map(written, self.books.entries.values())).get(deposit, {})

    def facts(self, needs: frozenset[Need]) -> Facts:
        held = {one: self.books.wallet(one) for one in PEOPLE} if Need.WALLETS in needs else {}
        lots = self.lots() if Need.LOTS in needs else {}
        self.repaid |= self.case.state is S.BOUNCING and not self.books.wallet(CLIENT).receivable
        places = self._places() if Need.ESCROWS in needs else ()
        return Facts(
            Calendar(holidays=self.holidays),
            wallets=held,
            lots=lots,
            repaid=self.repaid,
            places=places,
            reference_known=self.reference_known,
            proven=frozenset({CLIENT}),
        )

    def _places(self) -> tuple[Place, ...]:
        if self.story is None:
            return ()
        job = self.story.job
        there = self.lots().get(Account(Kind.ESCROW, job.id), 0)
        return (Place(job, self.story.open_dispute(), there),)


def written(entry: Entry) -> Written:
    """An entry as the way of provisional money shows it."""
    changes: dict[Account, int] = {}
    for posting in entry.postings:
        for account, sign in ((posting.source, -1), (posting.target, 1)):
            if account.kind in TRACED:
                changes[account] = changes.get(account, 0) + sign * posting.amount_minor
    return Written(entry.kind, entry.reference, {a: n for a, n in changes.items() if n})


def check() -> Remittances:
    """A check that is not announced yet."""
    return Remittances(Carried.CHECK)


def paid_in(remittance: Remittances, minor: int = 200_00) -> Remittances:
    """The client has paid in something else."""
    remittance.books.give(CLIENT, credits=minor)
    return remittance


SPENT = Parts(credits_provisional=60_00)
"""What is held of it by default."""
MONTH = Policy().notice_period

REMITTANCE_SCENES = {
    S.DRAFT: (Remittances,),
    S.REFUSED: (lambda: Remittances().cannot_begin(Role.CLIENT, c.AnnounceRemittance),),
    S.ANNOUNCED: (lambda: Remittances().announced(),),
    S.RECEIVED: (lambda: Remittances().received(), lambda: check().received()),
    S.SUSPENSE: (
        lambda: Remittances().suspended(),
        lambda: Remittances().received(wrong_name=True),
        lambda: check().suspended(),
    ),
    S.BOOKED: (lambda: Remittances().booked(),),
    S.PROVISIONAL: (lambda: check().booked(), lambda: check().booked().held()),
    S.CORRECTING: (lambda: Remittances().correcting(), lambda: check().correcting()),
    S.CLEARING: (lambda: check().booked().held().until(MONDAY + MONTH),),
    S.BOUNCING: (lambda: check().booked().held().by(BOB, c.Bounce),),
    S.REFILLING: (
        lambda: check().booked().spent().by(BOB, c.Bounce),
        lambda: paid_in(check().booked().spent().by(BOB, c.Bounce)),
        lambda: paid_in(check().booked().spent().by(BOB, c.Bounce), 10_00),
    ),
    S.CLEARED: (lambda: Remittances().booked().until(MONDAY + MONTH),),
    S.BOUNCED: (lambda: check().booked().by(BOB, c.Bounce),),
    S.RETURNED: (lambda: Remittances().suspended().by(BOB, c.ReturnReceipt),),
    S.LAPSED: (lambda: Remittances().announced().until(MONDAY + MONTH),),
}
