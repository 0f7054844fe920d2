"""Whatever people are called, a bank can read it: every name in the letters all banks take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.bank_text import LETTERS, decimal, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
WILD = TEXTS | st.text("ÄßøЖщьΩ李\0\n\u202e\u200b'=+-@/:?. aZ9", max_size=200)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("José Ñandú & Söhne “GmbH”", "Jose Nandu + Sohne 'GmbH'"),
        ("Łukasz Đorđević, Straße 5", "Lukasz Dordevic, Strasse 5"),
        ("Ægir Þór", "Aegir Thor"),
        ("Щукин Мальцев", "Shchukin Maltsev"),
        ("Їжак Юлія", "Izhak Iuliia"),
        ("Ελένη", "Eleni"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Neil — Sons", "O'Neil - Sons"),
        ("Wei 李 Ltd", "Wei . Ltd"),
        ("李小龙", ""),
        ("a\0b\tc\r\nd\u200be", "a b c de"),
        ("=SUM(A1)", "SUM(A1)"),
        ("+1", "1"),
        ("", ""),
    ],
)
def test_a_name_is_written_as_banks_write_it(text: str, written: str) -> None:
    """Accents fall, letters of other scripts are transliterated, the rest is a full stop."""
    assert plain(text, 140) == written


@given(WILD, st.integers(1, 140))
def test_no_text_holds_what_banks_refuse(text: str, longest: int) -> None:
    """Only their letters, no control characters, never too long, no sign at the beginning."""
    written = plain(text, longest)
    assert set(written) <= LETTERS and len(written) <= longest
    assert written == written.strip() and "  " not in written
    assert not written or written[0].isalnum() or written[0] == "("


@given(WILD)
def test_what_banks_can_read_stays_as_it_is(text: str) -> None:
    """Written again it is the same."""
    assert plain(plain(text, 140), 140) == plain(text, 140)


@given(st.integers(-(2**60), 2**60))
def test_an_amount_in_a_file_is_the_amount(amount_minor: int) -> None:
    """With a point and two decimals, without separators."""
    units, cents = decimal(amount_minor).split(".")
    assert len(cents) == 2 and int(units + cents) == amount_minor
