"""Differences with Stripe and the bank: listed, and cleared by an entry that two people want."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Balance, Prose, Shown
from api.callers import Accountant, Caller
from api.entries import keeps_books
from api.idempotency import OwnOnce
from api.ids import DifferenceId
from api.pages import Limit, Page, Place, page
from api.problems import Problem
from api.state import Engine
from domain.difference import Clearing, Source
from ledger import differences
from ledger.database import to_read
from ledger.reconciling import Side

router = APIRouter(prefix="/staff/differences", tags=["staff"])


class Said(Shown):
    """What one side says: the amount before the fee, and the fee."""

    amount: Balance
    fee: Balance


class ProposalShown(Shown):
    """How one person proposes to clear it; `confirmed_by` is the second person, who did."""

    kind: Clearing
    reason: str
    amount: Balance
    """There less here, when it was proposed: for another gap it counts no more."""
    fee: Balance
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    confirmed_because: str | None


class Difference(Shown):
    """A line of which the book and the outside say different things; `key` is the outside's id."""

    id: str
    source: Source
    side: Side
    key: str
    here: Said
    there: Said
    reference: str | None
    """Our first entry it is about: `GET /v1/staff/entries/{reference}` opens it."""
    first_seen_at: datetime
    seen_at: datetime
    gone_at: datetime | None
    proposal: ProposalShown | None


class Clearance(Asked):
    """What the difference turned out to be, and why."""

    kind: Annotated[Clearing, Field(strict=False)]
    reason: Prose


@router.get("")
async def listed(
    caller: Annotated[Caller, Depends(keeps_books)],
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> Page[Difference]:
    """Differences, newest first; `open=true`: those that the last comparison found."""
    async with to_read(engine) as c:
        rows = await differences.page(c, place, limit + 1, is_open=is_open)
        proposed = await differences.proposals(c, [row["id"] for row in rows])
    return page(rows, limit, partial(_shown, proposed))


@router.post("/{difference_id}/clear", response_model=Difference)
async def clear(
    difference_id: DifferenceId, asked: Clearance, caller: Accountant, once: OwnOnce
) -> JSONResponse:
    """Propose what it is; when a second person says the same, an entry makes both sides agree.

    Whoever says another kind proposes anew. What differs by another sum by now is not cleared.
    """

    async def clearing(c: AsyncConnection) -> Difference:
        row = await differences.clear(c, difference_id, asked.kind, asked.reason, caller.id)
        if row is None:
            raise Problem("not_found")
        return _shown(await differences.proposals(c, [difference_id]), row)

    return await once(asked, clearing, status=200)


def _shown(proposed: Mapping[str, RowMapping], row: RowMapping) -> Difference:
    currency, proposal = row["currency"], proposed.get(row["id"])
    said = {
        side: Said(
            amount=Balance(amount_minor=row[f"{side}_minor"], currency=currency),
            fee=Balance(amount_minor=row[f"{side}_fee_minor"], currency=currency),
        )
        for side in ("here", "there")
    }
    shown = _proposal(proposal, currency) if proposal else None
    return Difference(**{**row, **said, "proposal": shown})


def _proposal(row: RowMapping, currency: str) -> ProposalShown:
    amount = Balance(amount_minor=row["amount_minor"], currency=currency)
    fee = Balance(amount_minor=row["fee_minor"], currency=currency)
    return ProposalShown(**{**row, "amount": amount, "fee": fee})
