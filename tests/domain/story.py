"""A story drives one job and its disputes through the law: `Story().offered().accepted()`."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from pydantic import ValidationError

from domain import commands as c
from domain.accounts import Kind
from domain.calendar import Calendar
from domain.cases import OVER, Dispute, Ends, Ip, Job, Role, Task
from domain.clock import open_task, wake_at
from domain.decide import (
    Decision,
    Notice,
    by_clock,
    by_person,
    clock_needs,
    clock_row,
    not_begun,
    row_for,
)
from domain.errors import DomainError
from domain.facts import Facts, Need
from domain.ids import CaseId, DeliveryId, UserId
from domain.opening import quoted_fee
from domain.outlook import due_at
from domain.policy import DAY, Policy, Terms
from domain.process import Scene
from domain.registry import DISPUTE_COMMANDS
from domain.standing import Permission, Standing
from tests.domain.books import Books

MONDAY = datetime(2026, 3, 16, 14, tzinfo=UTC)
"""Ten o'clock in New York on a business day, with ten weeks to the next holiday."""
HOLIDAYS = frozenset(
    {date(2026, 1, 1), date(2026, 1, 19), date(2026, 5, 25), date(2026, 7, 3), date(2026, 11, 26)}
)
CLIENT, FREELANCER = UserId("cora"), UserId("finn")
MEDIATORS = tuple(UserId(f"mediator_{n}") for n in range(1, 9))
STAFF, SECOND = UserId("staff_1"), UserId("staff_2")
STRANGER = UserId("stranger")
READY = Standing(nda_signed=True, undertaking_signed=True, permission=Permission.W9)
BOTH = frozenset({CLIENT, FREELANCER})


