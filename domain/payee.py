"""Whoever is paid out: what must be in order before money leaves, and where it then goes."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain import tax
from domain.bank_details import Via
from domain.errors import (
    ChargebackOpen,
    DebtOpen,
    DomainError,
    PayoutMethodMissing,
    PayoutMethodTooNew,
)
from domain.money import show
from domain.policy import Policy
from domain.standing import Permission
from domain.tax import Held


class PayoutMethod(BaseModel):
    """Where somebody is paid, without what only the bank needs to know."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    via: Via
    last_four: str
    added_at: datetime

    def usable_from(self, policy: Policy) -> datetime:
        """When its cool-down is over."""
        return self.added_at + policy.payout_cool_down


@dataclass(frozen=True)
class Payee:
    """What the books know of somebody who wants to be paid."""

    permission: Permission | None = None
    forms: tuple[Held, ...] = field(default=())
    owed_minor: int = 0
    charged_back: bool = False
    """Whether a payment of theirs is disputed with the card network."""
    method: PayoutMethod | None = None
    """The payout method in force."""

    def require_payable(self, at: datetime, policy: Policy, method_id: str | None = None) -> None:
        """Raise what keeps money from going out to this person, by this method if one is named."""
        tax.require_valid(self.permission, self.forms, tax.day(at))
        if self.charged_back:
            raise ChargebackOpen
        if self.owed_minor:
            raise DebtOpen(f"{show(self.owed_minor)} is owed first", owed_minor=self.owed_minor)
        if self.method is None:
            raise PayoutMethodMissing
        if method_id is not None and self.method.id != method_id:
            raise PayoutMethodMissing("The payout method was replaced by another since")
        usable_from = self.method.usable_from(policy)
        if at < usable_from:
            raise PayoutMethodTooNew(usable_from=usable_from.isoformat())

    def lack(
        self, at: datetime, policy: Policy, method_id: str | None = None
    ) -> DomainError | None:
        """What `require_payable` would raise."""
        try:
            self.require_payable(at, policy, method_id)
        except DomainError as refusal:
            return refusal
        return None
