"""Orders and statements for tests, as many as wanted."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import BinaryIO

from domain.bank_details import Holding, IbanAccount, UsAccount
from papers.bank_orders import Debtor, Order, Payment, Totals, totals
from papers.bank_text import decimal

OURS = UsAccount(routing_number="021000021", account_number="000123456789")
THEIRS = UsAccount(routing_number="121000248", account_number="98-7654", holding=Holding.SAVINGS)
ABROAD = IbanAccount(iban="DE89370400440532013000", bic="COBADEFFXXX")


def payments(count: int) -> Iterator[Payment]:
    """So many payments; every third goes abroad."""
    for n in range(count):
        yield Payment(
            end_to_end_id=f"wd-{n:026d}",
            name=f"José Ñandú {n}",
            amount_minor=20_00 + n,
            account=ABROAD if n % 3 == 2 else THEIRS,
            text=f"Earnings {n}" if n % 2 else "",
        )


def order(of: Totals) -> Order:
    """What heads such payments."""
    return Order(
        message_id="run-2026-07-15",
        created_at=datetime(2026, 7, 14, 16, 0, tzinfo=UTC),
        execute_on=date(2026, 7, 15),
        debtor=Debtor(name="PeerOK Inc.", account=OURS, number="123456789"),
        totals=of,
    )


def order_of(count: int) -> Order:
    """The order of `payments(count)`."""
    return order(totals(20_00 + n for n in range(count)))


def _balance(code: str, amount: str) -> str:
    return f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>
        <Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"""


def entry(n: int, amount: str = "0.01", details: str = "") -> str:
    """The n-th entry of a statement: a cent from Ann, unless it is said what else."""
    party = "<RltdPties><Dbtr><Nm>Ann</Nm></Dbtr></RltdPties><RmtInf><Ustrd>A cent</Ustrd></RmtInf>"
    return f"""<Ntry><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
        <BookgDt><Dt>2026-07-15</Dt></BookgDt><AcctSvcrRef>B-{n}</AcctSvcrRef>
        <NtryDtls>{details or f"<TxDtls>{party}</TxDtls>"}</NtryDtls></Ntry>"""


def batch(count: int) -> str:
    """An entry of so many payments of a cent."""
    one = """<TxDtls><AmtDtls><TxAmt><Amt Ccy="USD">0.01</Amt></TxAmt></AmtDtls>
        <RltdPties><Dbtr><Nm>Ann</Nm></Dbtr></RltdPties></TxDtls>"""
    return entry(0, decimal(count), one * count)


@contextmanager
def statement(entries: Iterable[str], sum_minor: int) -> Iterator[BinaryIO]:
    """A file with a statement of these entries, which come to this sum."""
    with tempfile.TemporaryFile() as file:
        file.write(
            f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
            <BkToCstmrStmt><Stmt><Id>ST-1</Id><Acct><Id><IBAN>DE89</IBAN></Id></Acct>
            {_balance("OPBD", "0.00")}{_balance("CLBD", decimal(sum_minor))}""".encode()
        )
        file.writelines(one.encode() for one in entries)
        file.write(b"</Stmt></BkToCstmrStmt></Document>")
        file.seek(0)
        yield file
