"""What is decided and said of a refund to the source."""

from domain.command import Command
from domain.written import MaybeWords, Stated, Theirs


class RefundToSource(Command):
    """The client wants unspent credits back where they came from."""


class WithdrawRefund(Command):
    """The client keeps the credits after all."""

    reason: MaybeWords = ""


class ApproveRefund(Command):
    """Staff have it sent back."""


class DeclineRefund(Command):
    """Staff do not send it back, and say why."""

    reason: Stated


class RefundMade(Command):
    """The processor has begun to give it back."""

    refund: Theirs


class RefundPaid(Command):
    """The processor has given it back."""


class RefundFound(Command):
    """It was given back, as the processor shows under this name without answering us."""

    refund: Stated


class RefundSent(Command):
    """It was sent at the bank, by somebody else than who approved it."""

    bank_reference: Stated


class RefundFailed(Command):
    """It cannot be given back, and why."""

    reason: Stated


class RefundReturned(Command):
    """The processor has it again: the card or account did not take it, and why."""

    reason: Stated


class RefundCameBack(Command):
    """The bank has sent it back, in a line of its own, and why."""

    reason: Stated
    bank_reference: Stated
