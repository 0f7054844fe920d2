"""What is sent with a tax form, and what is shown of one: of its number the last four at most."""

import re
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import RowMapping

from api.bodies import Agreed, Asked, Line, Shown
from api.ids import shaped
from domain import tax
from domain.tax import FormKind, FormState, TaxForm
from domain.tax_fields import Day
from domain.w8ben import W8Ben
from domain.w9 import W9

_NINE_DIGITS = re.compile(r"(?<![0-9])(?:[0-9][ -]?){8}[0-9](?![0-9])")


def without_number(words: str) -> str:
    """The words themselves, which are kept as they are; ValueError when a number may be in them."""
    if _NINE_DIGITS.search(words):
        raise ValueError("no taxpayer number belongs in here")
    return words


class _Given(Asked):
    w9: W9 | None = None
    w8ben: W8Ben | None = None
    full_name: Annotated[Line, AfterValidator(without_number)]

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.w9 is None) == (self.w8ben is None):
            raise ValueError("send one form: w9 or w8ben")
        return self

    @property
    def form(self) -> TaxForm:
        """The one that was sent."""
        form = self.w9 or self.w8ben
        assert form is not None, "the body was checked"
        return form


class Signing(_Given):
    """The whole form, and the explicit act under penalty of perjury: which text, by which name."""

    certification: Annotated[int, Field(ge=1, le=2**31 - 1)]
    agree: Agreed


class OnPaper(_Given):
    """The form as it stands on a signed paper, and the uploaded file that shows the paper."""

    file: Annotated[str, Field(pattern=f"^{shaped('file')}$")]
    signed_on: Day


class CertificationShown(Shown):
    """What is signed with the form, word by word."""

    kind: FormKind
    version: int
    edition: str
    text: str


class TaxFormShown(Shown):
    """A form, without what it says."""

    id: str
    kind: FormKind
    state: FormState
    tin_type: str
    tin_last_four: str | None
    full_name: str
    certification: int
    signed_at: datetime
    signed_on: date
    valid_until: date | None
    reminders: list[date]
    file_id: str | None
    reason: str | None
    """Why a form on paper was accepted or rejected."""


class Lacking(Shown):
    """The code and the words with which a withdrawal would be refused."""

    code: str
    detail: str


class TaxStanding(Shown):
    """Which form is due, what is missing, the form in force, and the one given last."""

    needed: FormKind | None
    missing: Lacking | None
    certification: CertificationShown | None
    in_force: TaxFormShown | None
    newest: TaxFormShown | None


def shown(row: RowMapping, today: date) -> TaxFormShown:
    """The form as it stands today."""
    days = list(tax.reminders(row["valid_until"]))
    return TaxFormShown(**{**row, "state": state_of(row, today), "reminders": days})


def state_of(row: RowMapping, today: date) -> FormState:
    """Its state; a last day that is over counts before anybody has marked it."""
    ended = row["valid_until"] is not None and row["valid_until"] < today
    state = FormState(row["state"])
    return FormState.EXPIRED if ended and state is FormState.SIGNED else state