class Story:
    """One job, its open dispute, the books, and the moment it is."""

    def __init__(
        self,
        *,
        price: int = 200_00,
        wallet: int | None = None,
        at: datetime = MONDAY,
        work_period: timedelta = 10 * DAY,
        policy: Policy | None = None,
        start_when_funded: bool = True,
    ) -> None:
        self.at = at
        self.calendar = Calendar(holidays=HOLIDAYS)
        self.books = Books()
        self.books.give(CLIENT, credits=price if wallet is None else wallet)
        self.proven: frozenset[UserId] = BOTH
        self.mediators = MEDIATORS
        self.standing = READY
        self.dispute: Dispute | None = None
        self.last: Decision | None = None
        self.told: list[tuple[datetime, Notice]] = []
        self.events: list[tuple[datetime, str]] = []
        self.steps = 0
        self.refusal = ""
        self.refusal_facts: dict[str, object] = {}
        terms = Terms(
            policy=policy or Policy(),
            price_minor=price,
            work_period=work_period,
            start_when_funded=start_when_funded,
        )
        self.job = Job(
            id=CaseId("job_1"),
            terms=terms,
            client=CLIENT,
            freelancer=FREELANCER,
            opened_at=at,
            last_event_at=at,
            since=at,
        )

    def fork(self) -> Self:
        """The same story, to be continued in another way."""
        other = copy(self)
        other.books = self.books.fork()
        other.told, other.events = [*self.told], [*self.events]
        return other

    # What people do.

    def does(
        self,
        role: Role,
        command: c.Command,
        person: UserId | None = None,
        on_dispute: bool | None = None,
    ) -> Self:
        """Somebody decides, on the case the command is for; raises what the law refuses."""
        who = person or self.person(role)
        theirs = self.is_for_dispute(command) if on_dispute is None else on_dispute
        scene = self.scene(role, command, who, on_dispute=theirs)
        facts = self.facts(scene, row_for(scene).needs)
        self._write(by_person(replace(scene, facts=facts)))
        return self

    def cannot_begin(self) -> Self:
        """The offer could not be made."""
        scene = self.scene(Role.CLIENT, c.OfferJob(), CLIENT, on_dispute=False)
        decision = not_begun(scene)
        assert decision is not None, "an offer is a job's first step"
        self._write(decision)
        return self

    def refuses(self, role: Role, command: c.Command, person: UserId | None = None) -> str:
        """The code of the refusal; nothing has changed."""
        before = (self.job, self.dispute, dict(self.books.balances))
        try:
            self.does(role, command, person)
        except DomainError as refusal:
            self.refusal, self.refusal_facts = refusal.detail, refusal.facts
            assert (self.job, self.dispute, dict(self.books.balances)) == before
            return refusal.code
        raise AssertionError(f"{command.name} was not refused")

    def client(self, kind: type[c.Command], **body: object) -> Self:
        """The client decides."""
        return self.does(Role.CLIENT, self.command(kind, Role.CLIENT, **body))

    def freelancer(self, kind: type[c.Command], **body: object) -> Self:
        """The freelancer decides."""
        return self.does(Role.FREELANCER, self.command(kind, Role.FREELANCER, **body))

    def mediator(self, kind: type[c.Command], **body: object) -> Self:
        """The mediator who is asked, or was appointed, decides."""
        return self.does(Role.MEDIATOR, self.command(kind, Role.MEDIATOR, **body))

    def staff(self, kind: type[c.Command], person: UserId = STAFF, **body: object) -> Self:
        """Staff decide."""
        return self.does(Role.STAFF, self.command(kind, None, **body), person)

    def command(self, kind: type[c.Command], by: Role | None = None, **body: object) -> c.Command:
        """The command as somebody who sees the present state would send it."""
        usual = USUAL.get(kind, _nothing)(self)
        if kind is c.AcceptSettlement:
            usual = {"offer_id": self._offer_to(by)}
        try:
            return kind.model_validate(usual | body)
        except ValidationError as error:
            error.add_note(f"say in USUAL what somebody sends with {kind.name}")
            raise

    # How a story gets somewhere.

    def offered(self) -> Self:
        """The job is offered."""
        return self.client(c.OfferJob)

    def awaiting_funds(self) -> Self:
        """The freelancer has accepted; the price isn't there."""
        self.books.balances.clear()
        return self.offered().freelancer(c.Accept)

    def in_progress(self) -> Self:
        """The price is in escrow and the work runs."""
        return self.offered().freelancer(c.Accept)

    def in_review(self) -> Self:
        """Something was delivered."""
        return self.in_progress().freelancer(c.Deliver)

    def revising(self, rounds: int = 1) -> Self:
        """A revision was asked for, so many times."""
        self.in_progress()
        for _ in range(rounds):
            self.freelancer(c.Deliver).client(c.RequestRevision)
        return self

    def rejected(self) -> Self:
        """After a delivery, the client requested rejection."""
        return self.in_review().client(c.RequestRejection)

    def appointing(self) -> Self:
        """A mediator is asked; the fee was in the freelancer's wallet."""
        self.books.give(FREELANCER, earnings=10_00)
        return self.rejected().freelancer(c.HireMediator)

    def in_mediation(self) -> Self:
        """A mediator took the case."""
        return self.appointing().mediator(c.AcceptAppointment)

    def proposed(self, ends: Ends = Ends.REFUND, freelancer_minor: int = 0) -> Self:
        """The mediator proposed."""
        return self.in_mediation().mediator(c.Propose, ends=ends, freelancer_minor=freelancer_minor)

    def staff_review(self) -> Self:
        """A proposal was refused; staff rule."""
        return self.proposed().client(c.RefuseProposal)

    def ruled(self) -> Self:
        """Staff ruled on an escrow above the limit."""
        return self.staff_review().staff(c.Resolve)

    def with_task(self) -> Self:
        """A staff task is open on the job."""
        self.job = open_task(self.job, "test", self.at)
        return self

    # What time does.

    def passes(self, period: timedelta) -> Self:
        """Time passes, and the clock acts whenever something is due."""
        return self.until(self.at + period)

    def until(self, moment: datetime) -> Self:
        """It becomes this moment; what was due before has been done."""
        while (wake := self.wakes_at()) is not None and wake <= moment:
            self.at = max(self.at, wake)
            self.clock()
        self.at = max(self.at, moment)
        return self

    def clock(self) -> bool:
        """The clock looks at the case that is due first; whether it did something."""
        quarrel, job = self.open_dispute(), wake_at(self.job)
        wake = wake_at(quarrel) if quarrel else None
        on_dispute = wake is not None and (job is None or wake < job)
        scene = self.scene(Role.CLOCK, None, None, on_dispute=on_dispute)
        row = clock_row(scene.case, self.at)
        needs = clock_needs(scene.case, row)[0] if row else frozenset()
        decision = by_clock(replace(scene, facts=self.facts(scene, needs)))
        if decision is not None:
            self._write(decision)
        return decision is not None

    def money_came(self, amount: int) -> Self:
        """The client's wallet is filled, and the job told of it."""
        self.books.give(CLIENT, credits=amount)
        self.clock()
        return self

    def wakes_at(self) -> datetime | None:
        """When the clock has to look next."""
        quarrel = self.open_dispute()
        moments = [wake_at(self.job), wake_at(quarrel) if quarrel else None]
        return min((moment for moment in moments if moment), default=None)

    def due_at(self) -> datetime | None:
        """When the present wait ends by itself."""
        return due_at(self.job, self.open_dispute())

    # What can be seen.

    def states(self) -> tuple[str, str | None]:
        """The job's state and the last dispute's."""
        return self.job.state.value, self.dispute.state.value if self.dispute else None

    def open_dispute(self) -> Dispute | None:
        """The dispute that runs, as the books look it up."""
        return self.dispute if self.dispute and self.dispute.state not in OVER else None

    def quarrel(self) -> Dispute:
        """The last dispute."""
        assert self.dispute is not None
        return self.dispute

    def escrow(self) -> int:
        """What is still set aside, for the job and its mediation."""
        owners = [self.job.id, *([self.dispute.id] if self.dispute else [])]
        return sum(self.books.balance(Kind.ESCROW, owner) for owner in owners)

    def tasks(self) -> tuple[Task, ...]:
        """The staff tasks open on the case whose turn it is."""
        return (self.open_dispute() or self.job).tasks

    def reminders(self) -> list[tuple[datetime, UserId | Role]]:
        """When who was reminded."""
        return [(at, notice.to) for at, notice in self.told if notice.kind == "reminder"]

    def event_times(self, event: str) -> list[datetime]:
        """When this happened."""
        return [at for at, name in self.events if name == event]

    def person(self, role: Role) -> UserId | None:
        """Who has this role."""
        people: Mapping[Role, UserId | None] = {
            Role.CLIENT: CLIENT,
            Role.FREELANCER: FREELANCER,
            Role.MEDIATOR: (self.dispute.mediator if self.dispute else None) or STRANGER,
            Role.STAFF: STAFF,
        }
        return people.get(role)

    def is_for_dispute(self, command: c.Command) -> bool:
        """Whether the command belongs to the dispute that runs."""
        return self.open_dispute() is not None and command.name in DISPUTE_COMMANDS

    def scene(
        self, role: Role, command: c.Command | None, who: UserId | None, *, on_dispute: bool
    ) -> Scene:
        """What a step of this story would look at now."""
        dispute = self.dispute if on_dispute else self.open_dispute()
        step_id, facts = f"step_{self.steps}", Facts(self.calendar)
        case, other = (dispute, self.job) if on_dispute else (self.job, dispute)
        assert case is not None, "the story has what the step is about"
        return Scene(self.at, step_id, role, who, command, case, facts, other)

    def facts(self, scene: Scene, needs: frozenset[Need]) -> Facts:
        """What the books would look up for a row: what it says it needs, and nothing else."""
        mediator = scene.dispute and scene.dispute.mediator
        people = [CLIENT, FREELANCER, *([mediator] if mediator else [])]
        held = {person: self.books.wallet(person) for person in people}
        return Facts(
            calendar=self.calendar,
            wallets=held if Need.WALLETS in needs else {},
            mediators=self.mediators if Need.MEDIATORS in needs else (),
            standing=self.standing if Need.STANDING in needs else None,
            proven=self.proven,
        )

    def _offer_to(self, role: Role | None) -> str:
        offers = (self.open_dispute() or self.job).offers
        return next((offer.id for offer in offers if offer.by is not role), "none")

    def _write(self, decision: Decision) -> None:
        self.steps += 1
        self.last = decision
        self.books.post(decision.entries)
        self.job = decision.job or self.job
        self.dispute = decision.dispute or self.dispute
        self.told += [(self.at, notice) for notice in decision.notices]
        self.events.append((self.at, decision.event))


