"""Which form a person owes, until when one is valid, who may sign it, and what its lack closes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import certifications, tax
from domain.errors import (
    DomainError,
    NotAllowedToWork,
    TaxFormExpired,
    TaxFormInvalid,
    TaxFormMissing,
    WorkPermissionMissing,
)
from domain.standing import Permission
from domain.tax import FormKind, FormState, Held, TaxForm
from tests.tax import EIN, ITIN, SSN, w8ben, w9

TODAY = date(2026, 11, 26)
ENDS = date(2029, 12, 31)


def held(kind: FormKind, state: FormState, until: date | None = None) -> Held:
    return Held(kind=kind, state=state, valid_until=until)


@pytest.mark.parametrize(
    ("permission", "kind"),
    [(Permission.W9, FormKind.W9), (Permission.W8BEN, FormKind.W8BEN)],
)
def test_the_answers_call_for_one_form(permission: Permission, kind: FormKind) -> None:
    """Which one, the law of permission says."""
    assert tax.needed(permission) is kind


@pytest.mark.parametrize(
    ("permission", "refusal"),
    [
        (None, WorkPermissionMissing),
        (Permission.UNCLEAR, WorkPermissionMissing),
        (Permission.NOT_ALLOWED, NotAllowedToWork),
    ],
)
def test_without_permission_to_work_no_form_is_taken(
    permission: Permission | None, refusal: type[DomainError]
) -> None:
    """It is said why, as everywhere."""
    with pytest.raises(refusal):
        tax.needed(permission)
    with pytest.raises(refusal):
        tax.require_valid(permission, [held(FormKind.W9, FormState.SIGNED)], TODAY)


@pytest.mark.parametrize(
    ("permission", "forms", "today"),
    [
        (Permission.W9, [held(FormKind.W9, FormState.SIGNED)], date(2099, 1, 1)),
        (Permission.W8BEN, [held(FormKind.W8BEN, FormState.SIGNED, ENDS)], ENDS),
        (
            Permission.W8BEN,
            [
                held(FormKind.W8BEN, FormState.AWAITING_CHECK, ENDS),
                held(FormKind.W8BEN, FormState.SIGNED, ENDS),
                held(FormKind.W9, FormState.SUPERSEDED),
            ],
            TODAY,
        ),
    ],
)
def test_a_valid_form_opens_withdrawals(
    permission: Permission, forms: list[Held], today: date
) -> None:
    """Up to its last day, and whatever else was given."""
    tax.require_valid(permission, forms, today)
    assert tax.missing(permission, forms, today) is None


@pytest.mark.parametrize(
    ("forms", "refusal", "facts"),
    [
        ([], TaxFormMissing, {"needed": "w8ben"}),
        ([held(FormKind.W9, FormState.SIGNED)], TaxFormMissing, {"needed": "w8ben"}),
        ([held(FormKind.W8BEN, FormState.REJECTED, ENDS)], TaxFormMissing, {"needed": "w8ben"}),
        ([held(FormKind.W8BEN, FormState.SUPERSEDED, ENDS)], TaxFormMissing, {"needed": "w8ben"}),
        (
            [held(FormKind.W8BEN, FormState.AWAITING_CHECK, ENDS)],
            TaxFormMissing,
            {"needed": "w8ben", "awaits_check": True},
        ),
        (
            [held(FormKind.W8BEN, FormState.SIGNED, date(2026, 11, 25))],
            TaxFormExpired,
            {"needed": "w8ben", "valid_until": "2026-11-25"},
        ),
        (
            [held(FormKind.W8BEN, FormState.EXPIRED, date(2025, 12, 31))],
            TaxFormExpired,
            {"needed": "w8ben", "valid_until": "2025-12-31"},
        ),
    ],
)
def test_without_a_valid_form_it_is_said_what_is_missing(
    forms: list[Held], refusal: type[DomainError], facts: dict[str, Any]
) -> None:
    """Which form, whether staff still check it, or when it ended."""
    with pytest.raises(refusal) as refused:
        tax.require_valid(Permission.W8BEN, forms, TODAY)
    assert refused.value.facts == facts
    found = tax.missing(Permission.W8BEN, forms, TODAY)
    assert found is not None and found.detail == refused.value.detail


@pytest.mark.parametrize(
    ("signed_on", "until"),
    [(date(2026, 1, 1), ENDS), (date(2026, 12, 31), ENDS), (date(2024, 2, 29), date(2027, 12, 31))],
)
def test_a_w8ben_is_valid_to_the_end_of_the_third_following_year(
    signed_on: date, until: date
) -> None:
    """A W-9 until it is replaced."""
    assert tax.valid_until(FormKind.W8BEN, signed_on) == until
    assert tax.valid_until(FormKind.W9, signed_on) is None


def test_reminders_go_out_90_30_and_7_days_before() -> None:
    """None for what does not end."""
    assert tax.reminders(ENDS) == (date(2029, 10, 2), date(2029, 12, 1), date(2029, 12, 24))
    assert tax.reminders(None) == ()


@given(signed_on=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_every_w8ben_lasts_between_three_and_four_years(signed_on: date) -> None:
    """And all its reminders come while it is valid, in order."""
    until = tax.valid_until(FormKind.W8BEN, signed_on)
    assert until is not None
    assert timedelta(days=3 * 365) <= until - signed_on <= timedelta(days=4 * 366)
    moments = tax.reminders(until)
    assert sorted(moments) == list(moments) and signed_on < moments[0] and moments[-1] < until


def test_the_day_is_the_one_in_new_york() -> None:
    """New Year's morning in Berlin is the old year's last evening there."""
    assert tax.day(datetime(2030, 1, 1, 4, 59, tzinfo=UTC)) == ENDS
    assert tax.day(datetime(2030, 1, 1, 5, tzinfo=UTC)) == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("form", "name"),
    [(w9(), "Ana Nin"), (w9(), " ana  NIN "), (w8ben(birth="2024-02-29"), "Ben Ode")],
)
def test_a_person_signs_by_the_name_on_the_form(form: TaxForm, name: str) -> None:
    """However it is spaced."""
    permission = Permission(tax.kind_of(form).value)
    tax.require_signable(form, permission, name, TODAY, TODAY)
    assert form.signs_for_oneself


def test_a_paper_may_bear_the_day_that_it_is_somewhere() -> None:
    """In Auckland it is tomorrow while the forms are due today; an old W-9 is as good as a new."""
    for day in (date(2026, 11, 27), date(2001, 2, 3)):
        tax.require_signable(w9(), Permission.W9, "Ana Nin", day, TODAY)
    assert timedelta(days=1) == tax.SOMEWHERE


def test_somebody_signs_for_a_business() -> None:
    """By their own name."""
    sent = {"classification": "s_corporation", "tin_type": "ein", "tin": EIN, "name": "Elm"}
    tax.require_signable(w9(**sent), Permission.W9, "Ana Nin", TODAY, TODAY)
    assert not w9(**sent).signs_for_oneself


@pytest.mark.parametrize(
    ("form", "permission", "name", "signed_on", "field"),
    [
        (w9(), Permission.W8BEN, "Ana Nin", TODAY, "w9"),
        (w8ben(), Permission.W9, "Ben Ode", TODAY, "w8ben"),
        (w9(), Permission.W9, "Ana", TODAY, "full_name"),
        (w8ben(), Permission.W8BEN, "Ana Nin", TODAY, "full_name"),
        (w9(), Permission.W9, "Ana Nin", date(2026, 11, 28), "signed_on"),
        (w8ben(), Permission.W8BEN, "Ben Ode", date(2022, 12, 31), "signed_on"),
        (w8ben(birth="2026-11-26"), Permission.W8BEN, "Ben Ode", TODAY, "w8ben/birth"),
        (w8ben(birth="1890-01-01"), Permission.W8BEN, "Ben Ode", TODAY, "w8ben/birth"),
    ],
)
def test_what_does_not_fit_cannot_be_signed(
    form: TaxForm, permission: Permission, name: str, signed_on: date, field: str
) -> None:
    """The field is named: another's form, another's name, another time."""
    with pytest.raises(TaxFormInvalid) as refused:
        tax.require_signable(form, permission, name, signed_on, TODAY)
    assert refused.value.facts == {"field": field}


@pytest.mark.parametrize(
    ("form", "number"),
    [
        (w9(), ("ssn", "4399")),
        (w9(tin_type="itin", tin=ITIN), ("itin", "3456")),
        (w8ben(), ("foreign", "5633")),
        (w8ben(us_tin_type="ssn", us_tin=SSN), ("ssn", "4399")),
        (w8ben(foreign_tin="1234"), ("foreign", None)),
        (w8ben(foreign_tin=None, foreign_tin_not_required=True), ("none", None)),
    ],
)
def test_of_a_number_its_kind_and_last_four_are_known(
    form: TaxForm, number: tuple[str, str | None]
) -> None:
    """Whichever the form has, the US one first."""
    assert tax.number_of(form) == number


def test_a_masked_form_has_no_number() -> None:
    """Everything else is in it."""
    says = w8ben(us_tin_type="ssn", us_tin=SSN).model_dump(mode="json")
    masked = tax.masked(says)
    assert (masked["us_tin"], masked["foreign_tin"]) == ("•••4399", "•••5633")
    assert {n: v for n, v in masked.items() if n not in tax.NUMBERS} == {
        n: v for n, v in says.items() if n not in tax.NUMBERS
    }
    assert tax.masked(w8ben(foreign_tin="1234").model_dump())["foreign_tin"] == "•••"


@pytest.mark.parametrize("kind", FormKind)
def test_every_form_has_a_text_that_is_signed_under_penalty_of_perjury(kind: FormKind) -> None:
    """Versions are numbered from one without a gap, so that what was signed is found."""
    versions = [one.version for one in certifications.ALL if one.kind is kind]
    assert versions == list(range(1, len(versions) + 1))
    newest = certifications.in_force(kind)
    assert newest == certifications.of(kind, versions[-1])
    assert newest.text.startswith("Under penalties of perjury")
