"""Each kind of taxpayer number has its own rules, and no message quotes a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tins import TinType, checked, last_four

DIGITS = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize(
    ("kind", "number", "digits"),
    [
        (TinType.SSN, "536-90-4399", "536904399"),
        (TinType.SSN, " 536904399 ", "536904399"),
        (TinType.SSN, "536 90 4399", "536904399"),
        (TinType.ITIN, "912-90-3456", "912903456"),
        (TinType.ITIN, "912-50-3456", "912503456"),
        (TinType.ITIN, "912-65-3456", "912653456"),
        (TinType.ITIN, "912-70-3456", "912703456"),
        (TinType.EIN, "04-2103594", "042103594"),
        (TinType.EIN, "042103594", "042103594"),
    ],
)
def test_a_number_is_kept_as_its_nine_digits(kind: TinType, number: str, digits: str) -> None:
    """However it was written."""
    assert checked(kind, number) == digits


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (TinType.SSN, ""),
        (TinType.SSN, "53690439"),
        (TinType.SSN, "5369043990"),
        (TinType.SSN, "000-90-4399"),
        (TinType.SSN, "666-90-4399"),
        (TinType.SSN, "900-90-4399"),
        (TinType.SSN, "536-00-4399"),
        (TinType.SSN, "536-90-0000"),
        (TinType.SSN, "078-05-1120"),
        (TinType.SSN, "078051120"),
        (TinType.SSN, "07805-1120"),
        (TinType.SSN, "219 09 9999"),
        (TinType.SSN, "912-90-3456"),
        (TinType.SSN, "536.90.4399"),
        (TinType.SSN, "\u0665\u0663\u0666904399"),
        (TinType.ITIN, "536-90-4399"),
        (TinType.ITIN, "912-93-3456"),
        (TinType.ITIN, "912-89-3456"),
        (TinType.ITIN, "912-66-3456"),
        (TinType.ITIN, "912-49-3456"),
        (TinType.EIN, "07-1144442"),
        (TinType.EIN, "04-210359"),
        (TinType.EIN, "536-90-4399"),
    ],
)
def test_a_number_of_another_kind_is_none(kind: TinType, number: str) -> None:
    """Nine digits are not enough; the famous ones of advertisements are none either."""
    with pytest.raises(ValueError, match=f"^this is no {kind.value.upper()}$"):
        checked(kind, number)


@given(number=DIGITS)
def test_no_number_is_of_a_person_and_of_a_person_without(number: str) -> None:
    """An SSN never begins with a nine, an ITIN always does: the kind that is asked matters."""
    assert len([kind for kind in (TinType.SSN, TinType.ITIN) if _fits(kind, number)]) <= 1


@given(number=DIGITS, kind=st.sampled_from(TinType))
def test_hyphens_change_nothing(number: str, kind: TinType) -> None:
    """A number is one with them exactly if it is one without."""
    cut = (2,) if kind is TinType.EIN else (3, 5)
    dashed = "".join("-" * (at in cut) + digit for at, digit in enumerate(number))
    assert _fits(kind, number) == _fits(kind, dashed)


@given(anything=st.text(), kind=st.sampled_from(TinType))
def test_whatever_is_typed_is_a_number_or_refused_without_its_words(
    anything: str, kind: TinType
) -> None:
    """A message that quoted it would bring it into a log."""
    try:
        digits = checked(kind, anything)
    except ValueError as refused:
        assert str(refused) == f"this is no {kind.value.upper()}"
        assert refused.__cause__ is None
    else:
        assert len(digits) == 9 and digits.isascii() and digits.isdigit()


@pytest.mark.parametrize(
    ("number", "shown"),
    [("536904399", "4399"), ("81 872 495 633", "5633"), ("AB-12.34/56", "3456"), ("1234567", None)],
)
def test_the_last_four_are_shown_of_what_is_long_enough(number: str, shown: str | None) -> None:
    """Of a short foreign number four would be half."""
    assert last_four(number) == shown


def _fits(kind: TinType, number: str) -> bool:
    try:
        checked(kind, number)
    except ValueError:
        return False
    return True
