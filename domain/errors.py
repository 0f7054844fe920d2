"""What the law refuses: each refusal has a code, a title and the facts behind it."""

from typing import Any, ClassVar


class DomainError(Exception):
    """The law refuses a command; nothing happened."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The rules do not allow this"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class NotOpen(DomainError):
    """The command is not open in the present state."""

    code = "not_open"
    title = "This is not possible in the present state"


class NotYours(DomainError):
    """The command belongs to somebody else."""

    code = "not_yours"
    title = "Somebody else decides this"


class AlreadyOver(DomainError):
    """The case is over: nothing can be decided any more."""

    code = "already_over"
    title = "This is over"


class ConditionMissing(DomainError):
    """The command is open in this state, but not yet, or not any more."""

    code = "condition_missing"
    title = "A condition of this step is not met"


class SeenIsStale(DomainError):
    """The decision names something that has changed or was never there."""

    code = "seen_is_stale"
    title = "What you decided on has changed"


class InsufficientFunds(DomainError):
    """The wallet lacks money; `missing_minor` says how much."""

    code = "insufficient_funds"
    title = "The wallet does not hold enough"


class NdaMissing(DomainError):
    """The confidentiality agreement in force has not been signed."""

    code = "nda_missing"
    title = "Sign the confidentiality agreement first"


class ApproveFirst(DomainError):
    """So many purchases of this client's were refunded that they download what they approved."""

    code = "approve_first"
    title = "Look at it in the viewer, and download it once you have approved it"


class WorkPermissionMissing(DomainError):
    """The three questions on permission to work are unanswered."""

    code = "work_permission_missing"
    title = "Answer the three questions on permission to work first"


class NotAllowedToWork(DomainError):
    """This person may not work on the platform."""

    code = "not_allowed_to_work"
    title = "You are not permitted to work on the platform"


class InvalidAmount(DomainError):
    """A sum in the command does not fit the case."""

    code = "invalid_amount"
    title = "The amount does not fit"


class Linked(DomainError):
    """The two are the same person, or linked."""

    code = "linked"
    title = "Linked people cannot do this together"


class UnknownReference(DomainError):
    """The command names a file, person or other thing that does not exist or is not yours."""

    code = "unknown_reference"
    title = "Something this names does not exist"


class TaxFormMissing(DomainError):
    """There is no tax form of the kind this person has to give, or staff still check it."""

    code = "tax_form_missing"
    title = "Give your tax form first"


class TaxFormExpired(DomainError):
    """The tax form was valid until a day that is over."""

    code = "tax_form_expired"
    title = "Your tax form has expired: give a new one"


class TaxFormInvalid(DomainError):
    """What a tax form says does not fit the day, the person or the signature."""

    code = "tax_form_invalid"
    title = "The tax form does not fit"


class DebtOpen(DomainError):
    """The person owes the platform money; `owed_minor` says how much."""

    code = "debt_open"
    title = "Settle what you owe first"


class PayoutMethodMissing(DomainError):
    """There is no bank account to pay to, or another one than was named."""

    code = "payout_method_missing"
    title = "Say first where you are paid"


class PayoutMethodTooNew(DomainError):
    """New bank details wait before anything is paid to them; `usable_from` says until when."""

    code = "payout_method_too_new"
    title = "Your new bank details cannot be paid to yet"


class NotRefundable(DomainError):
    """The deposit has not come, has not cleared, or is questioned."""

    code = "not_refundable"
    title = "This deposit cannot go back now"


class TooManyOpenDeposits(DomainError):
    """So many deposits of this person wait for their money already."""

    code = "too_many_open_deposits"
    title = "Pay or withdraw one of your open deposits first"


class ChargebackOpen(DomainError):
    """A payment of this person's is disputed with the card network, and not decided yet."""

    code = "chargeback_open"
    title = "A payment of yours is disputed with the card network"


class EscrowShort(DomainError):
    """Money was taken back from the escrow: nothing is released before that is decided."""

    code = "escrow_short"
    title = "The payment behind this is disputed"


class NotCertified(DomainError):
    """The work is not the client's, so nothing certifies that it is; `owner` says whose."""

    code = "not_certified"
    title = "The work is not the client's"


class ConfidentialityMissing(DomainError):
    """The client asks for more confidentiality, and the freelancer has not agreed to it."""

    code = "confidentiality_missing"
    title = "Agree to the client's own terms of confidentiality"


class NotOriginal(DomainError):
    """A file is somebody's already: in another listing, or work that was paid for."""

    code = "not_original"
    title = "One of these files was offered or sold before"


class QuotaFull(DomainError):
    """The person stores as much as one person may; the facts say how much."""

    code = "quota_full"
    title = "You store as much as one person may"


class FileInUse(DomainError):
    """Somebody takes back a file that something refers to; the facts say what."""

    code = "file_in_use"
    title = "Something refers to this file"


def every_error() -> tuple[type[DomainError], ...]:
    """All refusals, by code, for documentation and the HTTP edge."""
    return tuple(sorted(DomainError.__subclasses__(), key=lambda error: error.code))
