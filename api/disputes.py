"""Disputes: every decision on them, and what the parties, the mediator and staff see."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import Balance, Shown
from api.callers import Caller, TheCaller
from api.cases import ContractShown, HandedFile, Party, Verdict, handed, of_contract
from api.decisions import Left, Noun, add_routes
from api.ids import DisputeId
from api.sight import mediator
from api.state import Engine, TheSettings
from domain import cases as law
from domain.cases import Dispute, DisputeState, Ends, Role
from domain.dispute import DISPUTE
from domain.opening import quoted_fee
from ledger import reading
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/disputes", tags=["disputes"])


class Statement(Shown):
    """A party's side of it, with evidence."""

    by: str
    at: datetime
    text: str
    files: list[HandedFile]


class DisputeShown(ContractShown):
    """A dispute as a party, its mediator or staff see it."""

    job_id: str
    title: str
    number: int
    requested_by: str
    reason: str | None
    escrow: Balance
    mediation_fee: Balance
    fee_held: bool
    mediator: Party | None
    veto_open: bool
    proposal: Verdict | None
    ruling: Verdict | None
    statements: list[Statement]


@router.get("/{case_id}")
async def one(
    case_id: DisputeId, caller: TheCaller, engine: Engine, our: TheSettings
) -> DisputeShown:
    """The dispute as it stands."""
    async with to_read(engine) as c:
        pair, _ = await access.entitled(c, caller, case_id)
        return await show(c, pair, caller, our)


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> DisputeShown:
    """The dispute as this caller sees it; a ruling that waits for a second person is staff's."""
    job, dispute, role = pair.job, pair.dispute, access.role(caller, pair)
    assert dispute is not None and role is not None, "whoever gets here has a role in a dispute"
    texts = await reading.texts(c, job.id)
    named = await reading.names(c, [job.client, job.freelancer])
    currency, held = job.terms.currency, job.held.total if job.held else 0
    final = dispute.state is DisputeState.EXECUTED
    why = await reading.reasons(c, dispute.id)
    return DisputeShown(
        **of_contract(named, pair, dispute, role, caller, our),
        job_id=job.id,
        title=texts["title"],
        number=dispute.number,
        requested_by=dispute.requested_by.value,
        reason=await reading.reason(c, dispute.id),
        escrow=Balance(amount_minor=0 if job.state in law.OVER else held, currency=currency),
        mediation_fee=Balance(amount_minor=quoted_fee(job), currency=currency),
        fee_held=dispute.fee is not None,
        mediator=await _mediator(c, dispute),
        veto_open=dispute.veto_open,
        proposal=_verdict(dispute.proposal, why, currency),
        ruling=_verdict(dispute.ruling, why, currency) if role is Role.STAFF or final else None,
        statements=await _statements(c, dispute),
    )


async def _statements(c: AsyncConnection, dispute: Dispute) -> list[Statement]:
    rows = await reading.statements(c, dispute.id)
    files = await reading.files(c, [dispute.id]) if rows else []
    return [
        Statement(by=row["role"], at=row["at"], text=row["text"], files=handed(files, row["id"]))
        for row in rows
    ]


async def _mediator(c: AsyncConnection, dispute: Dispute) -> Party | None:
    who = mediator(dispute)
    if who is None:
        return None
    return Party(id=who, name=(await reading.names(c, [who]))[who])


def _verdict(
    verdict: law.Proposal | law.Ruling | None, why: dict[str, str], currency: str
) -> Verdict | None:
    if verdict is None:
        return None
    part = Balance(amount_minor=verdict.freelancer_minor, currency=currency)
    accepted = verdict.accepted_by if isinstance(verdict, law.Proposal) else ()
    return Verdict(
        id=verdict.id,
        ends=verdict.ends.value,
        freelancer=part if verdict.ends is Ends.SPLIT else None,
        ip=verdict.ip.value,
        reasons=why[verdict.id],
        accepted_by=[role.value for role in accepted],
    )


NOUN = Noun(DISPUTE, DisputeId, DisputeShown | Left, show)
add_routes(router, NOUN)
