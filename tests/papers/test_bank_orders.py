"""What we send to the bank is what its schema wants, adds up, and is the same every time."""

import csv
import importlib.resources
import io
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from domain.bank_details import IbanAccount
from papers.bank_orders import (
    COLUMNS,
    NAMESPACE,
    Order,
    Payment,
    Totals,
    TotalsDiffer,
    totals,
    write_csv,
    write_xml,
)
from tests.papers.bank_files import ABROAD, OURS, THEIRS, order, order_of, payments
from tests.papers.weight import weight

NS = {"p": NAMESPACE}


@cache
def schema() -> Any:
    """ISO's own."""
    path = importlib.resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))


def as_xml(head: Order, given: list[Payment]) -> bytes:
    """The file in memory."""
    out = io.BytesIO()
    write_xml(out, head, given)
    return out.getvalue()


def as_rows(head: Order, given: list[Payment]) -> list[dict[str, str]]:
    """The lines of the CSV."""
    out = io.BytesIO()
    write_csv(out, head, given)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("ascii"), newline="")))


def texts(content: bytes, path: str) -> list[str]:
    """What stands at this path of the file."""
    found: list[str] = etree.fromstring(content).xpath(path, namespaces=NS)
    return found


def one(**more: Any) -> Payment:
    """A payment of 20.00."""
    usual = {"end_to_end_id": "wd-1", "name": "Ann", "amount_minor": 20_00, "account": THEIRS}
    return Payment.model_validate(usual | more)


def test_the_file_is_what_the_published_schema_wants() -> None:
    """With accounts in the country and abroad, with and without a text."""
    content = as_xml(order_of(7), list(payments(7)))
    schema().assertValid(etree.fromstring(content))
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert content.count(b"xmlns") == 1


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200).map(lambda t: f"A{t}")
AMOUNTS = st.integers(1, 2**40)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, AMOUNTS), min_size=1, max_size=4))
def test_whatever_people_are_called_the_file_is_valid_and_adds_up(
    people: list[tuple[str, str, int]],
) -> None:
    """Control sum and count are those of the payments."""
    made = [
        one(end_to_end_id=f"wd-{n}", name=name, text=text, amount_minor=amount)
        for n, (name, text, amount) in enumerate(people)
    ]
    content = as_xml(order(totals(p.amount_minor for p in made)), made)
    schema().assertValid(etree.fromstring(content))
    cents = [int(text.replace(".", "")) for text in texts(content, "//p:InstdAmt/text()")]
    assert cents == [amount for *_, amount in people]
    sums = texts(content, "//p:CtrlSum/text()")
    assert {int(text.replace(".", "")) for text in sums} == {sum(cents)}
    assert texts(content, "//p:NbOfTxs/text()") == [str(len(people))] * 2


def test_nothing_of_one_payment_is_left_in_the_next() -> None:
    """Whatever came before it, a payment is written as if it were the only one."""
    british = IbanAccount(iban="GB82WEST12345698765432", bic="NWBKGB2L")
    mixed = [
        one(end_to_end_id="wd-1", name="Ann", text="May"),
        one(end_to_end_id="wd-2", name="Bo", amount_minor=1, account=ABROAD, text="June"),
        one(end_to_end_id="wd-3", name="Cy", account=OURS, text="July"),
        one(end_to_end_id="wd-4", name="Di", account=ABROAD),
        one(end_to_end_id="wd-5", name="Ed", account=british),
        one(end_to_end_id="wd-6", name="Flo", account=THEIRS),
    ]

    def written(*these: Payment) -> list[bytes]:
        whole = totals(payment.amount_minor for payment in these)
        head = order(whole)
        return as_xml(head, list(these)).split(b"<CdtTrfTxInf>")[1:]

    together = [part.split(b"</CdtTrfTxInf>")[0] for part in written(*mixed)]
    alone = [written(payment)[0].split(b"</CdtTrfTxInf>")[0] for payment in mixed]
    assert together == alone


def test_an_account_in_the_country_is_named_by_its_routing_number() -> None:
    """As a member of the clearing system USABA, with the number and kind of the account."""
    content = as_xml(order(totals([20_00])), [one()])
    bank = "//p:CdtrAgt/p:FinInstnId/p:ClrSysMmbId"
    assert texts(content, f"{bank}/p:ClrSysId/p:Cd/text()") == ["USABA"]
    assert texts(content, f"{bank}/p:MmbId/text()") == ["121000248"]
    assert texts(content, "//p:CdtrAcct/p:Id/p:Othr/p:Id/text()") == ["98-7654"]
    assert texts(content, "//p:CdtrAcct/p:Tp/p:Cd/text()") == ["SVGS"]
    assert texts(content, "//p:InstdAmt/text()") == ["20.00"]
    assert texts(content, "//p:InstdAmt/@Ccy") == ["USD"]


