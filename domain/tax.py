"""Tax forms: which one a person owes us, until when one is valid, and what its lack closes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from domain.errors import (
    DomainError,
    NotAllowedToWork,
    TaxFormExpired,
    TaxFormInvalid,
    TaxFormMissing,
    WorkPermissionMissing,
)
from domain.standing import Permission
from domain.tins import last_four
from domain.w8ben import W8Ben
from domain.w9 import W9

TIMEZONE = "America/New_York"
"""Whose days the forms go by."""
REMINDERS = (timedelta(days=90), timedelta(days=30), timedelta(days=7))
"""How long before the last day its person is reminded."""
SOMEWHERE = timedelta(days=1)
"""It is tomorrow already where some people sign."""
OLDEST = 130
"""Years; nobody is older."""
FOREIGN, NO_NUMBER = "foreign", "none"
NUMBERS = frozenset({"tin", "us_tin", "foreign_tin"})
"""The fields that are never shown whole."""
TaxForm = W9 | W8Ben


class FormKind(StrEnum):
    """For US persons, and for individuals who are none."""

    W9 = "w9"
    W8BEN = "w8ben"


class FormState(StrEnum):
    """What has become of a form."""

    SIGNED = "signed"
    AWAITING_CHECK = "awaiting_check"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class Purpose(StrEnum):
    """Why what a form says was read; there is no other reason to."""

    SIGNER = "signer"
    RECORD = "record"
    FILING = "filing required by law"


class Held(BaseModel):
    """What is known of a form without reading it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    kind: FormKind
    state: FormState
    valid_until: date | None = None
    """The last day; None: until it is replaced."""


def needed(permission: Permission | None) -> FormKind:
    """The form that the answers call for; raises why there is none."""
    match permission:
        case Permission.W9:
            return FormKind.W9
        case Permission.W8BEN:
            return FormKind.W8BEN
        case Permission.NOT_ALLOWED:
            raise NotAllowedToWork
        case Permission.UNCLEAR:
            raise WorkPermissionMissing("Staff still have to look at your permission to work")
        case None:
            raise WorkPermissionMissing
        case _:
            assert_never(permission)


def require_valid(permission: Permission | None, forms: Sequence[Held], today: date) -> None:
    """Raise what keeps money from being paid out: no form of the kind needed, or an expired one."""
    kind = needed(permission)
    ours = [form for form in forms if form.kind is kind]
    if any(form.state is FormState.SIGNED and not _over(form, today) for form in ours):
        return
    facts = {"needed": kind.value}
    if any(form.state is FormState.AWAITING_CHECK for form in ours):
        raise TaxFormMissing("Staff still have to check your tax form", **facts, awaits_check=True)
    if ended := [form.valid_until for form in ours if _over(form, today) and form.valid_until]:
        raise TaxFormExpired(**facts, valid_until=max(ended).isoformat())
    if forms and not ours:
        raise TaxFormMissing("Your answers call for another form than you gave", **facts)
    raise TaxFormMissing(**facts)


def missing(
    permission: Permission | None, forms: Sequence[Held], today: date
) -> DomainError | None:
    """What `require_valid` would raise."""
    try:
        require_valid(permission, forms, today)
    except DomainError as refusal:
        return refusal
    return None


def require_signable(
    form: TaxForm, permission: Permission | None, full_name: str, signed_on: date, today: date
) -> None:
    """Raise what keeps this form from being signed by this person on that day."""
    kind = kind_of(form)
    if kind is not needed(permission):
        raise TaxFormInvalid("Your answers call for the other form", field=kind.value)
    if form.signs_for_oneself and _spelt(full_name) != _spelt(form.name):
        raise TaxFormInvalid("Sign by the name that the form gives", field="full_name")
    if signed_on > today + SOMEWHERE:
        raise TaxFormInvalid("It cannot be signed yet", field="signed_on")
    until = valid_until(kind, signed_on)
    if until is not None and until < today:
        raise TaxFormInvalid("A form signed on that day is valid no more", field="signed_on")
    if isinstance(form, W8Ben) and not _lives(form.birth, today):
        raise TaxFormInvalid("Nobody was born on that day", field=f"{kind.value}/birth")


def kind_of(form: TaxForm) -> FormKind:
    """Which form it is."""
    return FormKind.W9 if isinstance(form, W9) else FormKind.W8BEN


def valid_until(kind: FormKind, signed_on: date) -> date | None:
    """The last day: of the third year after the signature; a W-9 holds until it is replaced."""
    return date(signed_on.year + 3, 12, 31) if kind is FormKind.W8BEN else None


def reminders(until: date | None) -> tuple[date, ...]:
    """The days on which the person is told that a new form will be due."""
    return () if until is None else tuple(until - before for before in REMINDERS)


def day(at: datetime) -> date:
    """The day of this moment, where the forms are due."""
    return at.astimezone(ZoneInfo(TIMEZONE)).date()


def number_of(form: TaxForm) -> tuple[str, str | None]:
    """The kind of the form's number, and its last four."""
    if isinstance(form, W9):
        return form.tin_type.value, last_four(form.tin)
    if form.us_tin is not None and form.us_tin_type is not None:
        return form.us_tin_type.value, last_four(form.us_tin)
    if form.foreign_tin is not None:
        return FOREIGN, last_four(form.foreign_tin)
    return NO_NUMBER, None


def masked(says: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, of each number no more than is shown."""
    return {name: _hidden(value) if name in NUMBERS else value for name, value in says.items()}


def _hidden(number: str | None) -> str | None:
    return None if number is None else f"•••{last_four(number) or ''}"


def _over(form: Held, today: date) -> bool:
    ended = form.valid_until is not None and form.valid_until < today
    return form.state is FormState.EXPIRED or (form.state is FormState.SIGNED and ended)


def _lives(birth: date, today: date) -> bool:
    return birth < today and birth.year >= today.year - OLDEST


def _spelt(name: str) -> str:
    return " ".join(name.split()).casefold()
