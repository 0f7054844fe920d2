"""Transfers from the platform's balance to a connected account's, and back."""

import stripe

from fakestripe import books, checks
from fakestripe.errors import Body, Refusal, missing
from fakestripe.events import emit
from fakestripe.objects import make, new, new_id, part
from fakestripe.show import listed, page, shown
from fakestripe.store import Tx

NO_FUNDS = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to "
    "your available balance by creating Charges using the 4000000000000077 test card."
)


def create(tx: Tx, params: Body) -> Body:
    """Move money that is available, or that a charge will make available."""
    if "amount" not in params:
        raise missing("amount")
    amount, currency = checks.positive(params["amount"]), checks.currency(params["currency"])
    account = tx.get("account", params["destination"], "destination", status=400)
    if account["capabilities"].get("transfers") != "active":
        raise Refusal(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    when = _covered(tx, params, amount, currency)
    transfer = make(
        tx,
        "transfer",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=params.get("description"),
        destination=account["id"],
        metadata=checks.metadata(params.get("metadata")),
        reversed=False,
        source_transaction=params.get("source_transaction"),
        source_type="card",
        transfer_group=params.get("transfer_group"),
    )
    transfer["reversals"] = listed([], f"/v1/transfers/{transfer['id']}/reversals")
    tx.insert(transfer)
    line = books.post(tx, "transfer", -amount, currency, transfer["id"], available_on=when)
    payment = _arrives(tx.within(account["id"]), transfer, when)
    tx.save(transfer, balance_transaction=line["id"], destination_payment=payment)
    emit(tx, "transfer.created", transfer)
    return transfer


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One transfer."""
    return tx.get("transfer", id_, "transfer")


def listing(tx: Tx, params: Body) -> Body:
    """Transfers, newest first, to one account or in one group."""
    wanted = {name: params.get(name) for name in ("destination", "transfer_group")}
    return page(tx, "transfer", params, "/v1/transfers", **wanted)


def reverse(tx: Tx, params: Body, id_: str) -> Body:
    """Bring a transfer back, or a part, if the account still has it."""
    transfer = tx.get("transfer", id_, "transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = checks.positive(params["amount"]) if "amount" in params else left
    if amount > left or not left:
        raise Refusal(
            f"Transfer {id_} has {checks.money(left, transfer['currency'])} left to reverse.",
            param="amount",
        )
    there = tx.within(transfer["destination"])
    currency = transfer["currency"]
    books.require(there, amount, currency, "Insufficient funds in the destination account.")
    books.post(there, "payment_refund", -amount, currency, transfer["destination_payment"])
    back = new(
        tx,
        "transfer_reversal",
        amount=amount,
        currency=currency,
        metadata=checks.metadata(params.get("metadata")),
        transfer=id_,
    )
    line = books.post(tx, "transfer_refund", amount, currency, back["id"])
    tx.save(back, balance_transaction=line["id"])
    reversed_ = transfer["amount_reversed"] + amount
    transfer["reversals"]["data"].insert(0, shown(tx, back))
    tx.save(transfer, amount_reversed=reversed_, reversed=reversed_ == transfer["amount"])
    emit(tx, "transfer.reversed", transfer)
    return back


def _covered(tx: Tx, params: Body, amount: int, currency: str) -> int:
    """When the money can be used; a transfer out of a charge waits with the charge."""
    id_ = params.get("source_transaction")
    if id_ is None:
        books.require(tx, amount, currency, NO_FUNDS)
        return tx.now
    charge = tx.get("charge", id_, "source_transaction", status=400)
    moved = sum(t["amount"] for t in tx.rows("transfer", source_transaction=id_))
    if charge["currency"] != currency or charge["amount"] - moved < amount:
        raise Refusal(
            f"The amount of this transfer exceeds what is left of {id_}.",
            code="balance_insufficient",
            param="amount",
        )
    when: int = tx.get("balance_transaction", charge["balance_transaction"])["available_on"]
    return when


def _arrives(there: Tx, transfer: Body, when: int) -> str:
    """At the connected account a transfer is a payment."""
    amount, currency = transfer["amount"], transfer["currency"]
    payment = new(
        there,
        "charge",
        id=new_id("py_"),
        amount=amount,
        amount_captured=amount,
        amount_refunded=0,
        billing_details=part(stripe.Charge.BillingDetails),
        captured=True,
        currency=currency,
        disputed=False,
        fraud_details={},
        metadata={},
        paid=True,
        refunded=False,
        source_transfer=transfer["id"],
        status="succeeded",
        _card="",
    )
    line = books.post(there, "payment", amount, currency, payment["id"], available_on=when)
    there.save(payment, balance_transaction=line["id"])
    emit(there, "payment.created", payment)
    id_: str = payment["id"]
    return id_
