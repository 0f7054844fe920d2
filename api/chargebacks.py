"""Chargebacks: what became of a payment that the card network took back."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import Balance, Shown
from api.callers import OF_THE_HOUSE, Caller
from api.cases import CaseShown, common
from api.decisions import Noun, add_routes
from api.ids import ChargebackId
from api.lone import add_reads
from api.pages import Limit, Page, Place, page
from api.state import Engine
from domain.accounts import Parts
from domain.cases import Case, Chargeback, ChargebackState, Remittance, Role
from domain.chargeback import CHARGEBACK
from ledger import cases, chargebacks
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/chargebacks", tags=["wallet"])
on_staff = APIRouter(prefix="/staff/chargebacks", tags=["staff"], dependencies=[OF_THE_HOUSE])


class Piece(Shown):
    """What was taken from the escrow of a job."""

    job: str
    amount: Balance


class BookingShown(Shown):
    """How much of what came back is the client's, as one person says; a second confirms it."""

    id: str
    by: str
    client: Balance


class ChargebackShown(CaseShown):
    """A payment that was taken back: how much, from where, and when the evidence goes out."""

    deposit: str
    dispute: str
    """The processor's name for it."""
    amount: Balance
    reason: str
    from_credits: Balance
    from_escrows: list[Piece]
    owed: Balance
    """What the wallet lacked when it was taken back."""
    evidence_due: datetime | None
    given_back: Balance
    """What the card network has given back, as it says itself."""
    booking: BookingShown | None
    """For the house alone."""


class ChargebackLine(Shown):
    """A chargeback in a list."""

    id: str
    state: ChargebackState
    client_id: str
    deposit: str
    amount: Balance
    reason: str
    evidence_due: datetime | None
    opened_at: datetime
    last_event_at: datetime


@on_staff.get("")
async def of_all(
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    state: ChargebackState | None = None,
) -> Page[ChargebackLine]:
    """Everybody's chargebacks, newest first, for accounting and staff."""
    async with to_read(engine) as c:
        rows = await chargebacks.listed(c, state, place, limit + 1)
    return page(rows, limit, _line)


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> ChargebackShown:
    """The chargeback for this caller."""
    found, role = pair.first, access.role(caller, pair)
    assert isinstance(found, Chargeback), "its id says that it is one"
    assert role is not None, "whoever gets here has a role"
    taken = found.taken or Parts()
    return ChargebackShown(
        **common(pair, found, role, caller, our),
        deposit=found.deposit,
        dispute=found.dispute,
        amount=_sum(found, found.amount_minor),
        reason=found.reason,
        from_credits=_sum(found, taken.credits),
        from_escrows=pieces(found),
        owed=_sum(found, taken.advanced),
        evidence_due=found.evidence_due,
        given_back=_sum(found, found.back_minor),
        booking=None if role is Role.CLIENT else _booking(found),
    )


def _booking(found: Chargeback) -> BookingShown | None:
    if (said := found.booking) is None:
        return None
    return BookingShown(id=said.id, by=said.by, client=_sum(found, said.client_minor))


def pieces(found: Chargeback | Remittance) -> list[Piece]:
    """What was taken from escrows, by job."""
    return [Piece(job=one.case, amount=_sum(found, one.minor)) for one in found.pieces]


def _line(row: RowMapping) -> ChargebackLine:
    found = cases.as_case(row)
    assert isinstance(found, Chargeback), "the list is one of chargebacks"
    return ChargebackLine(
        id=found.id,
        state=found.state,
        client_id=found.client,
        deposit=found.deposit,
        amount=_sum(found, found.amount_minor),
        reason=found.reason,
        evidence_due=found.evidence_due,
        opened_at=found.opened_at,
        last_event_at=found.last_event_at,
    )


def _sum(found: Case, amount_minor: int) -> Balance:
    return Balance(amount_minor=amount_minor, currency=found.terms.currency)


NOUN = Noun(CHARGEBACK, ChargebackId, ChargebackShown, show)
add_reads(router, NOUN, ChargebackLine, _line)
add_routes(router, NOUN)
add_routes(on_staff, NOUN, staff=True)
