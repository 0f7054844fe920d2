"""The journal: entries are written once, whole, by the database's own function."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import WALLET, Entry, Kind, Posting, Wallet
from ledger.database import sqlstate

POST = text("select post(cast(:entries as jsonb))")
WALLETS = text("select owner, kind, balance_minor from wallets(:people, :currency)")
BALANCES = text(
    "select kind, balance_minor from account_balance where owner = :owner and currency = :currency"
)
OPEN_ACCOUNTS = text("select open_accounts(:owner, :currency)")
OPEN_ESCROW = text("select open_escrow(:owner, :currency)")


class ReferenceReused(Exception):
    """The reference names an entry with other content; nothing was written."""

    def __init__(self, message: str, reference: str) -> None:
        super().__init__(message)
        self.reference = reference


class FloorBroken(Exception):
    """The account would stand below its floor or above its ceiling; nothing was written."""

    def __init__(self, message: str, kind: str, owner: str) -> None:
        super().__init__(message)
        self.kind = Kind(kind)
        self.owner = owner


async def post(
    c: AsyncConnection,
    entries: Sequence[Entry],
    *,
    case_id: str | None,
    cause: str,
    effective_at: datetime,
) -> None:
    """Write all entries or none; what is written already, word for word, is left alone.

    Entries without postings are skipped. Raises ReferenceReused and FloorBroken, after which
    the transaction can only be rolled back.
    """
    rows = as_rows(entries, case_id=case_id, cause=cause, effective_at=effective_at)
    if not rows:
        return
    with refusals():
        await c.execute(POST, {"entries": json.dumps(rows)})


def as_rows(
    entries: Sequence[Entry], *, case_id: str | None, cause: str, effective_at: datetime
) -> list[dict[str, Any]]:
    """The entries as the database's functions take them."""
    common = {"case_id": case_id, "cause": cause, "effective_at": effective_at.isoformat()}
    return [common | _written(entry) for entry in entries if entry.postings]


async def wallets(
    c: AsyncConnection, people: Collection[str], currency: str = "USD"
) -> dict[str, Wallet]:
    """What these people hold, locked until the transaction ends.

    A step asks once, for everybody whose money it may move: one locked later is out of order.
    """
    held: dict[str, dict[str, int]] = {person: {} for person in people}
    for owner, kind, balance in await c.execute(
        WALLETS, {"people": list(held), "currency": currency}
    ):
        held[owner][kind] = balance
    return {person: _wallet(balances) for person, balances in held.items()}


async def balances(c: AsyncConnection, owner: str, currency: str = "USD") -> dict[Kind, int]:
    """Every account of this owner, without a lock; debits below zero."""
    rows = await c.execute(BALANCES, {"owner": owner, "currency": currency})
    return {Kind(kind): balance for kind, balance in rows}


async def open_accounts(c: AsyncConnection, owner: str, currency: str = "USD") -> None:
    """A person's accounts, at zero; nothing happens when they are there."""
    await c.execute(OPEN_ACCOUNTS, {"owner": owner, "currency": currency})


async def open_escrow(c: AsyncConnection, owner: str, currency: str = "USD") -> None:
    """A case's escrow, at zero; nothing happens when it is there."""
    await c.execute(OPEN_ESCROW, {"owner": owner, "currency": currency})


def _written(entry: Entry) -> dict[str, Any]:
    return {
        "reference": entry.reference,
        "kind": entry.kind,
        "postings": [_posting(posting) for posting in entry.postings],
    }


def _posting(posting: Posting) -> dict[str, Any]:
    source, target = posting.source, posting.target
    if source.currency != target.currency:
        raise ValueError(f"a posting from {source.currency} to {target.currency}")
    return {
        "source_kind": source.kind,
        "source_owner": source.owner,
        "target_kind": target.kind,
        "target_owner": target.owner,
        "currency": target.currency,
        "amount_minor": posting.amount_minor,
    }


def _wallet(balances: dict[str, int]) -> Wallet:
    """What a person owes is a debit in the ledger and an amount in the wallet."""
    held = {kind.value: balances.get(kind, 0) for kind in WALLET}
    return Wallet(**held, receivable=-balances.get(Kind.RECEIVABLE, 0))


@contextmanager
def refusals() -> Iterator[None]:
    """The database's refusals as the ledger's own exceptions, with their facts."""
    try:
        yield
    except DBAPIError as error:
        refusal = {"PK001": ReferenceReused, "PK002": FloorBroken}.get(sqlstate(error) or "")
        if refusal is None or error.orig is None:
            raise
        answer = error.orig.__cause__
        raise refusal(str(answer), **json.loads(getattr(answer, "detail", "{}"))) from error
