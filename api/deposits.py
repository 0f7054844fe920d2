"""Deposits: paid on the processor's page, or announced and sent by hand."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import access
from api.bodies import Balance, Shown
from api.callers import Caller
from api.cases import CaseShown, common
from api.decisions import LATER, Noun, add_routes, begun
from api.ids import DepositId
from api.lone import add_reads
from api.problems import Problem
from api.remittances import (
    NOUN,
    Noticed,
    RemittanceShown,
    announced,
    require_fundable,
    require_room,
)
from api.send import Decider, TheDecider
from domain.carriers import Carried, Checkout
from domain.cases import Case, Deposit, DepositState, Remittance, RemittanceState, Role
from domain.commands import OpenDeposit
from domain.deposit import DEPOSIT, require_payable
from domain.money import show as words
from domain.policy import CaseTerms, Policy
from failpoints import here
from ledger import cases, ids
from ledger.cases import Pair
from ledger.database import to_read
from settings import Settings

LOOK_AGAIN_S = 0.1
KINDS = ("deposit", "remittance")

router = APIRouter(prefix="/deposits", tags=["wallet"])


class Way(StrEnum):
    """How money comes."""

    CARD = "card"
    PAYPAL = "paypal"
    ALIPAY = "alipay"
    BANK_TRANSFER = "bank_transfer"
    MONEY_ORDER = "money_order"
    CHECK = "check"


class Wanted(Noticed):
    """What a client wants to pay in, and how; `sent_on` and `files` are of what is sent by hand."""

    method: Annotated[Way, Field(strict=False)]

    @property
    def by_hand(self) -> bool:
        """Whether no processor carries it."""
        return self.method.value in {one.value for one in Carried}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.by_hand and self.model_fields_set - {"amount", "method", "for_case"}:
            raise ValueError("on the processor's page nothing is announced")
        return self


class EndShown(Shown):
    """Somebody of staff wants the deposit ended; a second person confirms it."""

    id: str
    by: str


class DepositShown(CaseShown):
    """A deposit; `checkout_url` is the page to pay on, while it is open."""

    method: Checkout
    amount: Balance
    """What the client wants to pay in."""
    for_case: str | None
    checkout_url: str | None
    credited: Balance | None
    """What arrived."""
    end: EndShown | None = None
    """For the house: who wants it ended without the processor's answer."""


class DepositLine(Shown):
    """A deposit in a list."""

    id: str
    state: DepositState | RemittanceState
    method: Way
    amount: Balance
    opened_at: datetime
    last_event_at: datetime


@router.post("", status_code=201, response_model=DepositShown | RemittanceShown, responses=LATER)
async def begin(asked: Wanted, decider: TheDecider) -> JSONResponse:
    """Begin a deposit: pay it on the page it names, or send it with the reference it names."""
    if asked.by_hand:
        method = Carried(asked.method)
        return await announced(decider, asked, method, decider.caller.id, Role.CLIENT)
    if decider.settings.stripe_key is None:
        raise Problem("processor_missing")
    content = asked.model_dump(mode="json")

    async def write(c: AsyncConnection) -> RowMapping:
        await require_fundable(c, asked.for_case, decider.caller.id)
        await require_room(c, decider)
        deposit = _draft(asked, decider)
        title = f"Deposit of {words(deposit.asked_minor)} {deposit.terms.currency}"
        row = await decider.begin(c, deposit, OpenDeposit(), content, title=title)
        here("deposit.written")
        return row

    async def page_is_open(case_id: str) -> None:
        await _processor_answered(decider.engine, case_id, decider.settings)

    return await begun(decider, PAID_ON_A_PAGE, content, write, page_is_open)


def _draft(asked: Wanted, decider: Decider) -> Deposit:
    """The deposit as it will be begun; a refusal when it could not be."""
    policy = Policy.model_validate(decider.settings.policy, extra="forbid")
    now: dict[str, Any] = dict.fromkeys(("opened_at", "last_event_at", "since"), datetime.now(UTC))
    wanted = {
        "id": ids.fresh("deposit"),
        "terms": CaseTerms(policy=policy, currency=asked.amount.currency),
        "client": decider.caller.id,
        "method": Checkout(asked.method),
        "asked_minor": asked.amount.amount_minor,
        "for_case": asked.for_case,
    }
    deposit = Deposit.model_validate(wanted | now)
    require_payable(deposit)
    return deposit


async def _processor_answered(engine: AsyncEngine, case_id: str, our: Settings) -> None:
    """Wait for it, but not too long."""
    ends = asyncio.get_running_loop().time() + our.outcome_wait.total_seconds()
    while True:
        async with to_read(engine) as c:
            pair = await cases.read(c, case_id)
        assert pair is not None, "cases are never deleted"
        waits = pair.first.state in (DepositState.DRAFT, DepositState.CREATED)
        if not waits or asyncio.get_running_loop().time() > ends:
            return
        await asyncio.sleep(LOOK_AGAIN_S)


async def _show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> DepositShown:
    deposit, role = pair.first, access.role(caller, pair)
    assert isinstance(deposit, Deposit), "its id says that it is one"
    assert role is not None, "whoever gets here has a role"
    came = deposit.paid_minor
    return DepositShown(
        **common(pair, deposit, role, caller, our),
        method=deposit.method,
        amount=_sum(deposit, deposit.asked_minor),
        for_case=deposit.for_case,
        checkout_url=deposit.url,
        credited=_sum(deposit, came) if came else None,
        end=EndShown.model_validate(deposit.end)
        if deposit.end and role is not Role.CLIENT
        else None,
    )


def _line(row: RowMapping) -> DepositLine:
    deposit = cases.as_case(row)
    assert isinstance(deposit, Deposit | Remittance), "the list is one of deposits"
    return DepositLine(
        id=deposit.id,
        state=deposit.state,
        method=Way(deposit.method),
        amount=_sum(deposit, deposit.asked_minor),
        opened_at=deposit.opened_at,
        last_event_at=deposit.last_event_at,
    )


def _sum(deposit: Case, amount_minor: int) -> Balance:
    return Balance(amount_minor=amount_minor, currency=deposit.terms.currency)


async def _either(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> BaseModel:
    noun = NOUN if isinstance(pair.first, Remittance) else PAID_ON_A_PAGE
    return await noun.show(c, pair, caller, our)


PAID_ON_A_PAGE = Noun(DEPOSIT, DepositId, DepositShown, _show)
EITHER = Noun(DEPOSIT, DepositId, DepositShown | RemittanceShown, _either)
add_reads(router, EITHER, DepositLine, _line, kinds=KINDS)
add_routes(router, NOUN)
