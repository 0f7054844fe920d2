"""A case is one process instance: its state, its clock and what the law remembers of it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.accounts import Parts, Shortfall
from domain.bank_details import Via
from domain.carriers import Carried, Checkout
from domain.ids import CaseId, DeliveryId, UserId
from domain.lone_states import LONE_OVER, LoneState
from domain.lone_states import ChargebackState as ChargebackState
from domain.lone_states import DepositState as DepositState
from domain.lone_states import RemittanceState as RemittanceState
from domain.lone_states import WithdrawalState as WithdrawalState
from domain.money import Minor
from domain.policy import CaseTerms, Terms
from domain.proposed import Booking as Booking
from domain.proposed import Correction as Correction
from domain.proposed import End as End


class Role(StrEnum):
    """As whom somebody acts, or is told."""

    CLIENT = "client"
    FREELANCER = "freelancer"
    MEDIATOR = "mediator"
    STAFF = "staff"
    ACCOUNTING = "accounting"
    HEAD_OF_SUPPORT = "head_of_support"
    HEAD_OF_ACCOUNTING = "head_of_accounting"
    CLOCK = "clock"
    PROCESSOR = "processor"
    """Who carries cards and wallets for us; what it says was fetched from it."""


class JobState(StrEnum):
    """What people see on a job."""

    DRAFT = "draft"
    REFUSED = "refused"
    OFFERED = "offered"
    AWAITING_FUNDS = "awaiting_funds"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    REJECTION_OPEN = "rejection_open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    SETTLED = "settled"
    DECLINED = "declined"
    LAPSED = "lapsed"


class DisputeState(StrEnum):
    """What people see on a dispute."""

    OPEN = "open"
    APPOINTING = "appointing"
    IN_MEDIATION = "in_mediation"
    PROPOSED = "proposed"
    STAFF_REVIEW = "staff_review"
    RULED = "ruled"
    ACCEPTED = "accepted"
    NOT_SETTLED_IN_TIME = "not_settled_in_time"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    EXECUTED = "executed"


OVER: frozenset[StrEnum] = frozenset(
    {
        JobState.REFUSED,
        JobState.COMPLETED,
        JobState.CANCELLED,
        JobState.SETTLED,
        JobState.DECLINED,
        JobState.LAPSED,
        DisputeState.ACCEPTED,
        DisputeState.NOT_SETTLED_IN_TIME,
        DisputeState.DISMISSED,
        DisputeState.WITHDRAWN,
        DisputeState.SETTLED,
        DisputeState.EXECUTED,
    }
    | LONE_OVER
)


class Ip(StrEnum):
    """Who owns the work at the end."""

    CLIENT = "client"
    FREELANCER = "freelancer"


class Ends(StrEnum):
    """How an escrow can be divided."""

    RELEASE = "release"
    REFUND = "refund"
    SPLIT = "split"


class _Frozen(BaseModel):
    """Stands in rows for years: what a newer build adds, an older one passes over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Timer(_Frozen):
    """One row of silence that waits for its moment."""

    at: datetime
    row: str


class Task(_Frozen):
    """Something staff have to look at."""

    kind: str
    since: datetime


class Offer(_Frozen):
    """A settlement one party offers: so much to the freelancer, the rest to the client."""

    id: str
    by: Role
    freelancer_minor: Minor
    ip: Ip


class Verdict(_Frozen):
    """What a mediator proposes or staff rule; `freelancer_minor` is the part a split gives."""

    ends: Ends
    freelancer_minor: Minor = 0
    ip: Ip = Ip.CLIENT

    @classmethod
    def deciding(cls, ends: Ends, freelancer_minor: Minor, ip: Ip | None, **more: object) -> Self:
        """The verdict with the owner of the work that its ending has by law."""
        usual = Ip.FREELANCER if ends is Ends.REFUND else Ip.CLIENT
        fields = {"ends": ends, "freelancer_minor": freelancer_minor, "ip": ip or usual}
        return cls.model_validate(fields | more)


class Proposal(Verdict):
    """A mediator's proposal, and who has accepted it."""

    id: str
    accepted_by: tuple[Role, ...] = ()


class Ruling(Verdict):
    """A ruling of staff that waits for a second person."""

    id: str
    by: UserId


class Case(_Frozen):
    """What every process instance has."""

    id: CaseId
    state: JobState | DisputeState | LoneState
    version: Annotated[int, Field(ge=0)] = 0
    terms: CaseTerms
    opened_at: datetime
    last_event_at: datetime
    since: datetime
    """When the present wait began."""
    waits_since: int = 0
    """The version with which the present wait began; it names the wait for proof of notice."""
    timers: tuple[Timer, ...] = ()
    tasks: tuple[Task, ...] = ()
    paused_until: datetime | None = None

    @property
    def parties(self) -> Mapping[Role, UserId]:
        """Who has a part in it."""
        return {}

    @property
    def wait(self) -> str:
        """The name of the present wait: what its reminders prove."""
        return f"{self.id}/{self.waits_since}"


class Contract(Case):
    """What two people agreed on, and each quarrel over it."""

    terms: Terms
    client: UserId
    freelancer: UserId
    offers: tuple[Offer, ...] = ()

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client, Role.FREELANCER: self.freelancer}


