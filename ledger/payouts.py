"""What accounting decided for whole payment runs, withdrawal by withdrawal, and answered for it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    and_,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.bank_details import Via
from domain.cases import Case, Withdrawal, WithdrawalState
from domain.commands import Command, PayoutFailed, PayoutPaid, PayoutReturned, SendWithdrawal
from domain.errors import NotYours, UnknownReference
from domain.outcome import TOLD
from ledger.payment_tables import payment_run, payout, payout_method
from ledger.tables import cases

S = WithdrawalState
TELL = text("""
    with written as (
        insert into tell (workflow_id, signal)
        select 'withdrawal/' || withdrawal_id, :signal
          from payout
         where payment_date = :date
           and (:all or withdrawal_id = any(:ids) or answered_at = now())
         order by withdrawal_id
        returning id, workflow_id
    )
    select id, workflow_id from written order by id limit :at_once
""")

ASK = text("""
    insert into tell (workflow_id, signal)
    select 'withdrawal/' || id, :signal
      from cases, lateral (select hashtext(id) + 2147483648.0 as own) as second
     where kind = 'withdrawal' and not over and state in ('sent', 'paid')
       and data ->> 'via' = 'stripe'
       and floor((extract(epoch from cast(:until as timestamptz)) + own) / :pause_s)
           > floor((extract(epoch from cast(:since as timestamptz)) + own) / :pause_s)
""")
"""Each has its own second within the pause, so that a run is not asked about all at once."""


@dataclass(frozen=True)
class Decided:
    """What is decided on one withdrawal, and by whom."""

    command: Command
    by: str


async def decided(c: AsyncConnection, case: Case) -> Decided | None:
    """What the payment run says that this case, which is locked, does not know yet."""
    if not isinstance(case, Withdrawal) or case.state not in (S.REQUESTED, S.SENT, S.PAID):
        return None
    query = (
        select(payout, payment_run.c.approved_by)
        .join(payment_run, payment_run.c.payment_date == payout.c.payment_date)
        .where(payout.c.withdrawal_id == case.id)
    )
    row = (await c.execute(query)).mappings().one_or_none()
    return None if row is None else _decided(case.state, row)


def _decided(state: WithdrawalState, row: RowMapping) -> Decided | None:
    if state is S.REQUESTED:
        return Decided(SendWithdrawal(refusal=row["refusal"] or ""), row["approved_by"])
    if state is S.SENT and row["outcome"] == "paid":
        return Decided(PayoutPaid(), row["answered_by"])
    if state is S.SENT and row["outcome"] == "failed":
        return Decided(PayoutFailed(reason=row["reason"]), row["answered_by"])
    if state is S.PAID and row["returned_at"] is not None:
        return Decided(PayoutReturned(reason=row["returned_reason"]), row["returned_by"])
    return None


async def answer(
    c: AsyncConnection,
    run: date,
    by: str,
    *,
    paid: Sequence[str],
    failed: Mapping[str, str],
    returned: Mapping[str, str],
) -> None:
    """What the bank did with these; said again, it changes nothing. Raises for what it can't be."""
    bank = and_(*_to_the_bank(run))
    await _require_others(c, by, [*failed, *returned], bank)
    await _require_others(c, by, paid, bank | _hangs_at_the_processor(run))
    now = {"answered_by": by, "answered_at": func.now()}
    await _answer(c, run, dict.fromkeys(paid, ""), S.SENT, {"outcome": "paid", **now})
    await _answer(c, run, failed, S.SENT, {"outcome": "failed", **now}, "reason")
    back = {"returned_by": by, "returned_at": func.now()}
    await _answer(c, run, returned, S.PAID, back, "returned_reason")


async def answer_the_rest(c: AsyncConnection, run: date, by: str) -> int:
    """The bank paid all that it has not answered for yet; how many those are."""
    sent = select(cases.c.id).where(cases.c.state == S.SENT.value)
    waits = (*_to_the_bank(run), payout.c.outcome.is_(None), payout.c.withdrawal_id.in_(sent))
    own = select(payout.c.withdrawal_id).where(*waits, payout.c.person_id == by).limit(1)
    if await c.scalar(own) is not None:
        raise _own()
    values = {"outcome": "paid", "answered_by": by, "answered_at": func.now()}
    return (await c.execute(update(payout).where(*waits).values(values))).rowcount


