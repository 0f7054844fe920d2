"""Whether an answer has what the SDK's own classes promise of it."""

from collections.abc import Iterator
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
from stripe import ListObject, StripeObject
from stripe.checkout import Session

ROOTS: dict[str, Any] = {
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "bank_account": stripe.BankAccount,
    "charge": stripe.Charge,
    "checkout.session": Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "file": stripe.File,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "payout": stripe.Payout,
    "price": stripe.Price,
    "refund": stripe.Refund,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
SIMPLE: dict[Any, Any] = {int: int, str: str, bool: bool, float: (int, float)}


def wrong(answer: Any, hint: Any, path: str) -> Iterator[str]:
    """Where an answer is not what the type says."""
    if isinstance(hint, ForwardRef | str):
        return
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Union:
        yield from _union(answer, arguments, path)
    elif origin is Literal:
        if answer not in arguments:
            yield f"{path}: {answer!r} is none of {arguments[:4]}"
    elif origin is list:
        if isinstance(answer, list):
            for number, one in enumerate(answer):
                yield from wrong(one, arguments[0], f"{path}[{number}]")
        else:
            yield f"{path}: no list"
    elif origin is ListObject or hint is ListObject:
        if not isinstance(answer, dict) or answer.get("object") != "list":
            yield f"{path}: no list object"
    elif isinstance(hint, type) and issubclass(hint, StripeObject):
        yield from record(answer, hint, path)
    elif hint in SIMPLE and (
        not isinstance(answer, SIMPLE[hint]) or (hint is int and isinstance(answer, bool))
    ):
        yield f"{path}: {answer!r} is no {hint.__name__}"


def record(answer: Any, source: Any, path: str) -> Iterator[str]:
    """Where an object is not what its class says: missing, of another type, or unheard of."""
    if not isinstance(answer, dict):
        yield f"{path}: {answer!r} is no object"
        return
    hints = {k: v for k, v in source.__annotations__.items() if k.islower() and k[0] != "_"}
    for name, hint in hints.items():
        if name in answer:
            yield from wrong(answer[name], hint, f"{path}.{name}")
        elif not _may_be_null(hint):
            yield f"{path}.{name}: missing"
    if hints:
        yield from (f"{path}.{name}: unheard of" for name in answer.keys() - hints.keys())


def _union(answer: Any, arguments: tuple[Any, ...], path: str) -> Iterator[str]:
    if answer is None:
        if type(None) not in arguments:
            yield f"{path}: null"
        return
    listed = [a for a in arguments if get_origin(a) is Literal]
    if listed and all(answer not in get_args(a) for a in listed):
        yield f"{path}: {answer!r} is none of {get_args(listed[0])[:4]}"
        return
    tried = [list(wrong(answer, a, path)) for a in arguments if a is not type(None)]
    yield from min(tried, key=len)


def _may_be_null(hint: Any) -> bool:
    return get_origin(hint) is Union and type(None) in get_args(hint)
