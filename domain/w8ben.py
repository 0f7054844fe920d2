"""Form W-8BEN: an individual states not to be a US person, with the checks of its lines."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from domain.countries import US
from domain.tax_fields import Address, Country, Day, Fields, Line, sent, where_one_lives
from domain.tins import TinType, checked

HIGHEST_RATE = 30
"""Percent withheld where no treaty says less."""
_FOREIGN = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]{1,38}[0-9A-Za-z]")


def _outside(address: Address) -> Address:
    if address.country == US:
        raise ValueError("an address in the United States does not fit this form")
    return address


class TreatyClaim(Fields):
    """Part II: which treaty lowers the tax on what, and why."""

    country: Country
    """Line 9: where the person is a resident as the treaty has it."""
    article: Line
    """Line 10: article and paragraph."""
    rate: Annotated[
        Decimal, Field(strict=False, ge=0, le=HIGHEST_RATE, max_digits=4, decimal_places=2)
    ]
    """Percent."""
    income: Line
    """The kind of income the rate is claimed for."""
    explanation: Annotated[Line, Field(max_length=200)]
    """Why the person meets the article's conditions."""


class W8Ben(Fields):
    """The lines of the form; the certification is signed with it."""

    name: Line
    """Line 1."""
    citizenship: Country
    residence: Annotated[Address, AfterValidator(where_one_lives), AfterValidator(_outside)]
    """Line 3: where the person lives and pays taxes."""
    mailing: Annotated[Address, AfterValidator(_outside)] | None = None
    """Line 4, if another; a US one would take documents that the form does not carry."""
    us_tin_type: Annotated[TinType | None, Field(strict=False)] = None
    us_tin: Annotated[str | None, Field(max_length=20, repr=False)] = None
    """Line 5."""
    foreign_tin: Annotated[str | None, Field(max_length=40, repr=False)] = None
    """Line 6a: the number of the country of residence."""
    foreign_tin_not_required: bool = False
    """Line 6b: that country's law does not require one."""
    birth: Day
    """Line 8."""
    treaty: TreatyClaim | None = None

    @field_validator("citizenship")
    @classmethod
    def _of_no_us_person(cls, country: str) -> str:
        if country == US:
            raise ValueError("a citizen of the United States gives a W-9")
        return country

    @field_validator("us_tin_type")
    @classmethod
    def _of_a_person(cls, kind: TinType | None) -> TinType | None:
        if kind is TinType.EIN:
            raise ValueError("an individual has an SSN or an ITIN")
        return kind

    @field_validator("us_tin")
    @classmethod
    def _is_one(cls, number: str | None, info: ValidationInfo) -> str | None:
        kind = sent(info, "us_tin_type")
        if number is None and kind is not None:
            raise ValueError("give the number whose kind you named")
        if number is None or "us_tin_type" not in info.data:
            return number
        if kind is None:
            raise ValueError("say first what kind of number it is")
        return checked(kind, number)

    @field_validator("foreign_tin")
    @classmethod
    def _looks_like_one(cls, number: str | None) -> str | None:
        if number is not None and not _FOREIGN.fullmatch(number.strip()):
            raise ValueError("a tax number is 3 to 40 letters, digits and . / - between them")
        return None if number is None else number.strip()

    @field_validator("foreign_tin_not_required")
    @classmethod
    def _some_number_or_none_due(cls, not_required: bool, info: ValidationInfo) -> bool:
        known = {"us_tin", "foreign_tin"} <= info.data.keys()
        foreign = sent(info, "foreign_tin")
        if not_required and foreign is not None:
            raise ValueError("you gave the number that you say is not required")
        if known and not not_required and foreign is None and sent(info, "us_tin") is None:
            raise ValueError("give a US or foreign tax number, or say that none is required")
        return not_required

    @field_validator("treaty")
    @classmethod
    def _fits(cls, claim: TreatyClaim | None, info: ValidationInfo) -> TreatyClaim | None:
        if claim is None:
            return None
        residence = sent(info, "residence")
        if residence is not None and claim.country != residence.country:
            raise ValueError("the treaty is that of the country where you live")
        if {"us_tin", "foreign_tin"} <= info.data.keys() and not (
            sent(info, "us_tin") or sent(info, "foreign_tin")
        ):
            raise ValueError("a claim under a treaty takes a US or foreign tax number")
        return claim

    @property
    def signs_for_oneself(self) -> bool:
        """The form is one's own, always."""
        return True
