"""What we ask the bank to pay, as ISO 20022 credit transfers or CSV: same orders, same bytes."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date
from typing import Annotated, Any, BinaryIO, Literal
from xml.sax.saxutils import escape

from lxml import etree
from lxml.builder import E
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from domain.bank_details import BankAccount, Holding, IbanAccount, UsAccount
from domain.money import Minor
from papers.bank_text import decimal, plain

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_TEXT = 140
HERE = "_payments_"
COLUMNS = ("message_id", "execute_on", "end_to_end_id", "name", "amount", "currency",
           "routing_number", "account_number", "holding", "iban", "bic", "text")  # fmt: skip
"""Of the CSV: amounts with a point, dates as 2026-07-15, lines end with CR LF."""
HOLDINGS = {Holding.CHECKING: "CACC", Holding.SAVINGS: "SVGS"}


def _text(text: str) -> str:
    return plain(text, LONGEST_TEXT)


def _name(text: str) -> str:
    written = _text(text)
    if not any(letter.isalnum() for letter in written):
        raise ValueError("a name needs letters that banks can write")
    return written


Text = Annotated[str, AfterValidator(_text)]
Name = Annotated[str, AfterValidator(_name)]
Reference = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z0-9]([-.:/+]?[A-Za-z0-9])*$")]
"""What a bank carries along unchanged; the underscore of our ids is none of its letters."""


class Totals(BaseModel):
    """How many payments there are, and their sum, as the head of the file says before them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: Annotated[int, Field(ge=1)]
    sum_minor: Minor


class Debtor(BaseModel):
    """Whose account is debited; `number` is what the bank knows the company by, if it wants it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    account: BankAccount
    number: Reference | None = None


class Order(BaseModel):
    """What all payments of a file share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_id: Reference
    created_at: AwareDatetime
    execute_on: date
    debtor: Debtor
    totals: Totals


class Payment(BaseModel):
    """One payment; `end_to_end_id` comes back in the bank's statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    end_to_end_id: Reference
    name: Name
    amount_minor: Annotated[Minor, Field(ge=1)]
    currency: Literal["USD"] = "USD"
    account: BankAccount
    text: Text = ""


class TotalsDiffer(ValueError):
    """The payments are not those the head of the file counts: the file must not be sent."""


def totals(amounts_minor: Iterable[int]) -> Totals:
    """Count and sum of these amounts, in one pass."""
    count = whole = 0
    for amount_minor in amounts_minor:
        count, whole = count + 1, whole + amount_minor
    return Totals(count=count, sum_minor=whole)


def write_xml(out: BinaryIO, order: Order, payments: Iterable[Payment]) -> None:
    """The file as pain.001.001.09, written as the payments come; TotalsDiffer at the end."""
    whole = etree.tostring(_document(order), encoding="utf-8", xml_declaration=True)
    head, _, tail = whole.partition(HERE.encode())
    out.write(head)
    forms = _Forms()
    for payment in _counted(payments, order.totals):
        out.write(forms.filled(payment))
    out.write(tail)


def write_csv(out: BinaryIO, order: Order, payments: Iterable[Payment]) -> None:
    """The same as CSV with our COLUMNS; TotalsDiffer at the end."""
    text = io.TextIOWrapper(out, encoding="ascii", newline="", write_through=True)
    try:
        rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
        rows.writeheader()
        for payment in _counted(payments, order.totals):
            rows.writerow(_row(order, payment))
    finally:
        text.detach()


def _counted(payments: Iterable[Payment], expected: Totals) -> Iterator[Payment]:
    count = whole = 0
    for payment in payments:
        count, whole = count + 1, whole + payment.amount_minor
        yield payment
    if (count, whole) != (expected.count, expected.sum_minor):
        raise TotalsDiffer(
            f"{count} payments of {decimal(whole)} instead of"
            f" {expected.count} of {decimal(expected.sum_minor)}"
        )


def _document(order: Order) -> Any:
    """All but the payments, which stand at a mark that is nobody's name."""
    # All parts are of the root's namespace, so they need not name it a hundred thousand times.
    return E.Document(
        E.CstmrCdtTrfInitn(_header(order), E.PmtInf(*_shared(order), HERE)), xmlns=NAMESPACE
    )