class Job(Contract):
    """One contract between one client and one freelancer under escrow."""

    state: JobState = JobState.DRAFT
    offer_version: int = 0
    """What the freelancer sees when accepting."""
    due_at: datetime | None = None
    """When the work, or its revision, is due."""
    deliveries: tuple[DeliveryId, ...] = ()
    first_delivered_at: datetime | None = None
    last_delivered_at: datetime | None = None
    review_ends_at: datetime | None = None
    """When the review of the last delivery ends, its pauses counted."""
    mediation_counts_from: datetime | None = None
    """The first delivery, moved by the pauses since."""
    revision_asked_at: datetime | None = None
    """When a revision was asked for that no delivery has answered yet."""
    round: int = 0
    held: Parts | None = None
    short: tuple[Shortfall, ...] = ()
    """What was taken from the escrow: while anything is missing, the job is frozen."""
    approved: DeliveryId | None = None
    """The delivery that was approved while it was; the release waits."""
    late: bool = False
    mediation_open: bool = False
    rejections: int = 0
    ip: Ip | None = None
    origin: str | None = None
    """What it came from, if it was no direct hire: a project, a contest, a listing."""
    returned: Parts | None = None
    """What of a prize went back to its contest."""

    @property
    def prize_of(self) -> str | None:
        """The contest whose prize is handed over in it."""
        return self.origin if (self.origin or "").startswith("contest_") else None

    view_only: bool = False
    """Whether its client downloads what is delivered only after the approval."""


class Dispute(Contract):
    """The quarrel over one job: rejection, mediation, ruling."""

    job: CaseId
    state: DisputeState = DisputeState.OPEN
    number: int = 1
    requested_by: Role
    mediator: UserId | None = None
    """Who is asked, or was appointed."""
    asked: tuple[UserId, ...] = ()
    """Everybody who was asked in this dispute."""
    asked_this_time: int = 0
    veto_open: bool = False
    vetoed: bool = False
    replaced: bool = False
    fee: Parts | None = None
    proposed: bool = False
    proposal: Proposal | None = None
    ruling: Ruling | None = None

    @property
    def parties(self) -> Mapping[Role, UserId]:
        mediator = {Role.MEDIATOR: self.mediator} if self.mediator else {}
        return {**super().parties, **mediator}


class Deposit(Case):
    """Money a client pays in by card, PayPal or Alipay, on the processor's own page."""

    state: DepositState = DepositState.DRAFT
    client: UserId
    method: Checkout
    asked_minor: Minor
    """What the client wants to pay in."""
    for_case: CaseId | None = None
    """The one case it may start."""
    session: str | None = None
    """The processor's name for its page."""
    url: str | None = None
    """Where that page is, while it is open."""
    payment: str | None = None
    """The processor's name for the payment that was made."""
    paid_minor: Minor = 0
    """What arrived: that is what is credited."""
    end: End | None = None

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}


class Remittance(Case):
    """Money that comes by bank transfer, money order or check, announced or not."""

    state: RemittanceState = RemittanceState.DRAFT
    client: UserId | None = None
    """Whose it is; nobody's yet, when it came without a notice."""
    method: Carried
    reference: str = ""
    """What the client writes on the transfer, so that it is found."""
    asked_minor: Minor = 0
    """What the client says to have sent."""
    sent_on: date | None = None
    for_case: CaseId | None = None
    """The one case it may start."""
    arrived_minor: Minor = 0
    """What arrived: that is what is credited."""
    bank_reference: str | None = None
    """The bank's own name for it."""
    received_on: date | None = None
    payer: str = ""
    """Who sent it, as the bank names them."""
    recorded_by: UserId | None = None
    confirmed_by: UserId | None = None
    credited_at: datetime | None = None
    matched: UserId | None = None
    """Whose it was found to be."""
    correction: Correction | None = None
    pieces: tuple[Shortfall, ...] = ()
    """What was taken back from escrows, when it bounced."""

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client} if self.client else {}


class Withdrawal(Case):
    """Earnings that their owner wants paid out, to the payout method that was in force then."""

    state: WithdrawalState = WithdrawalState.DRAFT
    freelancer: UserId
    amount_minor: Minor
    """What leaves the wallet; the fee is taken out of it."""
    fee_minor: Minor
    method: str
    """The payout method's id; where it leads lies sealed elsewhere."""
    via: Via
    last_four: str
    payment_date: date | None = None
    """Fixed at the request."""
    approval_due: datetime | None = None
    """Until when the payment run must be approved."""
    transfer: str | None = None
    """The processor's name for what it moved to the account of whoever is paid."""
    payout: str | None = None
    """The processor's name for its payout to their bank."""
    reason: str | None = None
    """Why it failed, or came back."""

    @property
    def arrives_minor(self) -> int:
        """What arrives at the bank."""
        return self.amount_minor - self.fee_minor

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.FREELANCER: self.freelancer}


class Chargeback(Case):
    """A card payment that was credited, and that its owner's bank wants back."""

    state: ChargebackState = ChargebackState.DRAFT
    client: UserId
    deposit: CaseId
    """Which deposit the payment was."""
    dispute: str
    """The processor's name for it; it knows it as a dispute."""
    payment: str
    amount_minor: Minor = 0
    """What the network took back."""
    reason: str = ""
    """Why, in the network's word."""
    evidence_due: datetime | None = None
    taken: Parts | None = None
    """What was found for it in the client's wallet, and what was nowhere, as their debt."""
    pieces: tuple[Shortfall, ...] = ()
    """What was taken from escrows."""
    back_minor: Minor = 0
    """What the network gave back, as it says itself."""
    fee_back_minor: Minor = 0
    """What it gave back of its fee with it."""
    debt_back_minor: Minor = 0
    """What of the debt it made that settled."""
    booking: Booking | None = None
    """Whose that is, where it is another sum than was taken."""

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}
