"""What a person can decide: plain records; each is named like the signal and the route it has."""

from typing import Annotated, ClassVar

from pydantic import (
    BaseModel,
    Field,
    ValidationInfo,
    field_validator,
)

from domain.cases import Ends, Ip
from domain.command import Command as Command
from domain.confidentiality import Fingerprint
from domain.ids import DeliveryId
from domain.money import Minor
from domain.written import (
    Count,
    Day,
    Delivered,
    Files,
    Id,
    MaybeWords,
    Moment,
    Somebody,
    Stated,
    Theirs,
    Version,
    Why,
    Words,
)

# On a job.


class OfferJob(Command):
    """The client offers the job to a freelancer."""


class Accept(Command):
    """The freelancer takes the job as it was offered."""

    offer_version: Version
    agree_confidentiality: Fingerprint | None = None
    """Where the client has terms of their own: by their SHA-256, which the job shows."""


class Decline(Command):
    """The freelancer does not want the job."""

    reason: MaybeWords = ""


class WithdrawOffer(Command):
    """Whoever made an offer takes it back."""


class Fund(Command):
    """The client sets the price aside."""


class Deliver(Command):
    """The freelancer hands over files, or a note that says where the work is."""

    makes: ClassVar[str | None] = "delivery"

    id: DeliveryId
    note: MaybeWords = ""
    files: Files = Field(default=(), validate_default=True)

    @field_validator("files")
    @classmethod
    def _hands_over_something(cls, files: Files, info: ValidationInfo) -> Files:
        if not files and not info.data.get("note"):
            raise ValueError("a delivery has files, or a note that says where the work is")
        return files


class Approve(Command):
    """The client is satisfied with a delivery."""

    delivery_id: Delivered


class RequestRevision(Command):
    """The client wants changes, and says which."""

    instructions: Words
    files: Files = ()
    days: Count | None = None
    """More time than the policy gives, in days."""


class RequestRejection(Command):
    """The client wants the job undone; "none" is a reason."""

    reason: Words


class Resign(Command):
    """The freelancer gives the job back."""

    reason: MaybeWords = ""


class Cancel(Command):
    """The client cancels a job that nothing came of."""

    reason: MaybeWords = ""


class _Ending(BaseModel):
    """How the escrow ends, and who owns the work: by law, but for a split."""

    id: Id
    ends: Ends
    freelancer_minor: Minor = 0
    ip: Ip | None = None
    reasons: Words

    @field_validator("ip")
    @classmethod
    def _owner_follows_the_ending(cls, ip: Ip | None, info: ValidationInfo) -> Ip | None:
        owners = {Ends.RELEASE: Ip.CLIENT, Ends.REFUND: Ip.FREELANCER}
        owner = owners.get(info.data.get("ends", Ends.SPLIT))
        if ip is not None and owner not in (None, ip):
            raise ValueError(f"the work is then the {owner}'s")
        return ip


class Resolve(_Ending, Command):
    """Staff decide where the escrow goes."""

    makes: ClassVar[str | None] = "ruling"


class PauseClock(Command):
    """Staff let all clocks of a job stand still until a time."""

    reason: Words
    until: Moment


class ResumeClock(Command):
    """Staff let the clocks go on before their time."""

    reason: MaybeWords = ""


# On a job or its dispute.


class OfferSettlement(Command):
    """A party offers to divide the escrow; the rest goes to the client."""

    makes: ClassVar[str | None] = "offer"

    id: Id
    freelancer_minor: Minor
    ip: Ip = Ip.CLIENT
    note: MaybeWords = ""


class AcceptSettlement(Command):
    """The other party agrees to exactly that offer."""

    offer_id: Id


class HireMediator(Command):
    """The freelancer calls in an independent mediator, for the fee that was quoted."""

    fee_minor: Minor


# On a deposit; what the processor says was fetched from it.


class OpenDeposit(Command):
    """The client wants to pay money in."""


class CheckoutOpened(Command):
    """The processor has a page on which the client pays."""

    session: Theirs
    url: Annotated[str, Field(max_length=2000)]