def test_an_account_abroad_is_named_by_iban_and_bic() -> None:
    """And the payment is a wire."""
    content = as_xml(order(totals([20_00])), [one(account=ABROAD)])
    assert texts(content, "//p:CdtrAgt/p:FinInstnId/p:BICFI/text()") == [ABROAD.bic]
    assert texts(content, "//p:CdtrAcct/p:Id/p:IBAN/text()") == [ABROAD.iban]
    assert texts(content, "//p:CdtTrfTxInf/p:PmtTpInf/p:SvcLvl/p:Cd/text()") == ["URGP"]


def test_the_head_says_whose_money_moves_and_when() -> None:
    """The message, the moment in UTC, the date of execution, the debtor."""
    content = as_xml(order_of(2), list(payments(2)))
    assert texts(content, "//p:MsgId/text()") == ["run-2026-07-15"]
    assert texts(content, "//p:CreDtTm/text()") == ["2026-07-14T16:00:00Z"]
    assert texts(content, "//p:ReqdExctnDt/p:Dt/text()") == ["2026-07-15"]
    assert texts(content, "//p:Dbtr/p:Nm/text()") == ["PeerOK Inc."]


def test_the_same_order_is_the_same_bytes() -> None:
    """So that a file written again after a crash can be compared with the one before."""
    assert as_xml(order_of(5), list(payments(5))) == as_xml(order_of(5), list(payments(5)))
    assert as_rows(order_of(5), list(payments(5))) == as_rows(order_of(5), list(payments(5)))


@pytest.mark.parametrize("given", [4, 6, 0])
def test_payments_that_the_head_does_not_count_are_an_error(given: int) -> None:
    """One lost or one too many: such a file is never sent."""
    with pytest.raises(TotalsDiffer, match=f"{given} payments"):
        as_xml(order_of(5), list(payments(given)))
    with pytest.raises(TotalsDiffer, match=f"{given} payments"):
        as_rows(order_of(5), list(payments(given)))


def test_a_sum_that_differs_by_a_cent_is_an_error() -> None:
    """Also with the right count."""
    with pytest.raises(TotalsDiffer, match=r"1 payments of 20.00 instead of 1 of 20.01"):
        as_xml(order(Totals(count=1, sum_minor=20_01)), [one()])


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_to_end_id": "w" * 36},
        {"end_to_end_id": ""},
        {"end_to_end_id": "wd_1"},
        {"end_to_end_id": "/wd"},
        {"end_to_end_id": "wd//1"},
        {"end_to_end_id": "wd 1\n"},
        {"name": "李小龙"},
        {"name": " "},
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 20.0},
        {"currency": "EUR"},
    ],
)
def test_a_payment_that_a_bank_would_refuse_cannot_be_made(wrong: dict[str, Any]) -> None:
    """Ids out of their letters or too long, names without letters, amounts of nothing."""
    with pytest.raises(ValidationError):
        one(**wrong)


def test_a_long_name_is_cut() -> None:
    """At the 140 characters of the schema."""
    assert one(name="Á" * 300).name == "A" * 140


def test_an_order_needs_a_moment_with_its_zone_and_a_payment() -> None:
    """Neither a time of nowhere nor a file of nothing."""
    usual = order_of(1).model_dump()
    with pytest.raises(ValidationError, match="timezone"):
        Order.model_validate(usual | {"created_at": "2026-07-14T16:00:00"})
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        totals([])


def test_the_csv_says_the_same_as_the_xml() -> None:
    """Each payment in a line of its own, with our documented columns."""
    rows = as_rows(order_of(3), list(payments(3)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["end_to_end_id"] for row in rows] == [p.end_to_end_id for p in payments(3)]
    assert rows[0] == {
        "message_id": "run-2026-07-15", "execute_on": "2026-07-15",
        "end_to_end_id": "wd-" + "0" * 26, "name": "Jose Nandu 0", "amount": "20.00",
        "currency": "USD", "routing_number": "121000248", "account_number": "98-7654",
        "holding": "savings", "iban": "", "bic": "", "text": "",
    }  # fmt: skip
    assert (rows[2]["iban"], rows[2]["bic"]) == (ABROAD.iban, ABROAD.bic)


def test_no_cell_of_the_csv_is_a_formula() -> None:
    """A spreadsheet that opens the file computes nothing."""
    rows = as_rows(order(totals([20_00])), [one(name='=HYPERLINK("x")', text="@SUM(1)")])
    assert not [cell for cell in rows[0].values() if cell[:1] in ("=", "+", "-", "@", "\t")]


@pytest.mark.parametrize("what", ["write_xml", "write_csv"])
def test_ten_times_the_payments_take_no_more_memory(what: str) -> None:
    """A file is written as its payments come; the peak stays within 4 MiB."""
    assert weight(what, 5_000) - weight(what, 500) < 4 * 1024