async def tell(
    c: AsyncConnection, run: date, at_once: int, which: Sequence[str] | None = None
) -> list[Row[int, str]]:
    """Have the workflows of a run told, in one statement; the first of them, to be told at once.

    All of them, or those named and those that were answered for in this transaction.
    """
    named = {"all": which is None, "ids": list(which or ())}
    rows = await c.execute(TELL, {"date": run, "signal": TOLD, "at_once": at_once, **named})
    return list(rows)


async def ask(c: AsyncConnection, since: datetime, until: datetime, pause: timedelta) -> None:
    """Have what the processor pays asked about, each when its turn in the pause has come."""
    turn = {"since": since, "until": until, "pause_s": pause.total_seconds()}
    await c.execute(ASK, {"signal": TOLD, **turn})


async def for_the_bank(
    c: AsyncConnection, run: date, batch: int
) -> AsyncIterator[Sequence[RowMapping]]:
    """What the bank is asked to pay, with where it goes, in the order of ids, by one statement."""
    query = (
        select(
            payout.c.withdrawal_id,
            payout.c.amount_minor,
            payout_method.c.id,
            payout_method.c.payload,
            payout_method.c.key_id,
        )
        .join(payout_method, payout_method.c.id == payout.c.method_id)
        .where(*_to_the_bank(run))
        .order_by(payout.c.withdrawal_id)
    )
    rows = await c.stream(query, execution_options={"yield_per": batch})
    async for some in rows.mappings().partitions():
        yield some


async def bank_totals(c: AsyncConnection, run: date) -> tuple[int, int]:
    """How many payments the bank is asked for, and their sum in minor units."""
    whole = func.coalesce(func.sum(payout.c.amount_minor), 0)
    count, total = (await c.execute(select(func.count(), whole).where(*_to_the_bank(run)))).one()
    return count, int(total)


def _to_the_bank(run: date) -> tuple[ColumnElement[bool], ...]:
    return (
        payout.c.payment_date == run,
        payout.c.via != Via.STRIPE.value,
        payout.c.refusal.is_(None),
    )


def _hangs_at_the_processor(run: date) -> ColumnElement[bool]:
    """Its sum was moved there, and what became of it is a task of accounting.

    That it was not paid they cannot say: taken back at the processor, it fails by itself.
    """
    sent = select(cases.c.id).where(
        cases.c.state == S.SENT.value,
        cases.c.data.has_key("transfer"),
        cases.c.data.has_key("tasks"),
    )
    ours = (payout.c.payment_date == run, payout.c.via == Via.STRIPE.value)
    return and_(*ours, or_(payout.c.outcome.is_not(None), payout.c.withdrawal_id.in_(sent)))


async def _require_others(
    c: AsyncConnection, by: str, ids: Sequence[str], where: ColumnElement[bool]
) -> None:
    """All of them are such as may be answered for, and none is one's own."""
    query = select(payout.c.withdrawal_id, payout.c.person_id)
    rows = (await c.execute(query.where(where, _named(ids)))).all()
    if unknown := set(ids) - {row.withdrawal_id for row in rows}:
        raise UnknownReference("this run has no such payment at the bank", id=min(unknown))
    if any(row.person_id == by for row in rows):
        raise _own()


async def _answer(
    c: AsyncConnection,
    run: date,
    answers: Mapping[str, str],
    state: WithdrawalState,
    values: Mapping[str, Any],
    reason: str | None = None,
) -> None:
    """Write it for those that stand so; one that has this answer already is left alone."""
    for case_id, why in answers.items():
        said = {**values, **({reason: why} if reason else {})}
        known = {name: said[name] for name in said if name in ("outcome", "reason")}
        known |= {name: said[name] for name in said if name == "returned_reason"}
        row = (await c.execute(_line(case_id))).mappings().one()
        if all(row[name] == value for name, value in known.items()):
            continue
        if row["state"] != state.value or any(row[name] is not None for name in known):
            raise UnknownReference(f"this is {row['state']} and has no such answer", id=case_id)
        await c.execute(update(payout).where(payout.c.withdrawal_id == case_id).values(said))


def _line(case_id: str) -> Any:
    query = select(payout, cases.c.state).join(cases, cases.c.id == payout.c.withdrawal_id)
    return query.where(payout.c.withdrawal_id == case_id).with_for_update(of=payout, key_share=True)


def _named(ids: Sequence[str]) -> ColumnElement[bool]:
    return payout.c.withdrawal_id.in_(ids)


def _own() -> NotYours:
    return NotYours("Somebody else answers for your own withdrawal")
