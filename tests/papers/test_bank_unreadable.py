"""A bank's file that is not right in every line is not used at all, and says where and why."""

import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.bank_lines import References, day, minor
from papers.bank_statement import Line, Unreadable, read
from tests.papers.damage import DAMAGES, Damage, damaged
from tests.papers.test_bank_statement import BOOKED, CSV, NEW, OLD, lines

BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


def refused(written: str | bytes) -> str:
    """What is said of a file of which nothing is used."""
    with pytest.raises(Unreadable) as error:
        lines(written)
    assert str(error.value) == f"{error.value.where}: {error.value.reason}"
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"USD">250.00<', '"USD">250,00<', "entry 1 (line 18): '250,00' is no amount"),
        ('"USD">250.00<', '"USD">-250.00<', "entry 1 (line 18): '-250.00' is no amount"),
        ('"USD">250.00<', '"USD">250.005<', "entry 1 (line 18): '250.005' has parts of a cent"),
        ('"USD">250.00<', '"USD">1e3<', "entry 1 (line 18): '1e3' is no amount"),
        ('"USD">250.00<', '"USD">٢٥٠<', "entry 1 (line 18): '٢٥٠' is no amount"),
        ('"USD">250.00<', '"USD"><', "entry 1 (line 18): nothing is no amount"),
        ('"USD">250.00<', f'"USD">{"9" * 14}<', f"'{'9' * 14}' is no amount"),
        ('<Amt Ccy="USD">250.00</Amt>', "", "entry 1 (line 18): nothing is no currency"),
        ('"USD">250', '"EUR">250', "entry 1 (line 18): 'EUR' is no currency of our accounts"),
        ('"USD">1130', '"EUR">1130', "statement 1 (line 5): 'EUR' is no currency"),
        ('"USD">20.00', '"EUR">20.00', "entry 2 (line 34): its payments are not those of its"),
        ("<Dt>2026-07-15</Dt></BookgDt>", "<Dt>15.07.2026</Dt></BookgDt>", "is no date"),
        ("<Dt>2026-07-15</Dt></BookgDt>", "<Dt>2026-02-29</Dt></BookgDt>", "no day of a calendar"),
        ("<Dt>2026-07-15</Dt></BookgDt>", "</BookgDt>", "entry 1 (line 18): nothing is no date"),
        ("<AcctSvcrRef>B-2</AcctSvcrRef>", "", "entry 2 (line 34): the bank's reference is mi"),
        ("<NtryRef>3</NtryRef>", "", "entry 3 (line 53): the bank's reference is missing"),
        (">B-4<", f">{'B' * 101}<", "the bank's reference is too long"),
        (">B-4<", ">B-1<", "entry 4 (line 64): the reference B-1 was there before"),
        (">B-4<", ">B-2/1<", "entry 4 (line 64): the reference B-2/1 was there before"),
        ("<CdtDbtInd>DBIT<", "<CdtDbtInd>OUT<", "it is neither credit nor debit"),
        ("<Sts>BOOK</Sts>", "<Sts>DONE</Sts>", "entry 1 (line 18): its state 'DONE' is unknown"),
        ("<Sts>BOOK</Sts>", "", "entry 1 (line 18): its state '' is unknown"),
        ('"USD">40.00', '"USD">40.01', "entry 2 (line 34): its payments are not those of its"),
        ('<Amt Ccy="USD">40.00</Amt>', "", "entry 2 (line 34): its payments are not those of"),
        ("<Id>000123456789</Id>", "", "entry 1 (line 18): the account is missing"),
        (">PRCD<", ">ITBD<", "statement 1 (line 5): it has no balance OPBD or PRCD"),
        (">CLBD<", ">CLAV<", "statement 1 (line 5): it has no balance CLBD"),
        ("1130.00", "1130.01", "the closing balance is 1,130.01, but the opening balance and the"
         " entries make 1,130.00"),
        ("<Sts>PDNG</Sts>", "<Sts>BOOK</Sts><BookgDt><Dt>2026-07-15</Dt></BookgDt>"
         "<AcctSvcrRef>B-6</AcctSvcrRef>", "the entries make 1,135.00"),
        ("camt.053.001.02", "camt.054.001.02", "the file: Document of urn:iso:std:iso:20022:tech:"),
        ("camt.053.001.02", "camt.053.001.99", "is none of urn:iso"),
        ("</BkToCstmrStmt>", "", "this is no whole XML"),
        ("Anna", "An&na", "line 27: this is no whole XML"),
        ("Anna", "An&undefined;na", "this is no whole XML"),
        ("Anna", "An\0na", "this is no whole XML"),
    ],
)  # fmt: skip
def test_an_error_of_the_bank_is_named_with_its_place(old: str, new: str, says: str) -> None:
    """Amounts, currencies, dates, references, states, batches, accounts, balances, the XML."""
    assert old in OLD
    assert says in refused(OLD.replace(old, new, 1))


