"""A case's clock: which rows of silence wait, when the next one is due, and how waits are moved."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from domain.calendar import Calendar
from domain.cases import Case, Job, JobState, Task, Timer
from domain.process import Process, Silence

C = TypeVar("C", bound=Case)

REMIND = "remind"
ESCALATE_TASK = "escalate_task"
RESUME = "resume_clock"
BACKGROUND = frozenset({REMIND, ESCALATE_TASK, RESUME})
"""Timers that are no row of a state."""


def start_waiting(process: Process, case: C, at: datetime, calendar: Calendar) -> C:
    """The case with the timers of its state, counted from `case.since`; none fires in a pause."""
    begin = max(at, case.paused_until or at)
    rows = [
        Timer(at=max(when, begin), row=row.key)
        for row in process.silences
        if row.state == case.state and (when := _due(row, case, calendar)) is not None
    ]
    reminders = _reminders(process, case, begin, rows)
    kept = [timer for timer in case.timers if timer.row in (ESCALATE_TASK, RESUME)]
    return case.model_copy(update={"timers": _in_order([*rows, *reminders, *kept])})


def extend(process: Process, case: C, row: Silence, at: datetime) -> C:
    """Notice was not proven: the row waits again, its reminders go out again, staff look at it."""
    policy = case.terms.policy
    again = Timer(at=at + policy.proof_extension, row=row.key)
    others = [timer for timer in case.timers if timer.row not in (row.key, REMIND)]
    reminders = _reminders(process, case.model_copy(update={"since": at}), at, [again])
    moved = case.model_copy(update={"timers": _in_order([again, *reminders, *others])})
    return open_task(moved, "notice_not_proven", at)


def open_task(case: C, kind: str, at: datetime) -> C:
    """The case with this staff task open, escalated daily until it is closed."""
    if any(task.kind == kind for task in case.tasks):
        return case
    escalation = Timer(at=at + case.terms.policy.escalation_period, row=ESCALATE_TASK)
    timers = [timer for timer in case.timers if timer.row != ESCALATE_TASK]
    return case.model_copy(
        update={
            "tasks": (*case.tasks, Task(kind=kind, since=at)),
            "timers": _in_order([*timers, escalation]),
        }
    )


def close_tasks(case: C) -> C:
    """The case without staff tasks and their escalation."""
    timers = tuple(timer for timer in case.timers if timer.row != ESCALATE_TASK)
    return case.model_copy(update={"tasks": (), "timers": timers})


def next_timer(case: Case, at: datetime) -> Timer | None:
    """The earliest timer whose time has come."""
    return case.timers[0] if case.timers and case.timers[0].at <= at else None


def without(case: C, timer: Timer) -> C:
    """The case after this timer has done its work."""
    left = list(case.timers)
    left.remove(timer)
    return case.model_copy(update={"timers": tuple(left)})


def with_timer(case: C, timer: Timer) -> C:
    """The case with one timer more."""
    return case.model_copy(update={"timers": _in_order([*case.timers, timer])})


def not_before(case: C, at: datetime) -> C:
    """The case with nothing overdue: what was late is due now."""
    timers = _in_order(Timer(at=max(timer.at, at), row=timer.row) for timer in case.timers)
    return case.model_copy(update={"timers": timers})


def shift(case: C, by: timedelta) -> C:
    """All due times of the case moved alike; a dispute moves its job's due date by itself."""
    timers = _in_order(Timer(at=timer.at + by, row=timer.row) for timer in case.timers)
    update: dict[str, object] = {"timers": timers, "since": case.since + by}
    if isinstance(case, Job):
        names = ["review_ends_at", "mediation_counts_from"]
        names += ["due_at"] if case.state is not JobState.REJECTION_OPEN else []
        update |= {name: at + by for name in names if (at := getattr(case, name))}
    return case.model_copy(update=update)


def wake_at(case: Case) -> datetime | None:
    """When the case's workflow must look again if nobody acts."""
    return case.timers[0].at if case.timers else None


def ending(process: Process, case: Case) -> tuple[Timer, Silence] | None:
    """The next automatic event: the row that ends the wait, else the next row that does not."""
    rows = [
        (timer, process.silence(timer.row, case.state))
        for timer in case.timers
        if timer.row not in BACKGROUND
    ]
    ends = [pair for pair in rows if pair[1].target is not None]
    found = ends or rows
    return found[0] if found else None


def _due(row: Silence, case: Case, calendar: Calendar) -> datetime | None:
    since, policy = row.since(case), case.terms.policy
    return None if since is None else calendar.after(since, row.period(policy), policy.timezone)


def _reminders(process: Process, case: Case, begin: datetime, rows: list[Timer]) -> list[Timer]:
    found = []
    for reminders in process.reminders:
        end = next((timer.at for timer in rows if timer.row == reminders.end), None)
        if reminders.state != case.state or end is None or not reminders.to(case):
            continue
        moments = reminders.at(case.since, end, case.terms.policy)
        found += [Timer(at=when, row=REMIND) for when in sorted({*moments}) if begin < when < end]
    return found


def _in_order(timers: Iterable[Timer]) -> tuple[Timer, ...]:
    return tuple(sorted(timers, key=lambda timer: timer.at))
