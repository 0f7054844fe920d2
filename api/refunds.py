"""Refunds to the source: unspent credits asked back where one deposit came from."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import Amount, Asked, Balance, Shown
from api.callers import Caller
from api.cases import CaseShown, common
from api.decisions import LATER, Noun, add_routes, begun
from api.deposits import Way
from api.ids import DepositId, RefundId
from api.lone import add_reads
from api.payout_methods import policy_of
from api.send import Content, Decider, TheDecider
from domain.accounts import Kind, Wallet
from domain.cases import Deposit, Remittance, Role
from domain.errors import NotYours
from domain.lone_states import RefundState
from domain.money import show as words
from domain.policy import CaseTerms
from domain.refund import REFUND, require_refundable
from domain.refund_case import Refund
from domain.refund_commands import RefundToSource
from domain.source import Source
from failpoints import here
from ledger import cases, ids, journal, refunds
from ledger.cases import Pair
from settings import Settings

router = APIRouter(tags=["wallet"])


class Wanted(Asked):
    """How much of the deposit is to go back."""

    amount: Amount


class PayTo(Shown):
    """Who sent the money by hand, as the bank named them: to whom it goes back."""

    payer: str
    bank_reference: str | None


class RefundShown(CaseShown):
    """Unspent credits on their way back; `pay_to` is for the house, of what goes by hand."""

    deposit: str
    method: Way
    amount: Balance
    reason: str | None
    """Why it was declined, failed, or came back."""
    approved_by: str | None = None
    bank_reference: str | None = None
    pay_to: PayTo | None = None


class RefundLine(Shown):
    """A refund in a list."""

    id: str
    state: RefundState
    deposit: str
    method: Way
    amount: Balance
    reason: str | None
    opened_at: datetime
    last_event_at: datetime


@router.post(
    "/deposits/{deposit_id}/refund-to-source",
    status_code=201,
    response_model=RefundShown,
    responses=LATER,
)
async def begin(deposit_id: DepositId, asked: Wanted, decider: TheDecider) -> JSONResponse:
    """Ask for unspent credits back where this deposit came from; staff decide on it."""
    content, minor = asked.model_dump(mode="json"), asked.amount.amount_minor
    return await begun(
        decider, NOUN, content, lambda c: _written(c, deposit_id, minor, decider, content)
    )


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> RefundShown:
    """The refund for this caller."""
    refund, role = pair.first, access.role(caller, pair)
    assert isinstance(refund, Refund), "its id says that it is one"
    assert role is not None, "whoever gets here has a role"
    house = role is not Role.CLIENT
    return RefundShown(
        **common(pair, refund, role, caller, our),
        deposit=refund.deposit,
        method=Way(refund.method),
        amount=_sum(refund),
        reason=refund.reason,
        approved_by=refund.approved_by if house else None,
        bank_reference=refund.bank_reference if house else None,
        pay_to=await _pay_to(c, refund) if house and not refund.by_processor else None,
    )


def line(row: RowMapping) -> RefundLine:
    """A refund in a list."""
    found = cases.as_case(row)
    assert isinstance(found, Refund), "the list is one of refunds"
    return RefundLine(
        id=found.id,
        state=found.state,
        deposit=found.deposit,
        method=Way(found.method),
        amount=_sum(found),
        reason=found.reason,
        opened_at=found.opened_at,
        last_event_at=found.last_event_at,
    )


async def _written(
    c: AsyncConnection, deposit_id: str, minor: int, decider: Decider, content: Content
) -> RowMapping:
    """The draft and its request; what would be refused is refused before there is a draft."""
    _, role = await access.entitled(c, decider.caller, deposit_id)
    if role is not Role.CLIENT:
        raise NotYours("whoever paid it in asks for it back")
    source = await refunds.source(c, deposit_id)
    assert source is not None, "its id says that it is a deposit's"
    refund = _draft(source, minor, decider)
    held = await journal.balances(c, refund.client, refund.terms.currency)
    wallet = Wallet(credits=held.get(Kind.CREDITS, 0), receivable=-held.get(Kind.RECEIVABLE, 0))
    require_refundable(minor, source, wallet)
    title = f"Refund of {words(minor)} {refund.terms.currency}"
    row = await decider.begin(c, refund, RefundToSource(), content, title=title)
    here("refund.written")
    return row


def _draft(source: Source, minor: int, decider: Decider) -> Refund:
    """The refund as it will be requested."""
    deposit = source.deposit
    times = dict.fromkeys(("opened_at", "last_event_at", "since"), datetime.now(UTC))
    terms = CaseTerms(policy=policy_of(decider.settings), currency=deposit.terms.currency)
    made = {
        "id": ids.fresh("refund"),
        "terms": terms,
        "client": decider.caller.id,
        "deposit": deposit.id,
        "method": deposit.method,
        "amount_minor": minor,
        "payment": deposit.payment if isinstance(deposit, Deposit) else None,
    }
    return Refund.model_validate(made | times)


async def _pay_to(c: AsyncConnection, refund: Refund) -> PayTo:
    pair = await cases.read(c, refund.deposit)
    assert pair is not None and isinstance(pair.first, Remittance), "it came by hand"
    return PayTo(payer=pair.first.payer, bank_reference=pair.first.bank_reference)


def _sum(refund: Refund) -> Balance:
    return Balance(amount_minor=refund.amount_minor, currency=refund.terms.currency)


NOUN = Noun(REFUND, RefundId, RefundShown, show)
of_refunds = APIRouter(prefix="/refunds", tags=["wallet"])
add_reads(of_refunds, NOUN, RefundLine, line)
add_routes(of_refunds, NOUN)