def test_an_error_in_the_newer_version_is_named_too() -> None:
    """It has the same rules."""
    assert "'DONE' is unknown" in refused(NEW.replace("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>", 1))
    assert "its payments are not those of its sum, -60.00" in refused(
        NEW.replace("20.00</Amt>", "21.00</Amt>", 1)
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("250.00", "250.005", "line 2: '250.005' has parts of a cent"),
        ("250.00", '"1,250.00"', "line 2: '1,250.00' is no amount"),
        ("-20.00", "--20.00", "line 3: '-20.00' is no amount"),
        ("-20.00", "+20.00", "line 3: '+20.00' is no amount"),
        ("-20.00", "NaN", "line 3: 'NaN' is no amount"),
        ("-20.00", "", "line 3: nothing is no amount"),
        ("-20.00,USD", "-20.00,usd", "line 3: 'usd' is no currency of our accounts"),
        ("2026-07-15,250", "07/15/2026,250", "line 2: '07/15/2026' is no date"),
        ("2026-07-15,250", "2026-06-31,250", "line 2: '2026-06-31' is no day of a calendar"),
        ("B-1", "", "line 2: the bank's reference is missing"),
        ("B-4", "B-1", "line 6: the reference B-1 was there before"),
        ("000123456789", "", "line 2: the account is missing"),
        ("yes", "maybe", "line 5: returned is neither yes nor no"),
        ("Cho,,wd-2,no", "Cho,,wd-2", "line 4: it has 8 fields instead of 9"),
        ("Ben", "Ben,Jr.", "line 3: it has 10 fields instead of 9"),
        ("Ben", '"Ben', "line 7: this is no CSV: unexpected end of data"),
        ("Ben", '"Ben"x', "line 3: this is no CSV"),
        ("B-1", "B\0", "line 2: the bank's reference is too long, or holds what"),
        ("Ben", "B" * 70_000, "line 3: it is longer than 65536 bytes"),
        ("reference", "ref", "line 1: the columns must be account,reference,booked_on"),
        ("account,", "", "line 1: the columns must be"),
    ],
)
def test_an_error_in_a_line_of_csv_is_named_with_its_line(old: str, new: str, says: str) -> None:
    """Of what a person may have edited in between."""
    assert old in CSV
    assert says in refused(CSV.replace(old, new, 1))


def test_an_empty_line_between_is_an_error() -> None:
    """Something may have been taken out there."""
    assert "line 2: it has 0 fields" in refused(CSV.replace("\n", "\n\n", 1))


def test_a_file_in_the_wrong_encoding_is_named() -> None:
    """With the line of the first letter that is none, in CSV; XML says it in its own words."""
    assert refused(CSV.encode("latin-1")) == "line 2: this is no UTF-8"
    assert refused(CSV.encode("utf-16")) == "line 1: this is no UTF-8"
    assert "line 27: this is no whole XML" in refused(OLD.encode("latin-1"))


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\n", b"<", b"<Document/>", b"%PDF-1.7"]
)
def test_what_is_no_statement_is_said_to_be_none(content: bytes) -> None:
    """Whatever somebody uploads."""
    assert refused(content)


