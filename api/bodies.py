"""What requests and answers are made of: strict models, bounded texts and amounts."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.texts import plain
from ledger.addresses import LONGEST, is_address

LARGEST_AMOUNT_MINOR = 10_000_000_00


class Asked(BaseModel):
    """A request's body: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """An answer's body, made from a row of the ledger."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Amount(Asked):
    """A sum of money above zero that somebody asks for."""

    amount_minor: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT_MINOR)]
    currency: Literal["USD"] = "USD"


class Balance(Shown):
    """What stands on an account, or one change of it, below zero too."""

    amount_minor: int
    currency: str = "USD"


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("this takes one line")
    return text


_stripped = StringConstraints(strip_whitespace=True, min_length=1)
Line = Annotated[
    str, _stripped, Field(max_length=200), AfterValidator(plain), AfterValidator(_one_line)
]
"""One line of text, such as a name or a title."""
Tag = Annotated[Line, Field(max_length=40)]
"""A word by which something is found."""
Tags = Annotated[list[Tag], Field(max_length=20)]
FileIds = Annotated[list[Line], Field(max_length=200)]
"""Files that are handed over, by their ids."""
Prose = Annotated[str, _stripped, Field(max_length=20_000), AfterValidator(plain)]
"""A text of several lines, such as a brief, a reason or an instruction."""


def as_kept(tags: Iterable[str]) -> list[str]:
    """Each tag once, in lower case, as it is looked for."""
    return list(dict.fromkeys(one.lower() for one in tags))


def _agreed(agree: bool) -> bool:
    if not agree:
        raise ValueError("a signature takes your explicit agreement")
    return agree


Agreed = Annotated[bool, AfterValidator(_agreed)]
"""True, and nothing else: the explicit act of signing."""


def _email(text: str) -> str:
    if not is_address(text):
        raise ValueError("this is no email address")
    return text.lower()


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(_email)
]
"""An email address, in lower case."""
Password = Annotated[str, Field(min_length=10, max_length=200), AfterValidator(plain)]
