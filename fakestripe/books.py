"""Every change of a balance is a balance transaction, and a check proves it."""

from fakestripe.errors import Body, Refusal
from fakestripe.objects import new
from fakestripe.store import Tx

CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "transfer_refund": "transfer_reversal",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "refund_failure": "refund_failure",
}
"""`reporting_category` where it is not the type itself."""


def post(
    tx: Tx,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    *,
    fee: int = 0,
    category: str | None = None,
    available_on: int | None = None,
    description: str | None = None,
) -> Body:
    """Move money of the account: `amount` less `fee`, pending until `available_on`."""
    when = max(available_on or tx.now, tx.now)
    status = "pending" if when > tx.now else "available"
    line = new(
        tx,
        "balance_transaction",
        amount=amount,
        available_on=when,
        balance_type="payments",
        currency=currency,
        description=description,
        fee=fee,
        fee_details=_fees(fee, currency),
        net=amount - fee,
        reporting_category=category or CATEGORIES.get(kind, kind),
        source=source,
        status=status,
        type=kind,
    )
    _move(tx, currency, **{status: amount - fee})
    if status == "pending":
        tx.later(when, "available", line["id"])
    return line


def becomes_available(tx: Tx, id_: str) -> None:
    """What was pending can be used."""
    line = tx.get("balance_transaction", id_)
    tx.save(line, status="available")
    _move(tx, line["currency"], pending=-line["net"], available=line["net"])


def balance(tx: Tx, currency: str) -> tuple[int, int]:
    """What is available and what is pending."""
    sql = "SELECT available, pending FROM balance WHERE account = ? AND currency = ?"
    row = tx.connection.execute(sql, (tx.account, currency)).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def balances(tx: Tx) -> list[tuple[str, int, int]]:
    """Currency, available, pending."""
    sql = "SELECT currency, available, pending FROM balance WHERE account = ? ORDER BY currency"
    return [tuple(row) for row in tx.connection.execute(sql, (tx.account,))]


def require(tx: Tx, amount: int, currency: str, message: str) -> None:
    """Refuse what the available balance does not cover."""
    if balance(tx, currency)[0] < amount:
        raise Refusal(message, code="balance_insufficient")


def _fees(fee: int, currency: str) -> list[Body]:
    if not fee:
        return []
    return [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def _move(tx: Tx, currency: str, *, pending: int = 0, available: int = 0) -> None:
    tx.connection.execute(
        "INSERT INTO balance(account, currency, pending, available) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, currency) DO UPDATE SET "
        "pending = pending + excluded.pending, available = available + excluded.available",
        (tx.account, currency, pending, available),
    )