class CheckoutRefused(Command):
    """The processor makes no such page, and says why."""

    code: Theirs


class Paid(Command):
    """The processor has the client's money."""

    payment: Theirs
    amount_minor: Minor
    fee_minor: Minor
    currency: Annotated[str, Field(max_length=3)]


class CheckoutExpired(Command):
    """The processor's page was closed, and nothing was paid on it."""


# On a withdrawal; what accounting says of many at once stands in the payment run.


class RequestWithdrawal(Command):
    """The freelancer wants earnings paid out."""


class CancelWithdrawal(Command):
    """The freelancer takes the withdrawal back before its payment run is approved."""

    reason: MaybeWords = ""


class SendWithdrawal(Command):
    """The payment run was approved; `refusal` is the check that failed then."""

    refusal: Why = ""


class TransferMade(Command):
    """The processor has moved the sum to the account of whoever is paid."""

    transfer: Theirs


class PayoutBegun(Command):
    """The processor pays it out to their bank."""

    payout: Theirs


class PayoutPaid(Command):
    """The bank has paid it."""


class PayoutFailed(Command):
    """It was not paid, and why."""

    reason: Why


class PayoutReturned(Command):
    """The bank has sent it back after it was paid, and why."""

    reason: Why


# On a dispute.


class AcceptRejection(Command):
    """The freelancer agrees: the job is cancelled and refunded."""


class WithdrawRejection(Command):
    """The client takes the rejection back."""


class AcceptAppointment(Command):
    """The mediator takes the case."""


class DeclineAppointment(Command):
    """The mediator does not take the case."""

    reason: MaybeWords = ""


class VetoMediator(Command):
    """The client does not want this mediator."""

    reason: MaybeWords = ""


class AddStatement(Command):
    """A party tells the mediator its side, with evidence."""

    text: Words
    files: Files = ()


class Propose(_Ending, Command):
    """The mediator proposes how it ends."""

    makes: ClassVar[str | None] = "proposal"


class AcceptProposal(Command):
    """A party agrees with exactly that proposal."""

    proposal_id: Id


class RefuseProposal(Command):
    """A party does not agree with that proposal."""

    proposal_id: Id
    reason: MaybeWords = ""


class Confirm(Command):
    """A second person confirms exactly that ruling."""

    ruling_id: Id


class Refuse(Command):
    """A second person sends that ruling back."""

    ruling_id: Id
    reason: Words


# On money that no processor carries.


class AnnounceRemittance(Command):
    """Money is on its way by bank transfer, money order or check."""

    files: Files = ()


class WithdrawNotice(Command):
    """No money comes by this notice after all."""

    reason: MaybeWords = ""


class _Arrived(BaseModel):
    """What reached the bank, in its own words."""

    amount_minor: Minor
    bank_reference: Stated
    received_on: Day
    payer: Stated


class RecordUnmatched(_Arrived, Command):
    """Money came, and nobody knows whose it is."""


class Receive(_Arrived, Command):
    """The money that a notice announced is there; what came is what counts."""

    wrong_name: Annotated[bool, Field(strict=True)] = False
    """Somebody else than the client has sent it."""


class ConfirmReceipt(Command):
    """A second person has seen exactly this sum at the bank."""

    amount_minor: Minor


class Match(Command):
    """It is known whose the money is."""

    client: Somebody
    reason: Words


class ReturnReceipt(Command):
    """The money goes back to whoever sent it."""

    reason: Words
    bank_reference: Stated | None = None
    """What the bank calls that line, once it is known; so too for what bounces."""


class Bounce(Command):
    """The bank takes a check or money order back: it was not honoured."""

    reason: Words
    bank_reference: Stated | None = None


class Correct(Command):
    """Another sum arrived than was typed."""

    makes: ClassVar[str | None] = "correction"

    id: Id
    amount_minor: Minor
    reason: Words


class ConfirmCorrection(Command):
    """A second person has seen that the corrected sum is right."""

    correction_id: Id
