"""New objects have every field that the SDK's types know, empty until somebody fills it."""

import secrets
import string
from functools import cache
from types import NoneType
from typing import Any, Union, get_args, get_origin

import stripe
from stripe import TransferReversal
from stripe.checkout import Session

from fakestripe.errors import Body
from fakestripe.store import Tx

LETTERS = string.ascii_letters + string.digits
KINDS: dict[str, tuple[Any, str]] = {
    "account": (stripe.Account, "acct_"),
    "account_link": (stripe.AccountLink, ""),
    "balance": (stripe.Balance, ""),
    "balance_transaction": (stripe.BalanceTransaction, "txn_"),
    "bank_account": (stripe.BankAccount, "ba_"),
    "charge": (stripe.Charge, "ch_"),
    "checkout.session": (Session, "cs_test_"),
    "dispute": (stripe.Dispute, "du_"),
    "event": (stripe.Event, "evt_"),
    "file": (stripe.File, "file_"),
    "line_item": (stripe.LineItem, "li_"),
    "payment_intent": (stripe.PaymentIntent, "pi_"),
    "payout": (stripe.Payout, "po_"),
    "price": (stripe.Price, "price_"),
    "refund": (stripe.Refund, "re_"),
    "transfer": (stripe.Transfer, "tr_"),
    "transfer_reversal": (TransferReversal, "trr_"),
    "webhook_endpoint": (stripe.WebhookEndpoint, "we_"),
}


def new_id(prefix: str, length: int = 24) -> str:
    """An id like Stripe's."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


def make(tx: Tx, kind: str, /, **fields: Any) -> Body:
    """An object that is not kept yet."""
    source, prefix = KINDS[kind]
    body: Body = {}
    if prefix:
        body["id"] = new_id(prefix, 58 if kind == "checkout.session" else 24)
    body |= {"object": kind, **_blank(source)}
    if "created" in source.__annotations__:
        body["created"] = tx.now
    if "livemode" in source.__annotations__:
        body["livemode"] = False
    return body | fields


def new(tx: Tx, kind: str, /, **fields: Any) -> Body:
    """An object that is kept."""
    return tx.insert(make(tx, kind, **fields))


def part(source: Any, /, **fields: Any) -> Body:
    """A record inside of an object."""
    return _blank(source) | fields


@cache
def _nullable(source: Any) -> tuple[str, ...]:
    fields = source.__annotations__.items()
    return tuple(name for name, hint in fields if name != "deleted" and _may_be_null(hint))


def _blank(source: Any) -> Body:
    return dict.fromkeys(_nullable(source))


def _may_be_null(hint: Any) -> bool:
    return get_origin(hint) is Union and NoneType in get_args(hint)
