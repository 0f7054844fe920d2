"""What the platform takes: commission on what is released, and the mediator's fee."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

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