def test_a_message_without_a_statement_is_an_error() -> None:
    """It is told from a day without movements, which has balances."""
    begin, end = OLD.index("    <Stmt>"), OLD.index("    </Stmt>") + len("    </Stmt>")
    assert refused(OLD[:begin] + OLD[end:]) == "the file: it holds no statement"


def test_a_day_without_movements_has_no_lines() -> None:
    """In XML with equal balances, in CSV with the columns alone."""
    begin, end = OLD.index("      <!-- A client"), OLD.index("    </Stmt>")
    assert lines((OLD[:begin] + OLD[end:]).replace("1130.00", "1000.00")) == ()
    assert lines(CSV.splitlines()[0]) == ()


@settings(deadline=None)
@given(st.integers(1, len(OLD.rstrip()) - 1))
def test_a_file_that_ends_too_early_is_never_used(length: int) -> None:
    """Wherever the transfer broke off."""
    assert refused(OLD[:length])


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([OLD, NEW, CSV]), DAMAGES)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(written: str, damage: Damage) -> None:
    """No byte makes the reader fail in a way that nobody told; what is read are lines."""
    try:
        found = lines(damaged(written.encode(), damage))
    except Unreadable as error:
        assert error.where and error.reason
    else:
        assert len(found) >= len(BOOKED) - 1 and all(isinstance(one, Line) for one in found)


@pytest.mark.parametrize(
    ("doctype", "used"),
    [
        (f'<!DOCTYPE d [<!ENTITY e0 "ha">{BOMB}]>', "&e11;"),
        (f'<!DOCTYPE d [<!ENTITY a "{"a" * 60_000}">]>', "&a;" * 60_000),
        ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
        ('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">', "x"),
        ('<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>', "x"),
        ("<!DOCTYPE Document>", "x"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["Anna", '"USD"'])
def test_entities_are_never_resolved(doctype: str, used: str, place: str) -> None:
    """A file that defines any is refused at once, in a text or an attribute, with no network."""
    value = used if place == "Anna" else f'"{used}"'
    written = OLD.replace("<Document", doctype + "<Document", 1).replace(place, value, 1)
    began = time.monotonic()
    says = refused(written)
    assert "document type" in says or "no whole XML" in says
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("inner", ["<a>" * 5_000, "x" * 11_000_000])
def test_a_file_may_be_neither_deep_nor_of_one_endless_text(inner: str) -> None:
    """The parser's own limits stay on."""
    assert "no whole XML" in refused(OLD.replace("Anna", inner, 1))


def test_a_file_on_disk_is_read_like_one_in_memory(tmp_path: Path) -> None:
    """Any stream that can seek will do."""
    path = tmp_path / "statement.xml"
    path.write_text(OLD, "utf-8")
    with path.open("rb") as file:
        assert read(file) == BOOKED == read(io.BytesIO(OLD.encode()))


@given(st.integers(0, 10**15 - 1))
def test_an_amount_is_read_to_the_cent(amount_minor: int) -> None:
    """With two decimals, with more that are zeros, with as few as it needs."""
    units, cents = divmod(amount_minor, 100)
    written = f"{units}.{cents:02d}"
    assert minor(written) == minor(written + "000") == amount_minor
    assert minor(written.rstrip("0").rstrip(".") or "0") == amount_minor


@given(st.text(max_size=12))
def test_only_a_day_of_the_calendar_is_a_date(written: str) -> None:
    """Neither weeks nor digits of other scripts."""
    try:
        assert day(written).isoformat() == written
    except ValueError as error:
        assert "is no da" in str(error)


def test_a_reference_is_met_once_per_account() -> None:
    """Another account's bank may count alike."""
    references = References()
    assert references.new("a", "1") == references.new("b", "1") == "1"
    with pytest.raises(ValueError, match="was there before"):
        references.new("a", "1")
    with pytest.raises(ValueError, match="cannot be printed"):
        references.new("a", "1\u202e")
