"""Where a client's money came from, and how much of it may go back there."""

from dataclasses import dataclass

from domain.cases import Deposit, DepositState, Remittance, RemittanceState
from domain.errors import InvalidAmount, NotRefundable
from domain.money import show

WHOLE = frozenset({DepositState.CREDITED, RemittanceState.BOOKED, RemittanceState.CLEARED})
"""A deposit in these states has come, is nobody's question, and is not provisional."""


@dataclass(frozen=True)
class Source:
    """One deposit, and what of it was given back or is about to be."""

    deposit: Deposit | Remittance
    refunded_minor: int = 0
    charged_back: bool = False
    """Whether the card network has taken it back, and not given it again."""

    @property
    def left_minor(self) -> int:
        """What of it may still go back; below zero when it was corrected to less than that."""
        one = self.deposit
        came = one.paid_minor if isinstance(one, Deposit) else one.arrived_minor
        return came - self.refunded_minor

    def require_whole(self) -> None:
        """Raise NotRefundable unless what went back did come, and has cleared."""
        state = self.deposit.state
        if state not in WHOLE:
            raise NotRefundable(f"this deposit is {state}", state=state)
        if self.charged_back:
            raise NotRefundable("this payment is disputed with the card network")
        if self.left_minor < 0:
            raise NotRefundable("less came than was to go back", left_minor=self.left_minor)

    def require_left(self, amount_minor: int) -> None:
        """Raise InvalidAmount when so much cannot go back any more."""
        if not 0 < amount_minor <= self.left_minor:
            raise InvalidAmount(
                f"of this deposit {show(max(self.left_minor, 0))} can go back",
                field="amount",
                left_minor=max(self.left_minor, 0),
            )
