"""A person's money: what stands where, and every line that made it so."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bodies import Balance, Shown
from api.callers import TheCaller
from api.entries import opens_at
from api.pages import Limit, Page, Place, bad_cursor, page
from api.state import Engine
from domain.accounts import PERSONAL, Kind, Wallet
from ledger import journal, statement

router = APIRouter(prefix="/me/wallet", tags=["wallet"])
COLUMNS = (
    "recorded_at",
    "effective_at",
    "account",
    "kind",
    "amount_minor",
    "balance_after_minor",
    "currency",
    "case_id",
    "cause",
    "reference",
)


class WalletView(Shown):
    """Balances; `total` is credits and earnings, provisional ones too, and debts aside."""

    credits: Balance
    earnings: Balance
    provisional: Balance
    withdrawable: Balance
    receivable: Balance
    total: Balance


class Entry(Shown):
    """The journal entry a line belongs to, and the decision behind it; `opens_at` tells it all."""

    reference: str
    kind: str
    cause: str
    case_id: str | None
    opens_at: str


class Line(Shown):
    """One change of one of the person's accounts."""

    account: Kind
    amount: Balance
    balance_after: Balance
    effective_at: datetime
    recorded_at: datetime
    entry: Entry


@router.get("")
async def wallet(caller: TheCaller, engine: Engine) -> WalletView:
    """What I have, what of it has not cleared, what I may withdraw and what I owe."""
    async with engine.connect() as c:
        stands = await journal.balances(c, caller.id)
    held = Wallet(
        **{kind.value: abs(amount) for kind, amount in stands.items() if kind in PERSONAL}
    )
    return WalletView(
        credits=Balance(amount_minor=held.credits),
        earnings=Balance(amount_minor=held.earnings),
        provisional=Balance(amount_minor=held.provisional),
        withdrawable=Balance(amount_minor=held.withdrawable),
        receivable=Balance(amount_minor=held.receivable),
        total=Balance(amount_minor=held.spendable),
    )


@router.get(
    "/statement",
    response_model=Page[Line],
    responses={200: {"content": {"text/csv": {}}}},
)
async def lines(
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    format_: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> Page[Line] | StreamingResponse:
    """Every change of my accounts, newest first; as CSV the whole statement at once."""
    if format_ == "csv" or (format_ is None and accept.startswith("text/csv")):
        named = {"Content-Disposition": 'attachment; filename="statement.csv"'}
        return StreamingResponse(
            _csv(engine, caller.id), media_type="text/csv; charset=utf-8", headers=named
        )
    async with engine.connect() as c:
        rows = await statement.page(c, caller.id, _after(place), limit + 1)
    return page(rows, limit, _line, lambda row: f"{row['entry_id']}.{row['kind']}")


def _after(place: str | None) -> tuple[int, str] | None:
    if place is None:
        return None
    entry_id, _, kind = place.partition(".")
    if not entry_id.isdecimal() or len(entry_id) > 18 or kind not in PERSONAL:
        raise bad_cursor()
    return int(entry_id), kind


def _line(row: RowMapping) -> Line:
    currency = row["currency"]
    return Line(
        account=row["kind"],
        amount=Balance(amount_minor=row["amount_minor"], currency=currency),
        balance_after=Balance(amount_minor=row["balance_after"], currency=currency),
        effective_at=row["effective_at"],
        recorded_at=row["recorded_at"],
        entry=Entry(
            reference=row["reference"],
            kind=row["entry_kind"],
            cause=row["cause"],
            case_id=row["case_id"],
            opens_at=opens_at(row["reference"]),
        ),
    )


async def _csv(engine: AsyncEngine, person_id: str) -> AsyncIterator[str]:
    yield _written(COLUMNS)
    async for row in statement.every(engine, person_id):
        values = dict(row) | {"account": row["kind"], "kind": row["entry_kind"]}
        values |= {"balance_after_minor": row["balance_after"]}
        values |= {name: _time(row[name]) for name in ("recorded_at", "effective_at")}
        yield _written(values[name] for name in COLUMNS)


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _written(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()
