"""What is taken: commission on what is released, the mediator's fee, and what payouts cost."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from domain.bank_details import Via
from domain.money import Minor, portion


class Commission(BaseModel):
    """The platform's share of a released amount; nothing is taken from a refund."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rate: Decimal = Decimal("0.10")
    minimum_minor: Minor = 1_00
    largest_share: Decimal = Decimal("0.5")

    def of(self, released_minor: int) -> int:
        """The fee on a released part, in minor units: never more than half of it."""
        fee = max(portion(released_minor, self.rate), self.minimum_minor)
        return min(fee, int(released_minor * self.largest_share))


class MediationFee(BaseModel):
    """What hiring a mediator costs the freelancer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rate: Decimal = Decimal("0.05")
    minimum_minor: Minor = 10_00
    maximum_minor: Minor = 150_00

    def of(self, escrow_minor: int) -> int:
        """The fee in minor units for a dispute over this escrow."""
        return min(max(portion(escrow_minor, self.rate), self.minimum_minor), self.maximum_minor)


class WithdrawalFees(BaseModel):
    """What a payout costs whoever is paid, by the way it travels."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    us_bank_minor: Minor = 1_00
    iban_minor: Minor = 10_00
    stripe_minor: Minor = 1_00

    def of(self, via: Via) -> int:
        """The fee in minor units."""
        return {
            Via.US_BANK: self.us_bank_minor,
            Via.IBAN: self.iban_minor,
            Via.STRIPE: self.stripe_minor,
        }[via]
