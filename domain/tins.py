"""Taxpayer numbers: which kind it is, is asked first, and each kind has rules of its own."""

from enum import StrEnum

from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.us import ein, itin, ssn

NEWER_ITIN_GROUPS = range(50, 66)
"""Fourth and fifth digit of ITINs given out since the range 70 to 99 ran short (IRS, Pub. 1915)."""
SHORTEST_SHOWN = 8
"""A number with fewer letters and digits would be half given away by its last four."""


class TinType(StrEnum):
    """Kinds of numbers: of a person, of a person without the first, of a business."""

    SSN = "ssn"
    ITIN = "itin"
    EIN = "ein"


def checked(kind: TinType, number: str) -> str:
    """The nine digits; ValueError, which quotes nothing, when they are no number of this kind."""
    # The library compares its blacklist with numbers that have all hyphens or none.
    dashed = number.strip().replace(" ", "-")
    try:
        _CHECKS[kind](dashed)
        return _CHECKS[kind](dashed.replace("-", ""))
    except ValidationError:
        raise ValueError(f"this is no {kind.value.upper()}") from None


def last_four(number: str) -> str | None:
    """What is shown of a number; None when that would be too much of it."""
    plain = "".join(letter for letter in number if letter.isalnum())
    return plain[-4:] if len(plain) >= SHORTEST_SHOWN else None


def _itin(number: str) -> str:
    try:
        return itin.validate(number)
    except InvalidComponent:
        digits = itin.compact(number)
        if digits[0] == "9" and int(digits[3:5]) in NEWER_ITIN_GROUPS:
            return digits
        raise


_CHECKS = {TinType.SSN: ssn.validate, TinType.ITIN: _itin, TinType.EIN: ein.validate}
