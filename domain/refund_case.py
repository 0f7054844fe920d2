"""A refund to the source: part of a deposit on its way back to where it came from."""

from collections.abc import Mapping

from domain.carriers import Carried, Checkout
from domain.cases import Case, Role
from domain.ids import CaseId, UserId
from domain.lone_states import RefundState
from domain.money import Minor


class Refund(Case):
    """Unspent credits on their way back to where one deposit came from."""

    state: RefundState = RefundState.DRAFT
    client: UserId
    deposit: CaseId
    """The deposit that brought them."""
    method: Checkout | Carried
    """How that came, and this goes."""
    amount_minor: Minor
    payment: str | None = None
    """The processor's name for the payment that is given back."""
    refund: str | None = None
    """The processor's name for what it has given back."""
    approved_by: UserId | None = None
    bank_reference: str | None = None
    """The bank's name for what was sent by hand."""
    reason: str | None = None
    """Why it was declined, failed, or came back."""

    @property
    def by_processor(self) -> bool:
        """Whether the processor gives it back."""
        return isinstance(self.method, Checkout)

    @property
    def parties(self) -> Mapping[Role, UserId]:
        return {Role.CLIENT: self.client}
