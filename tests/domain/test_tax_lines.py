"""The lines of W-9 and W-8BEN: what fits together, and which line a refusal names."""

from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.countries import COUNTRIES
from domain.w8ben import W8Ben
from domain.w9 import W9
from tests.tax import (
    AMERICAN,
    BUSINESS,
    CLAIM,
    EIN,
    GERMAN,
    ITIN,
    SSN,
    W8BEN_SENT,
    W9_SENT,
    w8ben,
    w9,
)

LLC = BUSINESS | {"classification": "llc", "llc_code": "P"}


def lines(form: type[BaseModel], sent: dict[str, Any]) -> set[str]:
    """The lines that are refused."""
    try:
        form.model_validate(sent)
    except ValidationError as refused:
        return {"/".join(map(str, error["loc"])) for error in refused.errors()}
    return set()


@pytest.mark.parametrize(
    "sent",
    [
        W9_SENT,
        W9_SENT | {"tin_type": "itin", "tin": ITIN},
        W9_SENT | {"tin_type": "ein", "tin": EIN, "business_name": "Elm Works"},
        W9_SENT | {"address": GERMAN, "subject_to_backup_withholding": True},
        W9_SENT | {"address": AMERICAN | {"street": "PO Box 12", "postal_code": "02110-1234"}},
        W9_SENT | {"fatca_code": "M"},
        BUSINESS | {"exempt_payee_code": 5},
        LLC,
        LLC | {"foreign_owners": True},
        BUSINESS | {"classification": "partnership", "foreign_owners": True},
        BUSINESS | {"classification": "other", "other_classification": "A town"},
    ],
)
def test_a_w9_may_say_this(sent: dict[str, Any]) -> None:
    """People, businesses, and those abroad."""
    assert lines(W9, sent) == set()


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (W9_SENT | {"name": " "}, "name"),
        (W9_SENT | {"name": "Ana\nNin"}, "name"),
        (W9_SENT | {"name": "Ana\x00"}, "name"),
        (W9_SENT | {"name": "x" * 201}, "name"),
        (W9_SENT | {"classification": "person"}, "classification"),
        (W9_SENT | {"llc_code": "C"}, "llc_code"),
        (BUSINESS | {"classification": "llc"}, "llc_code"),
        (LLC | {"llc_code": "D"}, "llc_code"),
        (BUSINESS | {"classification": "other"}, "other_classification"),
        (BUSINESS | {"other_classification": "A town"}, "other_classification"),
        (BUSINESS | {"foreign_owners": True}, "foreign_owners"),
        (LLC | {"llc_code": "S", "foreign_owners": True}, "foreign_owners"),
        (W9_SENT | {"exempt_payee_code": 5}, "exempt_payee_code"),
        (BUSINESS | {"exempt_payee_code": 0}, "exempt_payee_code"),
        (BUSINESS | {"exempt_payee_code": 14}, "exempt_payee_code"),
        (BUSINESS | {"exempt_payee_code": "5"}, "exempt_payee_code"),
        (W9_SENT | {"fatca_code": "N"}, "fatca_code"),
        (W9_SENT | {"fatca_code": "AB"}, "fatca_code"),
        (BUSINESS | {"tin_type": "ssn", "tin": SSN}, "tin_type"),
        (BUSINESS | {"tin_type": "itin", "tin": ITIN}, "tin_type"),
        (W9_SENT | {"tin_type": "tin"}, "tin_type"),
        (W9_SENT | {"tin_type": "ein"}, "tin"),
        (W9_SENT | {"tin": "123"}, "tin"),
        (W9_SENT | {"tin": 536904399}, "tin"),
        (W9_SENT | {"subject_to_backup_withholding": "no"}, "subject_to_backup_withholding"),
        (
            BUSINESS | {"exempt_payee_code": 5, "subject_to_backup_withholding": True},
            "subject_to_backup_withholding",
        ),
        (W9_SENT | {"address": AMERICAN | {"region": "Mass."}}, "address/region"),
        (W9_SENT | {"address": AMERICAN | {"region": None}}, "address/region"),
        (W9_SENT | {"address": AMERICAN | {"postal_code": "2110"}}, "address/postal_code"),
        (W9_SENT | {"address": AMERICAN | {"country": "USA"}}, "address/country"),
        (W9_SENT | {"address": AMERICAN | {"country": "XX"}}, "address/country"),
        (W9_SENT | {"ip": "192.0.2.1"}, "ip"),
    ],
)
def test_a_w9_may_not_say_that(sent: dict[str, Any], line: str) -> None:
    """The line that is wrong is named, and no other."""
    assert lines(W9, sent) == {line}


