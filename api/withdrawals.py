"""Withdrawals: quoted, requested for the next payment date, and taken back until it is approved."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access
from api.bodies import LARGEST_AMOUNT_MINOR, Amount, Asked, Balance, Shown
from api.callers import Caller, TheCaller
from api.cases import CaseShown, common
from api.command_bodies import Sum
from api.decisions import LATER, Noun, add_routes, begun
from api.ids import WithdrawalId
from api.lone import add_reads
from api.payout_methods import policy_of
from api.send import Content, Decider, TheDecider
from api.state import Engine, TheSettings
from api.tax_bodies import Lacking
from domain.accounts import Kind, Wallet
from domain.bank_details import Via
from domain.cases import Role, Withdrawal, WithdrawalState
from domain.commands import RequestWithdrawal
from domain.errors import DomainError, PayoutMethodMissing, SeenIsStale
from domain.money import show as words
from domain.payee import Payee
from domain.policy import CaseTerms
from domain.withdrawal import WITHDRAWAL, fee_of, require_held, require_withdrawable
from failpoints import here
from ledger import cases, ids, journal, payees
from ledger.calendars import banking_calendar
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

router = APIRouter(prefix="/withdrawals", tags=["wallet"])


class Wanted(Asked):
    """What is to leave the wallet, and the fee that was quoted."""

    amount: Amount
    fee: Sum


class Quote(Shown):
    """What a withdrawal of this amount would cost now, and when what would arrive where."""

    amount: Balance
    fee: Balance
    arrives: Balance
    payment_date: date
    via: Via
    last_four: str
    missing: Lacking | None
    """What would be refused, and why."""


class WithdrawalShown(CaseShown):
    """A withdrawal: what arrives, when at the latest, and where."""

    amount: Balance
    fee: Balance
    arrives: Balance
    payment_date: date | None
    via: Via
    last_four: str
    reason: str | None
    """Why it failed, or came back."""


class WithdrawalLine(Shown):
    """A withdrawal in a list."""

    id: str
    state: WithdrawalState
    amount: Balance
    arrives: Balance
    payment_date: date | None
    reason: str | None
    opened_at: datetime
    last_event_at: datetime


@router.get("/quote")
async def quote(
    caller: TheCaller,
    engine: Engine,
    our: TheSettings,
    amount: Annotated[int, Query(ge=1, le=LARGEST_AMOUNT_MINOR, description="In minor units")],
) -> Quote:
    """What it costs, when it is paid, what arrives, and what is missing before I may ask for it."""
    now = datetime.now(UTC)
    async with to_read(engine) as c:
        payee = await _payee(c, caller.id)
        drafted = _draft(caller.id, amount, None, payee, our, now)
        refusal = await _refusal(c, drafted, payee, now)
    policy = drafted.terms.policy
    day = policy.paydays.payment_date(now, banking_calendar(), policy.timezone)
    return Quote(
        **_sums(drafted),
        payment_date=day,
        via=drafted.via,
        last_four=drafted.last_four,
        missing=Lacking(code=refusal.code, detail=refusal.detail) if refusal else None,
    )


@router.post("", status_code=201, response_model=WithdrawalShown, responses=LATER)
async def begin(asked: Wanted, decider: TheDecider) -> JSONResponse:
    """Ask for earnings to be paid out on the next payment date, for the fee that was quoted."""
    content = asked.model_dump(mode="json")
    return await begun(decider, NOUN, content, lambda c: _written(c, asked, decider, content))


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> WithdrawalShown:
    """The withdrawal for this caller."""
    withdrawal, role = pair.first, access.role(caller, pair)
    assert isinstance(withdrawal, Withdrawal), "its id says that it is one"
    assert role is not None, "whoever gets here has a role"
    return WithdrawalShown(
        **common(pair, withdrawal, role, caller, our),
        **_sums(withdrawal),
        payment_date=withdrawal.payment_date,
        via=withdrawal.via,
        last_four=withdrawal.last_four,
        reason=withdrawal.reason,
    )


async def _written(
    c: AsyncConnection, asked: Wanted, decider: Decider, content: Content
) -> RowMapping:
    """The draft and its request; what would be refused is refused before there is a draft."""
    caller, now = decider.caller.id, datetime.now(UTC)
    payee, amount = await _payee(c, caller), asked.amount.amount_minor
    withdrawal = _draft(caller, amount, asked.fee.amount_minor, payee, decider.settings, now)
    refusal = await _refusal(c, withdrawal, payee, now)
    if refusal is not None:
        raise refusal
    title = f"Withdrawal of {words(amount)} {withdrawal.terms.currency}"
    command = RequestWithdrawal()
    row = await decider.begin(c, withdrawal, command, content, Role.FREELANCER, title=title)
    here("withdrawal.written")
    return row


async def _payee(c: AsyncConnection, person_id: str) -> Payee:
    return (await payees.of(c, [person_id]))[person_id]


def _draft(
    person_id: str, amount: int, fee: int | None, payee: Payee, our: Settings, now: datetime
) -> Withdrawal:
    """The withdrawal as it will be requested, to the payout method in force."""
    if payee.method is None:
        raise PayoutMethodMissing
    policy, method = policy_of(our), payee.method
    times = dict.fromkeys(("opened_at", "last_event_at", "since"), now)
    return Withdrawal.model_validate({
        "id": ids.fresh("withdrawal"),
        "terms": CaseTerms(policy=policy),
        "freelancer": person_id,
        "amount_minor": amount,
        "fee_minor": fee_of(policy, method.via) if fee is None else fee,
        "method": method.id,
        "via": method.via,
        "last_four": method.last_four,
        **times,
    })  # fmt: skip


async def _refusal(
    c: AsyncConnection, withdrawal: Withdrawal, payee: Payee, now: datetime
) -> DomainError | None:
    """What the step would refuse, as far as it is known now; the step decides."""
    policy = withdrawal.terms.policy
    try:
        require_withdrawable(withdrawal.amount_minor, withdrawal.terms)
        payee.require_payable(now, policy, withdrawal.method)
        if withdrawal.fee_minor != (fee := fee_of(policy, withdrawal.via)):
            raise SeenIsStale(f"the fee is {words(fee)} now", fee_minor=fee)
        held = await journal.balances(c, withdrawal.freelancer, withdrawal.terms.currency)
        require_held(withdrawal.amount_minor, Wallet(earnings=held.get(Kind.EARNINGS, 0)))
    except DomainError as refusal:
        return refusal
    return None


def _sums(one: Withdrawal) -> dict[str, Balance]:
    currency = one.terms.currency
    arrives = max(one.arrives_minor, 0)
    sums = {"amount": one.amount_minor, "fee": one.fee_minor, "arrives": arrives}
    return {name: Balance(amount_minor=minor, currency=currency) for name, minor in sums.items()}


def _line(row: RowMapping) -> WithdrawalLine:
    one = cases.as_case(row)
    assert isinstance(one, Withdrawal), "the list is one of withdrawals"
    sums = _sums(one)
    return WithdrawalLine(
        id=one.id,
        state=one.state,
        amount=sums["amount"],
        arrives=sums["arrives"],
        payment_date=one.payment_date,
        reason=one.reason,
        opened_at=one.opened_at,
        last_event_at=one.last_event_at,
    )


NOUN = Noun(WITHDRAWAL, WithdrawalId, WithdrawalShown, show)
add_reads(router, NOUN, WithdrawalLine, _line)
add_routes(router, NOUN)
