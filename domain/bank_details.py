"""Where a bank's payment goes: an account in the United States, or one with an IBAN."""

from enum import StrEnum
from typing import Annotated, assert_never

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SHOWN_FROM = 8
"""Signs that a number must have for its last four to be shown."""
ROUTING_WEIGHTS = (3, 7, 1) * 3
DISTRICTS = frozenset([*range(1, 13), *range(21, 33), *range(61, 73)])
"""What a bank's routing number begins with: its Federal Reserve district, plus 20 or 60."""


def _routing_number(digits: str) -> str:
    weighted = zip(map(int, digits), ROUTING_WEIGHTS, strict=True)
    if int(digits[:2]) not in DISTRICTS or sum(digit * by for digit, by in weighted) % 10:
        raise ValueError("this is no routing number of a bank: its digits do not fit each other")
    return digits


def _iban(iban: str) -> str:
    # ISO 13616: the first four move to the end, letters count from 10, the rest of 97 is 1.
    if int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError("this is no IBAN: its check digits do not fit")
    return iban


RoutingNumber = Annotated[str, Field(pattern=r"^[0-9]{9}$"), AfterValidator(_routing_number)]
Iban = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"), AfterValidator(_iban)]
Bic = Annotated[str, Field(pattern=r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$")]


class Holding(StrEnum):
    """What an account in the United States is kept for; a payment must say it."""

    CHECKING = "checking"
    SAVINGS = "savings"


class UsAccount(BaseModel):
    """An account at a bank in the United States."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    routing_number: RoutingNumber
    account_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,17}$")]
    holding: Holding = Holding.CHECKING


class IbanAccount(BaseModel):
    """An account in one of the countries that number theirs alike; no spaces, capitals only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    iban: Iban
    bic: Bic


class ConnectedAccount(BaseModel):
    """An account at the payment processor, which knows its owner's bank."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]{8,64}$")]


BankAccount = UsAccount | IbanAccount
Destination = BankAccount | ConnectedAccount


class Via(StrEnum):
    """How a payout travels."""

    US_BANK = "us_bank"
    IBAN = "iban"
    STRIPE = "stripe"


def via(destination: Destination) -> Via:
    """How a payout gets there."""
    match destination:
        case UsAccount():
            return Via.US_BANK
        case IbanAccount():
            return Via.IBAN
        case ConnectedAccount():
            return Via.STRIPE
        case _:
            assert_never(destination)


def last_four(destination: Destination) -> str:
    """What is shown of it; nothing of a number so short that four would give it away."""
    match destination:
        case UsAccount():
            number = destination.account_number
        case IbanAccount():
            number = destination.iban
        case ConnectedAccount():
            number = destination.account
        case _:
            assert_never(destination)
    return number[-4:] if len(number) >= SHOWN_FROM else ""


def known_as(destination: Destination) -> str:
    """The same for the same account, however it is written and whatever else is said of it."""
    match destination:
        case UsAccount():
            number = destination.account_number.replace("-", "").upper().lstrip("0")
            return f"us {destination.routing_number} {number}"
        case IbanAccount():
            return f"iban {destination.iban}"
        case ConnectedAccount():
            return f"stripe {destination.account}"
        case _:
            assert_never(destination)
