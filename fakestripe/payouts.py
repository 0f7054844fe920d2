"""Payouts to a bank, which take days and may fail when everybody thinks they are paid."""

from fakestripe import accounts, books, checks
from fakestripe.clock import DAY, HOUR, midnight_after
from fakestripe.errors import Body, Refusal, not_modelled
from fakestripe.events import emit
from fakestripe.objects import new, new_id
from fakestripe.show import page
from fakestripe.store import Tx

LEAVES_AFTER = HOUR
DAYS_ON_THE_WAY = 2
FAILS_LATE_AFTER = DAY
NO_FUNDS = "You have insufficient funds in your Stripe account for this transfer."
FAILING = {
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
"""Stripe's test numbers of bank accounts whose payouts fail, and why."""
WORDS = {
    "account_closed": "The bank account has been closed",
    "no_account": "The bank account details on file are probably incorrect. No bank account could "
    "be located with those details.",
    "could_not_process": "The bank could not process this payout.",
}


def create(tx: Tx, params: Body) -> Body:
    """Send available money to the account's bank."""
    amount, currency = checks.positive(params["amount"]), checks.currency(params["currency"])
    if params.get("method", "standard") != "standard":
        raise not_modelled("instant payouts", "method")
    found = accounts.bank_of(tx, currency)
    if found is None:
        message = f"Sorry, you don't have any external accounts in that currency ({currency})."
        raise Refusal(message)
    bank, number = found
    if params.get("destination", bank["id"]) != bank["id"]:
        message = f"No such external account: '{params['destination']}'"
        raise Refusal(message, code="resource_missing", param="destination")
    books.require(tx, amount, currency, NO_FUNDS)
    payout = new(
        tx,
        "payout",
        amount=amount,
        arrival_date=midnight_after(tx.now, DAYS_ON_THE_WAY),
        automatic=False,
        currency=currency,
        description=params.get("description"),
        destination=bank["id"],
        metadata=checks.metadata(params.get("metadata")),
        method="standard",
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=checks.short(
            params.get("statement_descriptor"), 22, "statement_descriptor"
        ),
        status="pending",
        trace_id={"status": "pending", "value": None},
        type="bank_account",
        _fate=_fate(tx, number),
    )
    line = books.post(tx, "payout", -amount, currency, payout["id"])
    tx.save(payout, balance_transaction=line["id"])
    tx.later(tx.now + LEAVES_AFTER, "payout_leaves", payout["id"])
    tx.later(payout["arrival_date"], "payout_arrives", payout["id"])
    emit(tx, "payout.created", payout)
    return payout


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One payout."""
    return tx.get("payout", id_, "payout")


def listing(tx: Tx, params: Body) -> Body:
    """Payouts, newest first, of one status or to one bank account."""
    wanted = {name: params.get(name) for name in ("status", "destination")}
    return page(tx, "payout", params, "/v1/payouts", **wanted)


def cancel(tx: Tx, _: Body, id_: str) -> Body:
    """Stop a payout that has not left yet."""
    payout = tx.get("payout", id_, "payout")
    if payout["status"] != "pending":
        raise Refusal(
            "Payouts can only be canceled if they have not yet been paid out. "
            f"This payout has a status of {payout['status']}.",
            code="payouts_not_allowed",
        )
    line = books.post(tx, "payout_cancel", payout["amount"], payout["currency"], id_)
    tx.save(payout, status="canceled", failure_balance_transaction=line["id"])
    emit(tx, "payout.canceled", payout)
    return payout


def leaves(tx: Tx, id_: str) -> None:
    """It is on its way to the bank and cannot be stopped."""
    payout = tx.get("payout", id_)
    if payout["status"] == "pending":
        tx.save(payout, status="in_transit")
        emit(tx, "payout.updated", payout, {"status": "pending"})


def arrives(tx: Tx, id_: str) -> None:
    """The bank has it, or sends it back."""
    payout = tx.get("payout", id_)
    if payout["status"] not in ("pending", "in_transit"):
        return
    fate = payout["_fate"]
    if fate and fate["when"] == "before_paid":
        fail(tx, id_, fate["code"])
        return
    trace = {"status": "supported", "value": new_id("", 15).upper()}
    tx.save(payout, status="paid", trace_id=trace)
    emit(tx, "payout.paid", payout)
    if fate:
        tx.later(tx.now + FAILS_LATE_AFTER, "payout_fails", id_)


def fails(tx: Tx, id_: str) -> None:
    """The bank sends back what it had taken."""
    payout = tx.get("payout", id_)
    if payout["status"] == "paid":
        fail(tx, id_, payout["_fate"]["code"])


def fail(tx: Tx, id_: str, code: str) -> Body:
    """The money is in the balance again, and the account needs another bank."""
    payout = tx.get("payout", id_)
    if payout["status"] not in ("pending", "in_transit", "paid"):
        raise Refusal(f"Payout {id_} is {payout['status']}.")
    line = books.post(tx, "payout_failure", payout["amount"], payout["currency"], id_)
    before = {"status": payout["status"]}
    tx.save(
        payout,
        failure_balance_transaction=line["id"],
        failure_code=code,
        failure_message=WORDS.get(code, "The payout failed."),
        status="failed",
    )
    emit(tx, "payout.failed", payout, before)
    return payout


def _fate(tx: Tx, number: str) -> Body | None:
    """What the control API chose for the next payout, else what the bank's number means."""
    chosen: list[Body] = tx.setting("fates", [])
    for fate in chosen:
        if fate["account"] in (tx.account, "*"):
            chosen.remove(fate)
            tx.set("fates", chosen)
            return fate
    return {"when": "before_paid", "code": FAILING[number]} if number in FAILING else None
