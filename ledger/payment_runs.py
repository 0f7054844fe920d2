"""Payment runs: all that is due on a date, checked at once, approved as it was seen, once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, RowMapping, Text, func, insert, literal_column, select, text
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar
from domain.cases import Withdrawal
from domain.errors import AlreadyOver, DomainError, NotOpen, NotYours, SeenIsStale
from domain.policy import CaseTerms, Policy
from ledger import payees, payment_checks
from ledger.cases import as_case
from ledger.payment_checks import Alike
from ledger.payment_tables import payment_approval, payment_run
from ledger.tables import cases

SHOWN_FAILING = 100
SOME_OF_IT = 1000
"""Withdrawals that are checked before all of them are."""
TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended(:run, 0))")
LET_NOBODY_APPROVE = text("select pg_advisory_xact_lock_shared(hashtextextended(:run, 0))")


@dataclass(frozen=True)
class Due:
    """A withdrawal of a run, and what its checks say now."""

    withdrawal: Withdrawal
    refusal: DomainError | None


@dataclass(frozen=True)
class Summary:
    """How many are due and their sum, and how many of them pass."""

    checked: Sequence[Alike]

    @property
    def count(self) -> int:
        return sum(one.number for one in self.checked)

    @property
    def sum_minor(self) -> int:
        return sum(one.sum_minor for one in self.checked)

    @property
    def passing(self) -> int:
        return sum(one.number for one in self._passing())

    @property
    def passing_minor(self) -> int:
        return sum(one.sum_minor for one in self._passing())

    def _passing(self) -> Iterator[Alike]:
        return (one for one in self.checked if one.refusal is None)


@dataclass(frozen=True)
class Seen:
    """What whoever approves had before them."""

    count: int
    sum_minor: int


async def summary(c: AsyncConnection, run: date, at: datetime, most: int | None = None) -> Summary:
    """What waits for this date, or so many of it, and whether its checks hold now."""
    return Summary(await payment_checks.alike(c, run, at, most))


async def failing(c: AsyncConnection, run: date, at: datetime, now: Summary) -> list[Due]:
    """Some of those that would be kept back."""
    ids = await payment_checks.failing(c, run, at, now.checked, SHOWN_FAILING)
    rows = await c.execute(select(cases).where(cases.c.id.in_(ids)).order_by(cases.c.id))
    return await _checked(c, rows.mappings().all(), at)


async def page(
    c: AsyncConnection, run: date, at: datetime, after: str | None, limit: int
) -> list[Due]:
    """Withdrawals that wait for this date, in the order of ids, after the one named."""
    return await _checked(c, await _rows(c, run, after or "", limit), at)


async def found(c: AsyncConnection, run: date) -> RowMapping | None:
    """The run, when it was approved."""
    query = select(payment_run).where(payment_run.c.payment_date == run)
    return (await c.execute(query)).mappings().one_or_none()


async def approved(c: AsyncConnection, withdrawal: Withdrawal, days: Calendar) -> frozenset[date]:
    """The runs of this date and later ones that were approved; none is while this step is taken.

    The date is the first that the withdrawal could be paid on; of later ones the cut-off is not
    over, so that nobody can approve them.
    """
    policy, at = withdrawal.terms.policy, withdrawal.opened_at
    first = policy.paydays.payment_date(at, days.of_banks, policy.timezone)
    await c.execute(LET_NOBODY_APPROVE, {"run": _turn(first)})
    query = select(payment_run.c.payment_date).where(payment_run.c.payment_date >= first)
    return frozenset(await c.scalars(query))


async def approvals(c: AsyncConnection, run: date) -> Sequence[RowMapping]:
    """Who has approved it, and what they saw."""
    query = select(payment_approval).where(payment_approval.c.payment_date == run)
    return (await c.execute(query.order_by(payment_approval.c.at))).mappings().all()


async def approve(
    c: AsyncConnection, run: date, by: str, seen: Seen, at: datetime, policy: Policy, days: Calendar
) -> bool:
    """Approve what was seen; whether that was enough for the run to go out."""
    await c.execute(TAKE_TURNS, {"run": _turn(run)})
    if await found(c, run) is not None:
        raise AlreadyOver("This payment run was approved before")
    if at < policy.paydays.cut_off(run, days, policy.timezone):
        raise NotOpen("Until the cut-off, withdrawals may still be added")
    if await _own(c, run, by):
        raise NotYours("Somebody else approves a run with your own withdrawal in it")
    _require_seen(Seen(*await payment_checks.lock(c, run)), seen)
    await _note(c, run, by, seen)
    limit = policy.second_approval_above_minor
    alone = len([one for one in await approvals(c, run) if _saw(one) == seen]) < 2
    # Of what a second person must approve, a part is more than one person may.
    if alone and (await summary(c, run, at, SOME_OF_IT)).passing_minor > limit:
        return False
    now = Summary(await payment_checks.held(c, run, at))
    _require_seen(Seen(now.count, now.sum_minor), seen)
    if alone and now.passing_minor > limit:
        return False
    await _write(c, run, by, now, at, policy)
    return True


async def _write(
    c: AsyncConnection, run: date, by: str, now: Summary, at: datetime, policy: Policy
) -> None:
    """It goes out as it was seen and checked, or not at all."""
    today = at.astimezone(ZoneInfo(policy.timezone)).date()
    row = {"payment_date": run, "approved_by": by, "execute_on": max(run, today)}
    await c.execute(insert(payment_run).values(row))
    written = await payment_checks.write(c, run, now.checked)
    assert written == now.count, f"{written} of {now.count} were written"


def _turn(run: date) -> str:
    return f"payment_run/{run.isoformat()}"


def _require_seen(now: Seen, seen: Seen) -> None:
    if not now.count:
        raise NotOpen("There is nothing to approve")
    if now != seen:
        facts = {"count": now.count, "sum_minor": now.sum_minor}
        raise SeenIsStale("The run is not what you saw: look again", **facts)


def _saw(row: RowMapping) -> Seen:
    return Seen(row["seen_count"], row["seen_minor"])


async def _note(c: AsyncConnection, run: date, by: str, seen: Seen) -> None:
    saw = {"seen_count": seen.count, "seen_minor": seen.sum_minor, "at": func.now()}
    query = insert_once(payment_approval).values(payment_date=run, person_id=by, **saw)
    columns = [payment_approval.c.payment_date, payment_approval.c.person_id]
    await c.execute(query.on_conflict_do_update(index_elements=columns, set_=saw))


async def _own(c: AsyncConnection, run: date, person_id: str) -> bool:
    own = select(cases.c.id).where(*_waits(run), cases.c.freelancer_id == person_id).limit(1)
    return await c.scalar(own) is not None


async def _rows(c: AsyncConnection, run: date, after: str, limit: int) -> Sequence[RowMapping]:
    query = select(cases).where(*_waits(run), cases.c.id > after)
    return (await c.execute(query.order_by(cases.c.id).limit(limit))).mappings().all()


async def _checked(c: AsyncConnection, rows: Sequence[RowMapping], at: datetime) -> list[Due]:
    """Each with what the law says of whoever is paid."""
    withdrawals = list(_withdrawals(rows))
    known = await payees.of(c, {one.freelancer for one in withdrawals})
    return [
        Due(one, known[one.freelancer].lack(at, one.terms.policy, one.method))
        for one in withdrawals
    ]


def _withdrawals(rows: Sequence[RowMapping]) -> Iterator[Withdrawal]:
    """The withdrawals of these rows; almost all live under the same terms, which are read once."""
    known: list[tuple[Any, CaseTerms]] = []
    for row in rows:
        terms = next((made for written, made in known if written == row["terms"]), None)
        if terms is None:
            terms = CaseTerms.model_validate(row["terms"])
            known.append((row["terms"], terms))
        yield cast(Withdrawal, as_case({**row, "terms": terms}))


def _waits(run: date) -> tuple[ColumnElement[bool], ...]:
    return (
        cases.c.kind == "withdrawal",
        cases.c.state == "requested",
        # Written out: with the name as a parameter its index could not be used.
        literal_column("(cases.data ->> 'payment_date')", Text) == run.isoformat(),
    )
