"""Payment runs: what is due on a date and what keeps it back, approved by accounting, answered."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Balance, Line, Shown
from api.command_bodies import Sum
from api.idempotency import OwnOnce
from api.ids import shaped
from api.pages import Limit, Page, Place, page
from api.payout_methods import policy_of
from api.problems import Problem
from api.state import Engine, Temporal, TheSettings
from api.tax_bodies import Lacking, without_number
from api.tax_checks import Sworn
from api.telling import tell
from domain.bank_details import Via
from failpoints import here
from ledger import payment_runs, payouts
from ledger.calendars import banking_calendar
from ledger.database import to_read
from ledger.payment_runs import Due, Seen
from settings import Settings
from workflows.doors import Doors

AT_ONCE = 20
"""How many workflows a decision on a run tells itself; the sweeper tells the others."""
MOST = 10_000
"""How many payments one answer names."""
CURRENCY = "USD"

router = APIRouter(prefix="/staff/payment-runs", tags=["staff"])
Run = Annotated[date, Path(description="The payment date, such as 2026-07-15")]


class DueShown(Shown):
    """A withdrawal of the run, and what would keep it back now."""

    id: str
    freelancer_id: str
    via: Via
    last_four: str
    arrives: Balance
    missing: Lacking | None


class Approval(Shown):
    """Somebody who approved what they saw."""

    by: str
    at: datetime
    count: int
    total: Balance


class RunShown(Shown):
    """A payment run; `count` and `total` are what an approval names."""

    payment_date: date
    cut_off: datetime
    approval_due: datetime
    approved_at: datetime | None
    execute_on: date | None
    count: int
    total: Balance
    passing: int
    passing_total: Balance
    people_needed: int
    approvals: list[Approval]
    failing: list[DueShown]
    """Those that would be kept back now, a hundred at most."""


class Approving(Asked):
    """The run as whoever approves it saw it."""

    count: Annotated[int, Field(ge=1, le=10_000_000)]
    total: Sum


class Approved(Shown):
    """Whether the run goes out, or waits for a second person."""

    payment_date: date
    approved: bool


WithdrawalNamed = Annotated[str, Field(pattern=f"^{shaped('withdrawal')}$")]
Reason = Annotated[Line, AfterValidator(without_number)]


class Answer(Asked):
    """What became of one payment at the bank, and why."""

    withdrawal: WithdrawalNamed
    reason: Reason


class Answers(Asked):
    """What the bank did; `others_paid`: it paid all that it was asked for and are not named."""

    paid: list[WithdrawalNamed] = Field(default_factory=list, max_length=MOST)
    failed: list[Answer] = Field(default_factory=list, max_length=MOST)
    returned: list[Answer] = Field(default_factory=list, max_length=MOST)
    others_paid: bool = False


class Answered(Shown):
    """How many were answered for by this request."""

    paid: int
    failed: int
    returned: int


@router.get("/{run}")
async def one(run: Run, caller: Sworn, engine: Engine, our: TheSettings) -> RunShown:
    """What waits for this payment date, what of it would be kept back, and who has approved it."""
    async with to_read(engine) as c:
        return await _shown(c, run, our)


@router.get("/{run}/withdrawals")
async def listed(
    run: Run, caller: Sworn, engine: Engine, place: Place, limit: Limit = 50
) -> Page[DueShown]:
    """All that waits for this date, in the order of ids, with what would keep each back now."""
    async with to_read(engine) as c:
        found = await payment_runs.page(c, run, datetime.now(UTC), place, limit + 1)
    rows: Sequence[Any] = [{"id": one.withdrawal.id, "due": one} for one in found]
    return page(rows, limit, lambda row: _due(row["due"]))


@router.post("/{run}/approve", response_model=Approved)
async def approve(
    run: Run,
    asked: Approving,
    caller: Sworn,
    once: OwnOnce,
    engine: Engine,
    temporal: Temporal,
    our: TheSettings,
) -> JSONResponse:
    """Approve what was seen; above the limit, a second person has to. Then all of it goes out."""
    woken: list[Row[int, str]] = []

    async def decide(c: AsyncConnection) -> Approved:
        done = await payment_runs.approve(
            c,
            run,
            caller.id,
            Seen(asked.count, asked.total.amount_minor),
            datetime.now(UTC),
            policy_of(our),
            banking_calendar(),
        )
        if done:
            woken.extend(await payouts.tell(c, run, AT_ONCE))
        return Approved(payment_date=run, approved=done)

    answer = await once(asked, decide, status=200)
    here("run.telling")
    await tell(engine, Doors(temporal, our.task_queue_prefix), woken)
    return answer


@router.post("/{run}/confirm", response_model=Answered)
async def confirm(
    run: Run,
    asked: Answers,
    caller: Sworn,
    once: OwnOnce,
    engine: Engine,
    temporal: Temporal,
    our: TheSettings,
) -> JSONResponse:
    """Say what the bank paid, did not pay, or sent back; whoever is concerned is told why."""
    woken: list[Row[int, str]] = []

    async def answer(c: AsyncConnection) -> Answered:
        if await payment_runs.found(c, run) is None:
            raise Problem("not_found")
        failed = {one.withdrawal: one.reason for one in asked.failed}
        returned = {one.withdrawal: one.reason for one in asked.returned}
        named = [*asked.paid, *failed, *returned]
        if len(set(named)) < len(named):
            raise Problem("invalid", "A payment has one answer")
        await payouts.answer(c, run, caller.id, paid=asked.paid, failed=failed, returned=returned)
        rest = await payouts.answer_the_rest(c, run, caller.id) if asked.others_paid else 0
        woken.extend(await payouts.tell(c, run, AT_ONCE, named))
        paid = len(asked.paid) + rest
        return Answered(paid=paid, failed=len(failed), returned=len(returned))

    told = await once(asked, answer, status=200)
    await tell(engine, Doors(temporal, our.task_queue_prefix), woken)
    return told


async def _shown(c: AsyncConnection, run: date, our: Settings) -> RunShown:
    policy, days = policy_of(our), banking_calendar()
    paydays, zone = policy.paydays, policy.timezone
    found = await payment_runs.found(c, run)
    at = datetime.now(UTC)
    now = await payment_runs.summary(c, run, at)
    if found is None and not now.count and run not in paydays.dates(run.year, run.month, days):
        raise Problem("not_found")
    several = now.passing_minor > policy.second_approval_above_minor
    return RunShown(
        payment_date=run,
        cut_off=paydays.cut_off(run, days, zone),
        approval_due=paydays.approval_due(run, days, zone),
        approved_at=found["approved_at"] if found else None,
        execute_on=found["execute_on"] if found else None,
        count=now.count,
        total=_sum(now.sum_minor),
        passing=now.passing,
        passing_total=_sum(now.passing_minor),
        people_needed=2 if several else 1,
        approvals=[_approval(row) for row in await payment_runs.approvals(c, run)],
        failing=[_due(one) for one in await payment_runs.failing(c, run, at, now)],
    )


def _due(one: Due) -> DueShown:
    withdrawal, refusal = one.withdrawal, one.refusal
    return DueShown(
        id=withdrawal.id,
        freelancer_id=withdrawal.freelancer,
        via=withdrawal.via,
        last_four=withdrawal.last_four,
        arrives=_sum(withdrawal.arrives_minor),
        missing=Lacking(code=refusal.code, detail=refusal.detail) if refusal else None,
    )


def _approval(row: RowMapping) -> Approval:
    total = _sum(row["seen_minor"])
    return Approval(by=row["person_id"], at=row["at"], count=row["seen_count"], total=total)


def _sum(amount_minor: int) -> Balance:
    return Balance(amount_minor=amount_minor, currency=CURRENCY)
