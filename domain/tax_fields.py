"""What both tax forms are made of: lines of text, addresses, and what a form is as a model."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from domain.countries import COUNTRIES, US
from domain.texts import plain

_STATES = """
    AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO
    MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY
"""
STATES = frozenset(_STATES.split())
"""As the US Postal Service abbreviates states, territories and military post."""
_ZIP = re.compile(r"[0-9]{5}(?:-[0-9]{4})?")
_BOX = re.compile(
    r"\bp\W{0,2}o\W{0,2}b(?:ox)?\b|\bpost(?:al|\W?office)?\W{0,2}box\b|\bpostfach\b|\bapartado\b"
    r"|\bbo[iî]te postale\b|\bcaixa postal\b|\bcasella postale\b|\bpostbus\b|\bpostboks\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CARE_OF = re.compile(r"\bc/o\b|\bin care of\b", re.IGNORECASE)


def _one_line(text: str) -> str:
    if any(end in plain(text) for end in "\n\r\t"):
        raise ValueError("this takes one line")
    return text


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("a country is its two letters of ISO 3166, such as DE")
    return code


def _written(given: object) -> object:
    if isinstance(given, date) or (isinstance(given, str) and _DAY.fullmatch(given)):
        return given
    raise ValueError("a day is written like 2026-01-31")


_stripped = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
Line = Annotated[str, _stripped, AfterValidator(_one_line)]
"""One line of a form."""
Country = Annotated[str, AfterValidator(_country)]
"""Two letters."""
Day = Annotated[date, Field(strict=False), BeforeValidator(_written)]
"""A day as it is written, 2026-01-31; a number is none, although one could be read as a day."""


class Fields(BaseModel):
    """Fields of a form as they are sent and kept; a number in them is in no `repr`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, validate_default=True
    )


class Address(Fields):
    """Where somebody lives or gets mail."""

    country: Country
    street: Line
    city: Line
    region: Line | None = None
    """State or province; in the United States the two letters of the state."""
    postal_code: Annotated[Line, Field(max_length=20)] | None = None

    @field_validator("region")
    @classmethod
    def _state(cls, region: str | None, info: ValidationInfo) -> str | None:
        if _in_us(info) and region not in STATES:
            raise ValueError("in the United States this is the two letters of the state")
        return region

    @field_validator("postal_code")
    @classmethod
    def _zip(cls, code: str | None, info: ValidationInfo) -> str | None:
        if _in_us(info) and not _ZIP.fullmatch(code or ""):
            raise ValueError("in the United States this is a ZIP code")
        return code

    def lines(self) -> str:
        """The address in one line."""
        parts = (self.street, self.city, self.region, self.postal_code, self.country)
        return ", ".join(part for part in parts if part)


def where_one_lives(address: Address) -> Address:
    """The address itself; ValueError when it is a post-office box or somebody else's."""
    if _BOX.search(address.street) or _BOX.search(address.city):
        raise ValueError("this is where you live, not a post-office box")
    if _CARE_OF.search(address.street) or _CARE_OF.search(address.city):
        raise ValueError("this is where you live, not in care of somebody")
    return address


def sent(info: ValidationInfo, name: str) -> Any:
    """What an earlier field holds; None when it was wrong itself, which is said already."""
    return info.data.get(name)


def _in_us(info: ValidationInfo) -> bool:
    return bool(sent(info, "country") == US)
