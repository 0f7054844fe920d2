"""Form W-9, on which a US person states a taxpayer number, with the checks of its lines."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from domain.tax_fields import Address, Fields, Line, sent
from domain.tins import TinType, checked


class Classification(StrEnum):
    """Line 3a: what the person or business is for federal taxes."""

    INDIVIDUAL = "individual"
    """Also a sole proprietor, and the owner of an LLC that is not taxed by itself."""
    C_CORPORATION = "c_corporation"
    S_CORPORATION = "s_corporation"
    PARTNERSHIP = "partnership"
    TRUST_ESTATE = "trust_estate"
    LLC = "llc"
    OTHER = "other"


class LlcCode(StrEnum):
    """As what an LLC is taxed."""

    C = "C"
    S = "S"
    P = "P"


class W9(Fields):
    """The lines of the form; the certification is signed with it."""

    name: Line
    """Line 1, as on the tax return."""
    business_name: Line | None = None
    """Line 2, if another."""
    classification: Annotated[Classification, Field(strict=False)]
    llc_code: Annotated[LlcCode | None, Field(strict=False)] = None
    other_classification: Line | None = None
    foreign_owners: bool = False
    """Line 3b: a partnership, trust or estate with foreign partners, owners or beneficiaries."""
    exempt_payee_code: Annotated[int, Field(ge=1, le=13)] | None = None
    """Line 4: why no backup withholding is due."""
    fatca_code: Annotated[str, Field(pattern="^[A-M]$")] | None = None
    """Line 4, for accounts outside the United States alone."""
    address: Address
    tin_type: Annotated[TinType, Field(strict=False)]
    tin: Annotated[str, Field(max_length=20, repr=False)]
    subject_to_backup_withholding: bool
    """The IRS has said so; item 2 of the certification is then struck out."""

    @field_validator("llc_code")
    @classmethod
    def _of_an_llc(cls, code: LlcCode | None, info: ValidationInfo) -> LlcCode | None:
        kind = sent(info, "classification")
        if kind is Classification.LLC and code is None:
            raise ValueError("an LLC says as what it is taxed: C, S or P")
        if kind not in (Classification.LLC, None) and code is not None:
            raise ValueError("only an LLC has this code")
        return code

    @field_validator("other_classification")
    @classmethod
    def _of_another_kind(cls, words: str | None, info: ValidationInfo) -> str | None:
        kind = sent(info, "classification")
        if kind is Classification.OTHER and words is None:
            raise ValueError("say what it is, if it is something else")
        if kind not in (Classification.OTHER, None) and words is not None:
            raise ValueError("this is only for something else")
        return words

    @field_validator("foreign_owners")
    @classmethod
    def _of_those_with_owners(cls, foreign: bool, info: ValidationInfo) -> bool:
        kind, taxed_as = sent(info, "classification"), sent(info, "llc_code")
        shared = kind in (Classification.PARTNERSHIP, Classification.TRUST_ESTATE)
        if foreign and kind is not None and not shared and taxed_as is not LlcCode.P:
            raise ValueError("only a partnership, a trust or an estate says this")
        return foreign

    @field_validator("exempt_payee_code")
    @classmethod
    def _of_no_individual(cls, code: int | None, info: ValidationInfo) -> int | None:
        if code is not None and sent(info, "classification") is Classification.INDIVIDUAL:
            raise ValueError("individuals are not exempt from backup withholding")
        return code

    @field_validator("tin_type")
    @classmethod
    def _that_such_have(cls, kind: TinType, info: ValidationInfo) -> TinType:
        of = sent(info, "classification")
        if of not in (Classification.INDIVIDUAL, None) and kind is not TinType.EIN:
            raise ValueError("a business has an EIN; your own number is for individuals")
        return kind

    @field_validator("tin")
    @classmethod
    def _is_one(cls, number: str, info: ValidationInfo) -> str:
        kind = sent(info, "tin_type")
        return number if kind is None else checked(kind, number)

    @field_validator("subject_to_backup_withholding")
    @classmethod
    def _unless_exempt(cls, subject: bool, info: ValidationInfo) -> bool:
        if subject and sent(info, "exempt_payee_code") is not None:
            raise ValueError("who is exempt from backup withholding is not subject to it")
        return subject

    @property
    def signs_for_oneself(self) -> bool:
        """Whether the name on the form is that of whoever signs."""
        return self.classification is Classification.INDIVIDUAL
