"""Remittances: what is announced, received and found of the money that no processor carries."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BeforeValidator, Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import Amount, Asked, Balance, Shown
from api.callers import Caller
from api.cases import CaseShown, common
from api.chargebacks import Piece, pieces
from api.decisions import Noun, begun
from api.ids import DepositId, shaped
from api.payout_methods import policy_of
from api.problems import Problem, field
from api.send import Content, Decider
from domain.carriers import Carried
from domain.cases import OVER, Job, Remittance, Role
from domain.commands import AnnounceRemittance, Command
from domain.contest_case import Contest
from domain.errors import TooManyOpenDeposits
from domain.ids import UserId
from domain.money import show as words
from domain.policy import CaseTerms, Policy
from domain.reference import reference_of
from domain.remittance import REMITTANCE, require_announceable
from domain.texts import written_day
from domain.written import Files
from failpoints import here
from ledger import cases, deposits, ids
from ledger.cases import Pair
from settings import Settings

Day = Annotated[date, Field(strict=False), BeforeValidator(written_day)]


class Noticed(Asked):
    """What is on its way by hand, with its proof, and the one job it may start."""

    amount: Amount
    sent_on: Day | None = None
    files: Annotated[Files, Field(strict=False)] = ()
    for_case: Annotated[str, Field(pattern=f"^{shaped('(?:job|contest)')}$")] | None = None


class CorrectionShown(Shown):
    """Another sum that is said to have arrived; a second person confirms it."""

    id: str
    by: str
    amount: Balance


class Seen(Shown):
    """What the house knows of a receipt."""

    client_id: str | None
    bank_reference: str | None
    received_on: date | None
    payer: str
    recorded_by: str | None
    confirmed_by: str | None
    correction: CorrectionShown | None


class RemittanceShown(CaseShown):
    """Money by hand; whoever sends it writes `reference` on it and sends it to `pay_to`."""

    method: Carried
    amount: Balance
    """What the client says to have sent."""
    reference: str
    pay_to: dict[str, str]
    sent_on: date | None
    for_case: str | None
    arrived: Balance | None
    """What reached the bank."""
    credited_at: datetime | None
    from_escrows: list[Piece]
    """What was taken back from escrows, when it bounced."""
    receipt: Seen | None
    """For the house alone."""


async def announced(
    decider: Decider, asked: Noticed, method: Carried, client: str, role: Role
) -> JSONResponse:
    """A notice of money that is on its way to this client's wallet."""
    if not decider.settings.bank:
        raise Problem("bank_missing")

    async def made(c: AsyncConnection) -> Remittance:
        await require_fundable(c, asked.for_case, client)
        if role is Role.CLIENT:
            await require_room(c, decider)
        notice = draft(decider, method, client, asked)
        require_announceable(notice)
        return notice

    command = AnnounceRemittance(files=asked.files)
    minor = asked.amount.amount_minor
    return await begin(decider, made, minor, command, asked.model_dump(mode="json"), role)


async def begin(
    decider: Decider,
    made: Callable[[AsyncConnection], Awaitable[Remittance]],
    minor: int,
    command: Command,
    content: Content,
    role: Role,
) -> JSONResponse:
    """A new remittance of about so much with its first instruction, as it then stands."""

    async def write(c: AsyncConnection) -> RowMapping:
        new = await made(c)
        named = new.method.value.replace("_", " ").capitalize()
        title = f"{named} of {words(minor)} {new.terms.currency}"
        row = await decider.begin(c, new, command, content, role, title=title)
        here("remittance.written")
        return row

    return await begun(decider, NOUN, content, write)


def draft(
    decider: Decider, method: Carried, client: str | None, asked: Noticed | None
) -> Remittance:
    """A remittance as it will be begun; without a notice it is nobody's yet."""
    policy = Policy.model_validate(decider.settings.policy, extra="forbid")
    now: dict[str, Any] = dict.fromkeys(("opened_at", "last_event_at", "since"), datetime.now(UTC))
    case_id = ids.fresh("deposit")
    told: dict[str, Any] = {}
    if asked is not None:
        told = {
            "client": UserId(client) if client else None,
            "reference": reference_of(case_id),
            "asked_minor": asked.amount.amount_minor,
            "sent_on": asked.sent_on,
            "for_case": asked.for_case,
        }
    made = {"id": case_id, "terms": CaseTerms(policy=policy), "method": method}
    return Remittance.model_validate({**made, **told, **now})


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> RemittanceShown:
    """The remittance as this caller sees it."""
    found, role = pair.first, access.role(caller, pair)
    assert isinstance(found, Remittance), "its row says that it is one"
    assert role is not None, "whoever gets here has a role"
    return RemittanceShown(
        **common(pair, found, role, caller, our),
        method=found.method,
        amount=_sum(found, found.asked_minor),
        reference=found.reference,
        pay_to=our.bank,
        sent_on=found.sent_on,
        for_case=found.for_case,
        arrived=_sum(found, found.arrived_minor) if found.arrived_minor else None,
        credited_at=found.credited_at,
        from_escrows=pieces(found),
        receipt=None if role is Role.CLIENT else _seen(found),
    )


async def require_fundable(c: AsyncConnection, case_id: str | None, client: str) -> None:
    """Refuse a job or contest that is not an open one of this client; none is fine."""
    if case_id is None:
        return
    pair = await cases.read(c, case_id)
    case = pair.first if pair else None
    fundable = isinstance(case, Job | Contest) and case.client == client
    if case is None or not fundable or case.state in OVER:
        detail = "you have no such open job or contest"
        raise field("#/for_case", detail, code="unknown_reference")


async def require_room(c: AsyncConnection, decider: Decider) -> None:
    """Refuse one more deposit of somebody of whom enough wait for their money."""
    most = policy_of(decider.settings).most_open_deposits
    if await deposits.waiting(c, decider.caller.id) >= most:
        raise TooManyOpenDeposits(f"at most {most} may wait at once", most=most)


def _seen(found: Remittance) -> Seen:
    correction = found.correction
    return Seen(
        client_id=found.client,
        bank_reference=found.bank_reference,
        received_on=found.received_on,
        payer=found.payer,
        recorded_by=found.recorded_by,
        confirmed_by=found.confirmed_by,
        correction=CorrectionShown(
            id=correction.id, by=correction.by, amount=_sum(found, correction.arrived_minor)
        )
        if correction
        else None,
    )


def _sum(found: Remittance, amount_minor: int) -> Balance:
    return Balance(amount_minor=amount_minor, currency=found.terms.currency)


NOUN = Noun(REMITTANCE, DepositId, RemittanceShown, show)
