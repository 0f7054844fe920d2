"""A bank's statement is read whole and as it was meant, whichever way the bank writes it."""

import io
from datetime import date
from pathlib import Path

import pytest

from papers.bank_statement import Line, read
from tests.papers.weight import weight

FOLDER = Path(__file__).parent / "statements"
OLD, NEW, CSV = (
    (FOLDER / f"booked.{end}").read_text("utf-8") for end in ("02.xml", "08.xml", "csv")
)
EVERY = pytest.mark.parametrize("written", [OLD, NEW, CSV], ids=["02", "08", "csv"])
XML = pytest.mark.parametrize("written", [OLD, NEW], ids=["02", "08"])


def lines(written: str | bytes) -> tuple[Line, ...]:
    """What such a file says."""
    return read(io.BytesIO(written.encode() if isinstance(written, str) else written))


def line(reference: str, amount_minor: int, who: str, text: str = "", **more: str | bool) -> Line:
    """A line of 15 July 2026."""
    day = date(2026, 7, 15)
    named = str(more.get("named", ""))
    returned = bool(more.get("returned", False))
    account = "000123456789"
    return Line(account, reference, day, amount_minor, "USD", who, text, named, returned)


BOOKED = (
    line("B-1", 250_00, "Anna Ñandú", "Deposit PO-7F3K thank you"),
    line("B-2/1", -20_00, "Ben", named="wd-1"),
    line("B-2/2", -40_00, "Cho", named="wd-2"),
    line("ST-2026-07-15/3", 40_00, "Cho", named="wd-2", returned=True),
    line("B-4", -100_00, "", "Check 1017 unpaid", returned=True),
)


@EVERY
def test_a_statement_says_what_the_bank_booked(written: str) -> None:
    """Both versions of the standard and our CSV say the same; what is not booked is left out."""
    assert lines(written) == BOOKED


def test_a_number_within_one_statement_is_told_apart_from_that_of_another() -> None:
    """An entry that the bank only numbers is named after its statement too."""
    found = lines(OLD.replace("ST-2026-07-15", "ST-2026-07-16"))
    assert found[3].reference == "ST-2026-07-16/3"


@XML
def test_a_batch_whose_payments_have_no_amounts_is_one_line(written: str) -> None:
    """Its sum is known, whom it paid is not."""
    if written == OLD:
        for amount in ("20.00", "40.00"):
            own = f'<AmtDtls><TxAmt><Amt Ccy="USD">{amount}</Amt></TxAmt></AmtDtls>'
            written = written.replace(own, "")
    else:
        for amount in ("20.00", "40.00"):
            own = f'<Amt Ccy="USD">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>\n            <Rltd'
            written = written.replace(own, "<Rltd")
    assert lines(written)[1] == line("B-2", -60_00, "")


def test_a_payment_may_have_been_sent_in_another_currency() -> None:
    """What arrived on the account is the entry's amount."""
    sent = "<RltdPties>\n            <Dbtr><Nm>Anna"
    assert sent in OLD
    abroad = '<AmtDtls><TxAmt><Amt Ccy="EUR">231.05</Amt></TxAmt></AmtDtls>'
    assert lines(OLD.replace(sent, abroad + sent)) == BOOKED


def test_a_reversed_entry_is_a_return() -> None:
    """The bank took back what it had booked by mistake."""
    reversed_ = OLD.replace("<Sts>BOOK</Sts>", "<RvslInd>true</RvslInd><Sts>BOOK</Sts>", 1)
    found = lines(reversed_)
    assert found[0].returned and not found[1].returned


def test_an_overdrawn_account_adds_up_too() -> None:
    """A balance may be a debit."""
    below = OLD.replace(
        '<Amt Ccy="USD">1000.00</Amt><CdtDbtInd>CRDT', '<Amt Ccy="USD">1000.00</Amt><CdtDbtInd>DBIT'
    ).replace(
        '<Amt Ccy="USD">1130.00</Amt><CdtDbtInd>CRDT', '<Amt Ccy="USD">870.00</Amt><CdtDbtInd>DBIT'
    )
    assert lines(below) == BOOKED


def test_the_opening_balance_goes_before_the_closing_one_of_the_day_before() -> None:
    """Where a bank gives both, the day's own counts."""
    opening = OLD.replace("PRCD", "OPBD", 1)
    other = OLD[OLD.index("      <Bal>") : OLD.index("</Bal>") + 7].replace("1000.00", "1.00")
    assert lines(opening.replace("      <Bal>", other + "      <Bal>", 1)) == BOOKED


def test_statements_of_two_accounts_may_share_references() -> None:
    """Each adds up on its own, and each line says of which account it is."""
    begin, end = OLD.index("    <Stmt>"), OLD.index("    </Stmt>") + len("    </Stmt>")
    other = OLD[begin:end].replace("<Othr><Id>000123456789</Id></Othr>", "<IBAN>DE89</IBAN>")
    found = lines(OLD[:end] + other + OLD[end:])
    assert found[:5] == BOOKED
    assert [one.account for one in found[5:]] == ["DE89"] * 5
    assert [one.reference for one in found[5:]] == [one.reference for one in BOOKED]


def test_a_mark_of_the_byte_order_is_no_letter() -> None:
    """Spreadsheets begin their files with it."""
    assert lines(b"\xef\xbb\xbf" + CSV.encode()) == BOOKED
    assert lines(b"\xef\xbb\xbf" + OLD.encode()) == BOOKED


def test_a_file_in_another_encoding_that_says_so_is_read() -> None:
    """XML names its encoding."""
    assert lines(OLD.replace("UTF-8", "ISO-8859-1").encode("latin-1")) == BOOKED


def test_texts_are_one_printable_line_of_bounded_length() -> None:
    """No line break, no sign that turns the text around, not a page of it."""
    odd = CSV.replace("Deposit PO-7F3K thank you", '"a\tb\nc\u202ed' + "x" * 2_000 + '"')
    text = lines(odd)[0].text
    assert text.startswith("a b c dx") and len(text) == 1_000


@pytest.mark.parametrize("what", ["read_camt", "read_batch"])
def test_the_tree_of_a_statement_is_never_whole_in_memory(what: str) -> None:
    """Only its lines are, whether they are entries or the payments of a single one."""
    assert weight(what, 5_000) - weight(what, 500) < 8 * 1024
