"""Bank accounts that payouts go to."""

import hashlib
from typing import Any

from fakestripe import checks
from fakestripe.errors import Body, Refusal, not_modelled
from fakestripe.objects import make
from fakestripe.store import Tx

TOKENS = {
    "btok_us_verified": "000123456789",
    "btok_us": "000123456789",
    "btok_us_accountClosed": "000111111113",
    "btok_us_noAccount": "000111111116",
    "btok_us_insufficientFunds": "000222222227",
}
"""Stripe's test tokens of bank accounts, and their numbers."""


def attach(tx: Tx, account: Body, given: Any) -> None:
    """Give an account a bank, in place of the one it had for that currency."""
    if isinstance(given, str):
        if given not in TOKENS:
            message = f"No such token: '{given}'"
            raise Refusal(message, code="resource_missing", param="external_account")
        given = {"account_number": TOKENS[given], "country": "US", "routing_number": "110000000"}
    elif given.get("object") != "bank_account":
        raise not_modelled("cards as external accounts", "external_account")
    number = given["account_number"]
    bank = make(
        tx,
        "bank_account",
        account=account["id"],
        account_holder_name=given.get("account_holder_name"),
        account_holder_type=given.get("account_holder_type"),
        available_payout_methods=["standard"],
        bank_name="STRIPE TEST BANK",
        country=given["country"],
        currency=checks.currency(given.get("currency", account["default_currency"])),
        default_for_currency=True,
        fingerprint=hashlib.sha256(number.encode()).hexdigest()[:16],
        metadata={},
        routing_number=given.get("routing_number"),
        status="new",
    )
    bank["last4"] = number[-4:]
    others = [
        one for one in account["external_accounts"]["data"] if one["currency"] != bank["currency"]
    ]
    account["external_accounts"]["data"] = [bank, *others]
    account["_numbers"][bank["id"]] = number
    account["_numbers"] = {b["id"]: account["_numbers"][b["id"]] for b in [bank, *others]}
