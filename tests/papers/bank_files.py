"""Orders and statements for tests, as many as wanted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from domain.bank_details import Holding, IbanAccount, UsAccount
from papers.bank_orders import Debtor, Order, Payment, Totals, totals

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
