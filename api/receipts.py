"""Receipts of bank money: one accountant records what came, another confirms it."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Amount, Asked, Balance, Line, Shown
from api.callers import Accountant
from api.idempotency import OwnOnce
from api.ids import ReceiptId
from api.pages import Limit, Page, Place, page
from api.problems import Problem, field
from api.state import Engine, Temporal
from api.telling import tell
from domain.receipt import Method
from failpoints import here
from ledger import people, receipts
from ledger.database import to_read
from workflows.doors import Doors

AT_ONCE = 20
"""How many workflows a confirmation tells itself."""

router = APIRouter(prefix="/staff/receipts", tags=["staff"])


def _arrived(day: date) -> date:
    if day > datetime.now(UTC).date():
        raise ValueError("money that has not come yet cannot be recorded")
    return day


class Arrived(Asked):
    """What came, from whom; `client` is an email or a user's id."""

    client: Line
    method: Annotated[Method, Field(strict=False)]
    amount: Amount
    bank_reference: Line
    received_on: Annotated[date, Field(strict=False), AfterValidator(_arrived)]


class Receipt(Shown):
    """Money that came; provisional on one person's word until another confirms it."""

    id: str
    client_id: str
    method: Method
    amount: Balance
    bank_reference: str
    received_on: date
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


@router.post("", status_code=201, response_model=Receipt)
async def record(asked: Arrived, caller: Accountant, once: OwnOnce) -> JSONResponse:
    """Record what came; nothing is credited yet."""

    async def keep(c: AsyncConnection) -> Receipt:
        client = await people.find(c, asked.client)
        if client is None:
            raise field("#/client", "nobody has this email or id", code="unknown_reference")
        row = await receipts.record(
            c,
            client=client,
            by=caller.id,
            method=asked.method,
            amount_minor=asked.amount.amount_minor,
            currency=asked.amount.currency,
            bank_reference=asked.bank_reference,
            received_on=asked.received_on,
        )
        if row is None:
            raise Problem("receipt_known")
        return _shown(row)

    return await once(asked, keep)


@router.post("/{receipt_id}/confirm", response_model=Receipt)
async def confirm(
    receipt_id: ReceiptId, caller: Accountant, once: OwnOnce, engine: Engine, temporal: Temporal
) -> JSONResponse:
    """Confirm what another person recorded: the client's wallet is credited at once."""

    woken: list[tuple[int, str]] = []

    async def credit(c: AsyncConnection) -> Receipt:
        confirmed = await receipts.confirm(c, receipt_id, caller.id)
        if confirmed is None:
            raise Problem("not_found")
        woken.extend((row.id, row.workflow_id) for row in confirmed.woken)
        return _shown(confirmed.row)

    answer = await once(None, credit, status=200)
    here("receipt.telling")
    await tell(engine, Doors(temporal), woken[:AT_ONCE])
    return answer


@router.get("")
async def listed(
    caller: Accountant,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    confirmed: bool | None = None,
) -> Page[Receipt]:
    """Receipts, newest first; `confirmed=false` lists what waits for a second person."""
    async with to_read(engine) as c:
        rows = await receipts.page(c, confirmed=confirmed, after=place, limit=limit + 1)
    return page(rows, limit, _shown)


def _shown(row: RowMapping) -> Receipt:
    amount = Balance(amount_minor=row["amount_minor"], currency=row["currency"])
    return Receipt(**row, amount=amount)
