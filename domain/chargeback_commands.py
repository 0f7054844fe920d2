"""What is said and decided on a payment that is disputed with the card network."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.command import Command
from domain.money import Minor
from domain.written import Id, Moment, Why, Words


class ChargebackOpened(Command):
    """The network has taken a payment back, and waits for an answer until a moment."""

    amount_minor: Minor
    fee_minor: Minor
    currency: Annotated[str, Field(max_length=3)]
    reason: Why
    answer_by: Moment | None = None


class EvidenceSent(Command):
    """The network has our answer."""


class ChargebackWon(Command):
    """The network has given the payment back, and of its fee so much."""

    amount_minor: Minor
    fee_back_minor: Minor = 0


class ChargebackLost(Command):
    """The payment stays with whoever made it."""


class BookReturn(Command):
    """Of what the network gave back, which is not what it took, so much is the client's.

    More than came back is the platform's loss; less leaves the rest to the platform.
    """

    makes: ClassVar[str | None] = "booking"

    id: Id
    back_minor: Minor
    """What came back, as whoever decides saw it."""
    client_minor: Minor
    reason: Words


class ConfirmBooking(Command):
    """A second person has seen that it is so."""

    booking_id: Id


class DebtPaid(Command):
    """The client owes nothing any more."""


class Refill(Command):
    """The client fills the escrows again that are short, as far as the wallet suffices."""