def _nothing(story: Story) -> dict[str, object]:
    return {}


def _verdict(story: Story) -> dict[str, object]:
    return {"id": f"verdict_{story.steps}", "ends": Ends.REFUND, "reasons": "because"}


def _proposal(story: Story) -> dict[str, object]:
    proposal = story.dispute.proposal if story.dispute else None
    return {"proposal_id": proposal.id if proposal else "none"}


def _ruling(story: Story) -> dict[str, object]:
    ruling = story.dispute.ruling if story.dispute else None
    return {"ruling_id": ruling.id if ruling else "none"}


def _settlement(story: Story) -> dict[str, object]:
    half = story.job.terms.price_minor // 2
    return {"id": f"offer_{story.steps}", "freelancer_minor": half, "ip": Ip.CLIENT}


def _delivery(story: Story) -> DeliveryId:
    return (story.job.deliveries or (DeliveryId("none"),))[-1]


USUAL: Mapping[type[c.Command], Callable[[Story], dict[str, object]]] = {
    c.Accept: lambda story: {"offer_version": story.job.offer_version},
    c.Deliver: lambda story: {"id": f"delivery_{story.steps}", "note": "here it is"},
    c.Approve: lambda story: {"delivery_id": _delivery(story)},
    c.RequestRevision: lambda story: {"instructions": "a darker blue"},
    c.RequestRejection: lambda story: {"reason": "none"},
    c.Resolve: _verdict,
    c.Propose: _verdict,
    c.PauseClock: lambda story: {"reason": "illness", "until": story.at + 10 * DAY},
    c.OfferSettlement: _settlement,
    c.HireMediator: lambda story: {"fee_minor": quoted_fee(story.job) if story.job.held else 0},
    c.AddStatement: lambda story: {"text": "it is finished"},
    c.AcceptProposal: _proposal,
    c.RefuseProposal: _proposal,
    c.Confirm: _ruling,
    c.Refuse: lambda story: _ruling(story) | {"reason": "too hard"},
}
"""What somebody who looks at the case would send."""