def _header(order: Order) -> Any:
    debtor = order.debtor
    number = [E.Id(E.OrgId(E.Othr(E.Id(debtor.number))))] if debtor.number else []
    return E.GrpHdr(
        E.MsgId(order.message_id),
        E.CreDtTm(order.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        *_sums(order.totals),
        E.InitgPty(E.Nm(debtor.name), *number),
    )


def _shared(order: Order) -> Iterator[Any]:
    yield E.PmtInfId(order.message_id)
    yield E.PmtMtd("TRF")
    yield from _sums(order.totals)
    yield E.ReqdExctnDt(E.Dt(order.execute_on.isoformat()))
    yield E.Dbtr(E.Nm(order.debtor.name))
    yield E.DbtrAcct(*_account(order.debtor.account))
    yield E.DbtrAgt(_bank(order.debtor.account))
    yield E.ChrgBr("SHAR")


def _transfer(payment: Payment) -> Any:
    # In the country a batch of the clearing house is meant, abroad a wire.
    level = "NURG" if isinstance(payment.account, UsAccount) else "URGP"
    return E.CdtTrfTxInf(
        E.PmtId(E.EndToEndId(payment.end_to_end_id)),
        E.PmtTpInf(E.SvcLvl(E.Cd(level))),
        E.Amt(E.InstdAmt(decimal(payment.amount_minor), Ccy=payment.currency)),
        E.CdtrAgt(_bank(payment.account)),
        E.Cdtr(E.Nm(payment.name)),
        E.CdtrAcct(*_account(payment.account)),
        *([E.RmtInf(E.Ustrd(payment.text))] if payment.text else []),
    )


class _Forms:
    """Transfers differ in a few words: one of each kind is made, and filled in for each payment."""

    def __init__(self) -> None:
        self._made: dict[object, tuple[str, list[Callable[[Any], str]]]] = {}

    def filled(self, payment: Payment) -> bytes:
        """The transfer of this payment."""
        kind = type(payment.account), bool(payment.text)
        if kind not in self._made:
            self._made[kind] = _form(_transfer(payment))
        form, words = self._made[kind]
        return (form % tuple([escape(word(payment)) for word in words])).encode()


def _form(made: Any) -> tuple[str, list[Callable[[Any], str]]]:
    """The text of a transfer with a blank for each of its own words, and what goes there."""
    words = []
    for path, word in WORDS.items():
        for blank in made.iterfind(path):
            blank.text = "%s"
            words.append(word)
    return "\n" + etree.tostring(made, encoding="unicode"), words


WORDS: Mapping[str, Callable[[Any], str]] = {
    "PmtId/EndToEndId": lambda payment: payment.end_to_end_id,
    "Amt/InstdAmt": lambda payment: decimal(payment.amount_minor),
    "CdtrAgt//BICFI": lambda payment: payment.account.bic,
    "CdtrAgt//MmbId": lambda payment: payment.account.routing_number,
    "Cdtr/Nm": lambda payment: payment.name,
    "CdtrAcct//IBAN": lambda payment: payment.account.iban,
    "CdtrAcct//Othr/Id": lambda payment: payment.account.account_number,
    "CdtrAcct/Tp/Cd": lambda payment: HOLDINGS[payment.account.holding],
    "RmtInf/Ustrd": lambda payment: payment.text,
}
"""What a transfer has of its own, and where that stands in it: in the order of the document."""


def _sums(of: Totals) -> Iterator[Any]:
    yield E.NbOfTxs(str(of.count))
    yield E.CtrlSum(decimal(of.sum_minor))


def _account(account: BankAccount) -> Iterator[Any]:
    if isinstance(account, IbanAccount):
        yield E.Id(E.IBAN(account.iban))
    else:
        yield E.Id(E.Othr(E.Id(account.account_number)))
        yield E.Tp(E.Cd(HOLDINGS[account.holding]))


def _bank(account: BankAccount) -> Any:
    if isinstance(account, IbanAccount):
        return E.FinInstnId(E.BICFI(account.bic))
    system = E.ClrSysId(E.Cd("USABA"))
    return E.FinInstnId(E.ClrSysMmbId(system, E.MmbId(account.routing_number)))


def _row(order: Order, payment: Payment) -> dict[str, str]:
    return {
        "message_id": order.message_id,
        "execute_on": order.execute_on.isoformat(),
        "end_to_end_id": payment.end_to_end_id,
        "name": payment.name,
        "amount": decimal(payment.amount_minor),
        "currency": payment.currency,
        "text": payment.text,
        **payment.account.model_dump(mode="json"),
    }
