"""Deposits by hand, for accounting: notices by mail, receipts, owners found, bounces."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import remittances as shown
from api.bodies import Amount, Asked, Balance, Line, Shown
from api.callers import OF_THE_HOUSE, Accountant
from api.decisions import LATER, add_routes, pending
from api.deposits import PAID_ON_A_PAGE
from api.ids import DepositId
from api.pages import Limit, Page, Place, moment_of, page, place_at
from api.problems import field
from api.remittances import Day, Noticed, RemittanceShown
from api.send import Decider, TheDecider
from api.state import Engine
from domain.carriers import Carried
from domain.cases import Remittance, RemittanceState, Role
from domain.commands import Match, RecordUnmatched
from domain.reference import as_read
from domain.written import Words
from ledger import cases, people, remittances
from ledger.database import to_read

router = APIRouter(prefix="/staff/deposits", tags=["staff"], dependencies=[OF_THE_HOUSE])
Method = Annotated[Carried, Field(strict=False)]


class NoticedByMail(Noticed):
    """What a client's mail says is on its way; `client` is an email or a user's id."""

    client: Line
    method: Method


class Unannounced(Asked):
    """Money that came without a notice."""

    method: Method
    amount: Amount
    bank_reference: Line
    received_on: Day
    payer: Line


class Owner(Asked):
    """Whose money it is: an email or a user's id, or the reference of their notice."""

    client: Line | None = None
    reference: Line | None = None
    reason: Words

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.client is None) == (self.reference is None):
            raise ValueError("name the client, or the reference of their notice")
        return self


class DepositLine(Shown):
    """A deposit in the queue, by the time that is left."""

    id: str
    state: RemittanceState
    title: str
    method: Carried
    reference: str
    amount: Balance
    arrived: Balance | None
    client_id: str | None
    payer: str
    recorded_by: str | None
    due_at: datetime | None


@router.post("", status_code=201, response_model=RemittanceShown, responses=LATER)
async def announce(asked: NoticedByMail, caller: Accountant, decider: TheDecider) -> JSONResponse:
    """File the notice that a client sent by mail."""
    async with to_read(decider.engine) as c:
        client = await people.find(c, asked.client)
    if client is None:
        raise field("#/client", "nobody has this email or id", code="unknown_reference")
    return await shown.announced(decider, asked, asked.method, client, Role.ACCOUNTING)


@router.post("/suspense", status_code=201, response_model=RemittanceShown, responses=LATER)
async def record(asked: Unannounced, caller: Accountant, decider: TheDecider) -> JSONResponse:
    """Record money that came without a notice; it waits in suspense for its owner."""

    async def made(c: AsyncConnection) -> Remittance:
        return shown.draft(decider, asked.method, None, None)

    minor = asked.amount.amount_minor
    command = RecordUnmatched(
        amount_minor=minor,
        bank_reference=asked.bank_reference,
        received_on=asked.received_on,
        payer=asked.payer,
    )
    content = asked.model_dump(mode="json")
    return await shown.begin(decider, made, minor, command, content, Role.ACCOUNTING)


@router.post("/{case_id}/match", response_model=RemittanceShown, responses=LATER)
async def match(case_id: DepositId, asked: Owner, decider: TheDecider) -> JSONResponse:
    """Say whose the money in suspense is: it is credited to them.

    A notice that it answers, and that waits still, is withdrawn by whoever sees to that.
    """
    client = await _owner(decider, asked)
    content = {"client": client, "reason": asked.reason}
    instruction_id, outcome = await decider.decide(case_id, Match, content, staff=True)
    if outcome is None:
        return pending(instruction_id)
    async with to_read(decider.engine) as c:
        pair = await cases.read(c, case_id)
        assert pair is not None, "cases are never deleted"
        found = await shown.show(c, pair, decider.caller, decider.settings)
    return JSONResponse(found.model_dump(mode="json"))


@router.get("")
async def queue(
    caller: Accountant,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    state: RemittanceState | None = None,
    reference: Annotated[
        str | None, Query(max_length=40, description="As the payer wrote it, gaps and all")
    ] = None,
) -> Page[DepositLine]:
    """Open deposits by hand, those first that have the least time left."""
    wanted = as_read(reference) if reference is not None else None
    if reference is not None and wanted is None:
        raise field("?reference", "a sign of this reference is wrong")
    async with to_read(engine) as c:
        rows = await remittances.queue(
            c, state=state, reference=wanted, after=moment_of(place), limit=limit + 1
        )
    return page(rows, limit, _line, lambda row: place_at(row["due_at"], row["id"]))


async def _owner(decider: Decider, asked: Owner) -> str:
    """Whom the client's name or the notice's reference means; Problem when nobody."""
    async with to_read(decider.engine) as c:
        if asked.client is not None:
            client = await people.find(c, asked.client)
        else:
            client = await remittances.client_of(c, as_read(asked.reference or ""))
    if client is None:
        named = "client" if asked.client is not None else "reference"
        raise field(f"#/{named}", "this is nobody's", code="unknown_reference")
    return client


def _line(row: RowMapping) -> DepositLine:
    found = cases.as_case(row)
    assert isinstance(found, Remittance), "the queue is one of remittances"
    currency = found.terms.currency
    arrived = Balance(amount_minor=found.arrived_minor, currency=currency)
    return DepositLine(
        id=found.id,
        state=found.state,
        title=row["title"],
        method=found.method,
        reference=found.reference,
        amount=Balance(amount_minor=found.asked_minor, currency=currency),
        arrived=arrived if found.arrived_minor else None,
        client_id=found.client,
        payer=found.payer,
        recorded_by=found.recorded_by,
        due_at=row["due_at"],
    )


add_routes(router, shown.NOUN, staff=True, but={Match})
add_routes(router, PAID_ON_A_PAGE, staff=True)