@pytest.mark.parametrize("line", sorted(W9_SENT))
def test_a_w9_lacks_no_line(line: str) -> None:
    """Neither the kind of the number nor what is certified is guessed."""
    assert lines(W9, {name: W9_SENT[name] for name in W9_SENT if name != line}) == {line}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"mailing": GERMAN | {"street": "Postfach 12"}},
        {"us_tin_type": "ssn", "us_tin": SSN},
        {"us_tin_type": "itin", "us_tin": ITIN, "foreign_tin": None},
        {"foreign_tin": None, "foreign_tin_not_required": True},
        {"treaty": CLAIM},
        {"treaty": CLAIM | {"rate": 12.5}},
        {"treaty": CLAIM | {"rate": 30}},
        {"residence": GERMAN | {"street": "Boxhagener Straße 1"}},
        {"citizenship": "FR"},
    ],
)
def test_a_w8ben_may_say_this(change: dict[str, Any]) -> None:
    """With a US number, a foreign one, both, or none where none is given out."""
    assert lines(W8Ben, W8BEN_SENT | change) == set()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"citizenship": "US"}, "citizenship"),
        ({"citizenship": "de"}, "citizenship"),
        ({"residence": AMERICAN}, "residence"),
        ({"mailing": AMERICAN}, "mailing"),
        ({"residence": GERMAN | {"street": "P.O. Box 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "po box 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "Post Office Box 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "POB 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "Postfach 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "Apartado 12"}}, "residence"),
        ({"residence": GERMAN | {"street": "Boîte postale 12"}}, "residence"),
        ({"residence": GERMAN | {"city": "PO Box 12, Bonn"}}, "residence"),
        ({"residence": GERMAN | {"street": "c/o Elm Works, Ulmenweg 3"}}, "residence"),
        ({"us_tin_type": "ein", "us_tin": EIN}, "us_tin_type"),
        ({"us_tin": SSN}, "us_tin"),
        ({"us_tin_type": "ssn"}, "us_tin"),
        ({"us_tin_type": "ssn", "us_tin": ITIN}, "us_tin"),
        ({"foreign_tin": "-"}, "foreign_tin"),
        ({"foreign_tin": "1" * 41}, "foreign_tin"),
        ({"foreign_tin": None}, "foreign_tin_not_required"),
        ({"foreign_tin_not_required": True}, "foreign_tin_not_required"),
        ({"birth": 662688000}, "birth"),
        ({"birth": "662688000"}, "birth"),
        ({"birth": "28.2.1990"}, "birth"),
        ({"birth": "1990-02-30"}, "birth"),
        ({"treaty": CLAIM | {"country": "FR"}}, "treaty"),
        ({"treaty": CLAIM | {"rate": 31}}, "treaty/rate"),
        ({"treaty": CLAIM | {"rate": -1}}, "treaty/rate"),
        ({"treaty": CLAIM | {"rate": "NaN"}}, "treaty/rate"),
        ({"treaty": CLAIM | {"article": ""}}, "treaty/article"),
        ({"treaty": CLAIM, "foreign_tin": None, "foreign_tin_not_required": True}, "treaty"),
    ],
)
def test_a_w8ben_may_not_say_that(change: dict[str, Any], line: str) -> None:
    """The line that is wrong is named, and no other."""
    assert lines(W8Ben, W8BEN_SENT | change) == {line}


def test_the_countries_are_those_of_the_standard() -> None:
    """As the time-zone database lists them."""
    listed = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [row for row in listed.splitlines() if not row.startswith("#")]
    assert {row.split("\t")[0] for row in rows} == COUNTRIES


def test_no_number_is_in_what_a_program_prints_of_a_form() -> None:
    """A form that gets into a log by mistake brings no number with it."""
    shown = repr(w9()) + repr(w8ben(us_tin_type="ssn", us_tin=SSN)) + str(w9())
    assert "4399" not in shown and "872" not in shown


@given(sent=st.dictionaries(st.sampled_from(sorted(W9_SENT)), st.text() | st.integers()))
def test_whatever_a_line_holds_the_refusal_quotes_nothing(sent: dict[str, Any]) -> None:
    """The words of an error have the lines and the rules alone."""
    secret = "536-90-0000"
    with pytest.raises(ValidationError) as refused:
        W9.model_validate(W9_SENT | sent | {"tin_type": "ssn", "tin": secret})
    assert secret not in str(refused.value)
