"""The balance, the lines it is made of, and the proof that they agree."""

from fakestripe import books
from fakestripe.errors import Body, Refusal
from fakestripe.objects import make
from fakestripe.show import page
from fakestripe.store import Tx

SIGNS = {
    "charge": "charge.amount",
    "payment": "charge.amount",
    "refund": "refund.-amount",
    "payment_refund": "",
    "transfer": "transfer.-amount",
    "transfer_refund": "transfer_reversal.amount",
    "payout": "payout.-amount",
    "payout_failure": "payout.amount",
    "payout_cancel": "payout.amount",
    "refund_failure": "refund.amount",
}
"""Which amount of its source a line repeats."""


def retrieve(tx: Tx, _: Body) -> Body:
    """What the account has, by currency."""
    kept = books.balances(tx) or [("usd", 0, 0)]
    return make(
        tx,
        "balance",
        available=[_sum(code, available) for code, available, _ in kept],
        pending=[_sum(code, pending) for code, _, pending in kept],
    )


def line(tx: Tx, _: Body, id_: str) -> Body:
    """One balance transaction."""
    return tx.get("balance_transaction", id_)


def lines(tx: Tx, params: Body) -> Body:
    """Balance transactions, newest first, of one type, source, currency or payout."""
    if "payout" in params:
        tx.get("payout", params["payout"], "payout", status=400)
        raise Refusal(
            "Balance transaction history can only be filtered on automatic transfers, not manual."
        )
    wanted = {name: params.get(name) for name in ("type", "source", "currency")}
    return page(tx, "balance_transaction", params, "/v1/balance_transactions", **wanted)


def check(tx: Tx) -> Body:
    """Prove the books of all accounts: what is wrong, and what everybody has."""
    names = [row[0] for row in tx.connection.execute("SELECT DISTINCT account FROM balance")]
    wrong: list[str] = []
    totals: dict[str, Body] = {}
    for name in names:
        there = tx.within(name)
        wrong += _check(there)
        totals[name or "platform"] = {
            code: {"available": available, "pending": pending}
            for code, available, pending in books.balances(there)
        }
    wrong += _refunds(tx) + _transfers(tx)
    return {"ok": not wrong, "wrong": wrong, "balances": totals}


def _check(tx: Tx) -> list[str]:
    wrong: list[str] = []
    sums: dict[tuple[str, str], int] = {}
    for one in tx.rows("balance_transaction"):
        key = (one["currency"], one["status"])
        sums[key] = sums.get(key, 0) + one["net"]
        if one["net"] != one["amount"] - one["fee"]:
            wrong.append(f"{one['id']}: net is not amount less fee")
        if (one["status"] == "pending") != (one["available_on"] > tx.now):
            wrong.append(f"{one['id']}: {one['status']} on {one['available_on']}")
        wrong += _source(tx, one)
    for code, available, pending in books.balances(tx):
        if (available, pending) != (
            sums.get((code, "available"), 0),
            sums.get((code, "pending"), 0),
        ):
            wrong.append(f"{tx.account or 'platform'}: balance in {code} is not its lines' sum")
    return wrong


def _source(tx: Tx, one: Body) -> list[str]:
    """A line says what its source says."""
    source = tx.find(one["source"])
    if source is None:
        return [f"{one['id']}: no source {one['source']}"]
    rule = SIGNS.get(one["type"])
    if not rule:
        return []
    kind, _, field = rule.partition(".")
    amount = source["amount"] * (-1 if field.startswith("-") else 1)
    if source["object"] != kind or amount != one["amount"]:
        return [f"{one['id']}: {one['amount']} for {source['object']} of {source['amount']}"]
    return []


def _refunds(tx: Tx) -> list[str]:
    """A charge says what its refunds say, and no more than it was."""
    wrong = []
    for charge in tx.rows("charge"):
        refunds = tx.rows("refund", charge=charge["id"])
        back = sum(one["amount"] for one in refunds if one["status"] == "succeeded")
        if back != charge["amount_refunded"] or back > charge["amount"]:
            wrong.append(f"{charge['id']}: {back} refunded, it says {charge['amount_refunded']}")
    return wrong


def _transfers(tx: Tx) -> list[str]:
    """What left the platform by transfer is what arrived."""
    wrong = []
    for transfer in tx.rows("transfer"):
        there = tx.within(transfer["destination"])
        arrived = there.rows("balance_transaction", source=transfer["destination_payment"])
        left = transfer["amount"] - transfer["amount_reversed"]
        if sum(one["amount"] for one in arrived) != left:
            wrong.append(f"{transfer['id']}: {left} left, something else arrived")
    return wrong


def _sum(code: str, amount: int) -> Body:
    kinds = {"bank_account": None, "card": amount, "fpx": None}
    return {"amount": amount, "currency": code, "source_types": kinds}
