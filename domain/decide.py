"""One step of a case: what a person's command, or silence, makes of it; pure and repeatable."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from domain import awaiting, clock, pausing, shortfalls
from domain.accounts import Entry
from domain.cases import (
    OVER,
    Case,
    ChargebackState,
    Contract,
    Dispute,
    DisputeState,
    Job,
    Role,
    Timer,
    Withdrawal,
)
from domain.errors import DomainError, NotYours
from domain.facts import Need
from domain.ids import UserId
from domain.process import Change, Scene, Silence, Step, Touch, require
from domain.tables import PROCESSES as PROCESSES
from domain.tables import party as party
from domain.tables import process_of as process_of
from domain.tables import turn as turn

C = TypeVar("C", bound=Case)

INSIDE = frozenset(
    row.event for process in PROCESSES.values() for row in process.steps if row.inside
)
"""Events of which only the house learns what they say."""
NOBODY = frozenset({Role.CLOCK, Role.PROCESSOR})
"""Who acts without being a person."""
HOUSE = frozenset({Role.STAFF, Role.ACCOUNTING})
"""Who acts for the platform, and never in a case of their own."""

MEDIATED = frozenset({DisputeState.APPOINTING, DisputeState.IN_MEDIATION, DisputeState.PROPOSED})

ASKED_TO_MEDIATE = ("appointment_offered", "You are asked to mediate: please accept or decline")


@dataclass(frozen=True)
class Notice:
    """Somebody is told; a reminder also says which wait it proves notice of."""

    to: UserId | Role
    kind: str
    says: str
    proves: str | None = None
    of_many: str | None = None
    """What it is about, when it comes from many cases at once and is told for them once an hour."""
    to_crowd: bool = False
    """Whether so many hear it that their case tells it once an hour, however often it happens."""


@dataclass(frozen=True)
class Decision:
    """What one step writes; a case that is None stays as it is."""

    event: str
    says: str
    job: Job | None = None
    dispute: Dispute | None = None
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    lone: Case | None = None
    touched: tuple["Decision", ...] = ()
    """What became of other people's jobs."""
    opened: tuple["Decision", ...] = ()
    """The jobs that begin with it."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """All it changes."""
        return tuple(one for one in (self.job, self.dispute, self.lone) if one is not None)


def by_person(scene: Scene) -> Decision:
    """What a person's command does; raises DomainError when the law refuses it."""
    row = row_for(scene)
    require(row, scene)
    change = row.does(scene)
    told = _everyone(scene, change, row.event, row.says) if row.inside else ()
    only = tuple(one for one in told if one.to in HOUSE) if row.inside else None
    restarts = row.restarts or change.restarts
    return _decision(scene, change, row.event, row.says, restarts=restarts, only=only)


def row_for(scene: Scene) -> Step:
    """The row of a person's command; raises DomainError when there is none."""
    assert scene.command is not None, "a person decides by a command"
    row = process_of(scene.case).row(scene.case.state, type(scene.command), scene.actor)
    _require_identity(scene)
    return row


def not_begun(scene: Scene) -> Decision | None:
    """A case whose first step is refused is over with it; None: this was no first step."""
    if (over := _refused(scene)) is None:
        return None
    return _decision(scene, _changed(scene, over), "not_begun", "It could not begin", only=())


def _refused(scene: Scene) -> Case | None:
    """The case as it is over when this, its first step, is refused."""
    case, process = scene.case, process_of(scene.case)
    first = any(
        row.source == case.state and isinstance(scene.command, row.command) for row in process.steps
    )
    if case.version or not first or process.refused is None:
        return None
    return case.model_copy(update={"state": process.refused})


def not_taken(scene: Scene, refusal: DomainError) -> Decision:
    """What the outside said does not fit the case: nothing of it is done, and staff look at it.

    A case that would have begun with it is over: what happened outside is a difference to the book.
    """
    over, facts = _refused(scene), {"code": refusal.code, **refusal.facts}
    case = over or clock.open_task(scene.case, "answer_refused", scene.at)
    event = "not_begun" if over else "answer_refused"
    says = "What the processor said does not fit: staff look at it"
    if over is not None:
        says = "What the processor said cannot be booked: see the differences with its books"
    told = [Notice(role, "answer_refused", says) for role in (Role.STAFF, Role.ACCOUNTING)]
    told = told if over else told[:1]
    return _decision(
        scene, replace(_changed(scene, case), facts=facts), event, says, only=tuple(told)
    )


def clock_row(case: Case, at: datetime) -> str | None:
    """The name of what the clock would do now, if anything."""
    timer = clock.next_timer(case, at)
    if timer is not None:
        return timer.row
    return awaiting.row_of(case)


def clock_needs(case: Case, row: str) -> tuple[frozenset[Need], frozenset[Role]]:
    """What the clock's row must know, and whose proof of notice."""
    if row in awaiting.NEEDS:
        return awaiting.NEEDS[row], frozenset()
    if row in clock.BACKGROUND:
        # What the case waits for may have come with the reminder's moment, and goes first.
        comes = awaiting.NEEDS.get(awaiting.row_of(case) or "", frozenset())
        return comes | _foreseen(case), frozenset()
    silence = process_of(case).silence(row, case.state)
    return silence.needs, silence.proof(case)


def _foreseen(case: Case) -> frozenset[Need]:
    """What must be known to say how the wait will end."""
    end = clock.ending(process_of(case), case)
    return frozenset({Need.SHARERS} if end is not None and end[1].unless else ())


def by_clock(scene: Scene) -> Decision | None:
    """What silence does now; None when nothing is due."""
    timer = clock.next_timer(scene.case, scene.at)
    came = _if_money_came(scene)
    if timer is None or came is not None:
        return came
    rest = replace(scene, case=clock.without(scene.case, timer))
    if timer.row == clock.REMIND:
        return _remind(rest)
    if timer.row == clock.ESCALATE_TASK:
        return _escalate_task(rest)
    if timer.row == clock.RESUME:
        return _decision(rest, pausing.resume(scene), "clock_resumed", "The clock goes on")
    if isinstance(scene.case, Contract) and scene.job.short:
        return _decision(scene, shortfalls.stand_still(scene), *shortfalls.FROZEN)
    return _fall_silent(rest, process_of(scene.case).silence(timer.row, scene.case.state))


def _fall_silent(scene: Scene, row: Silence) -> Decision:
    silent = {party(scene.case, role) for role in row.proof(scene.case)}
    if silent - scene.facts.proven:
        extended = clock.extend(process_of(scene.case), scene.case, row, scene.at)
        says = "The deadline was extended, because notice of it could not be proven"
        told = (_to_head(scene, says),) if not scene.case.tasks else ()
        change = _changed(scene, extended)
        return _decision(scene, change, "deadline_extended", says, also=told)
    row = row.seen(scene)
    change = row.does(scene)
    if row.repeats is not None:
        again = Timer(at=scene.at + row.repeats(scene.case.terms.policy), row=row.key)
        change = _changed(scene, clock.with_timer(scene.case, again))
        return _decision(scene, change, row.event, row.says, only=(_to_head(scene, row.says),))
    says = row.says[0].upper() + row.says[1:]
    to = row.tells
    alone = None if to is None else tuple(Notice(role, row.event, says) for role in sorted(to))
    restarts = row.target is not None
    return _decision(scene, change, row.event, says, restarts=restarts, only=alone)


def _remind(scene: Scene) -> Decision:
    case = scene.case
    process = process_of(case)
    row = next(r for r in process.reminders if r.state == case.state and r.to(case))
    ending = clock.ending(process, case)
    assert ending is not None, "a state that reminds has an end"
    timer, silence = ending
    if timer.at <= scene.at or (case.timers and _is_due_reminder(case.timers[0], scene.at)):
        # It comes too late to warn of anything, or a later one says the same at this moment.
        return _decision(scene, _changed(scene, case), "reminder_missed", row.says, only=())
    ends = silence.seen(scene).says
    says = f"{row.says}: at {timer.at:%Y-%m-%d %H:%M} UTC {ends}"
    people = [person for role in sorted(row.to(case)) if (person := party(case, role))]
    told = tuple(Notice(person, "reminder", says, proves=case.wait) for person in people)
    return _decision(scene, _changed(scene, case), "reminded", says, only=told)


def _is_due_reminder(timer: Timer, at: datetime) -> bool:
    return timer.row == clock.REMIND and timer.at <= at


def _escalate_task(scene: Scene) -> Decision:
    period = scene.case.terms.policy.escalation_period
    again = clock.with_timer(scene.case, Timer(at=scene.at + period, row=clock.ESCALATE_TASK))
    says = "A staff task on this case is still open"
    change = _changed(scene, again)
    return _decision(scene, change, "task_escalated", says, only=(_to_head(scene, says),))


def _if_money_came(scene: Scene) -> Decision | None:
    """What the case waits for money to do, once it is there."""
    command = awaiting.command_of(scene)
    if command is None:
        return None
    try:
        return by_person(replace(scene, command=command))
    except DomainError:
        return None


def _require_identity(scene: Scene) -> None:
    if scene.actor in NOBODY:
        return
    cases = (scene.case, scene.other) if scene.actor in HOUSE else (scene.case,)
    theirs = [
        role for case in cases if case for role in Role if party(case, role) == scene.actor_id
    ]
    if scene.actor in HOUSE and theirs:
        raise NotYours("staff do not decide in their own case")
    if scene.actor not in HOUSE and scene.actor not in theirs:
        raise NotYours


def _decision(
    scene: Scene,
    change: Change,
    event: str,
    says: str,
    *,
    restarts: bool = False,
    also: tuple[Notice, ...] = (),
    only: tuple[Notice, ...] | None = None,
) -> Decision:
    now, anew = scene.counts_from, scene.case if restarts else None
    job = change.job and _settled(scene, scene.job, change.job, change.job_since or now, anew)
    dispute = change.dispute and _settled(scene, scene.dispute, change.dispute, now, anew)
    lone = change.lone and _settled(scene, scene.case, change.lone, now, anew)
    only = () if change.quiet else only
    says = f"{says}: {change.why}" if change.why else says
    notices = only if only is not None else (*_everyone(scene, change, event, says), *also)
    touched, opened = _theirs(change.touches), _theirs(change.opens)
    return Decision(
        event, says, job, dispute, change.entries, notices, change.facts, lone, touched, opened
    )


def _theirs(touches: tuple[Touch, ...]) -> tuple[Decision, ...]:
    return tuple(_decision(one.scene, one.change, one.event, one.says) for one in touches)


def _settled(scene: Scene, before: Case | None, after: C, since: datetime, anew: Case | None) -> C:
    """The changed case with its version, and the clock of its state; `anew` waits anew anyway."""
    version = after.version + 1
    case = after.model_copy(update={"version": version, "last_event_at": scene.at})
    moved = before is None or before.state != after.state
    if not moved and (anew is None or anew is not before):
        return case
    begun = clock.close_tasks(case).model_copy(update={"since": since, "waits_since": version})
    if moved and isinstance(begun, Contract):
        begun = begun.model_copy(update={"offers": ()})
    if begun.state in OVER:
        return begun.model_copy(update={"timers": (), "paused_until": None})
    return clock.start_waiting(process_of(begun), begun, scene.at, scene.facts.calendar)


def _everyone(scene: Scene, change: Change, event: str, says: str) -> tuple[Notice, ...]:
    """Everyone the step concerns, but whoever took it, and once each."""
    told = [one for one in dict.fromkeys(_concerned(scene, change)) if one != scene.actor_id]
    asked = _newly_asked(scene, change)
    notices = (
        Notice(person, event, says, of_many=_run(scene.case) if person in HOUSE else None)
        if person != asked
        else Notice(person, *ASKED_TO_MEDIATE)
        for person in told
    )
    return (*notices, *_crowd(scene, change, event, says, told))


def _crowd(
    scene: Scene, change: Change, event: str, says: str, parties: Collection[UserId | Role]
) -> Iterator[Notice]:
    """Those beside the case, when its state changes or the step concerns them all anyway."""
    moved = change.lone is not None and change.lone.state != scene.case.state
    if not moved and not change.all_told:
        return
    # Whom the step opens a job for hears of it there.
    elsewhere = {party(one.scene.case, Role.FREELANCER) for one in change.opens}
    for person in scene.facts.crowd:
        if person in change.instead:
            yield Notice(person, event, change.instead[person])
        elif person not in elsewhere and person not in parties and person != scene.actor_id:
            yield Notice(person, event, says, to_crowd=not moved)


def _concerned(scene: Scene, change: Change) -> list[UserId | Role]:
    """The parties, whoever mediates, and staff when it is their turn."""
    if not isinstance(scene.case, Contract):
        after = change.lone or scene.case
        whose, tasks = turn(after), after.tasks
        # Withdrawals are accounting's by the run: they hear of the one that is a task.
        by_the_run = isinstance(after, Withdrawal) and not tasks
        called = [whose] if whose in HOUSE and not by_the_run else []
        new = len(tasks) > len(scene.case.tasks) and whose is not Role.ACCOUNTING
        called += [Role.STAFF] if new else []
        called += [Role.ACCOUNTING] if after.state is ChargebackState.OPENED else []
        return [*after.parties.values(), *called]
    dispute = change.dispute or scene.dispute
    people: list[UserId | Role] = [scene.job.client, scene.job.freelancer]
    people += [
        case.mediator
        for case in (scene.dispute, change.dispute)
        if case is not None and case.mediator and case.state in MEDIATED
    ]
    if dispute is not None and dispute.state in (DisputeState.STAFF_REVIEW, DisputeState.RULED):
        people.append(Role.STAFF)
    return people


def _newly_asked(scene: Scene, change: Change) -> UserId | None:
    """The mediator this step asks, if it asks one."""
    if change.dispute is None or change.dispute.state is not DisputeState.APPOINTING:
        return None
    before = scene.dispute.asked if scene.dispute is not None else ()
    return change.dispute.mediator if change.dispute.asked != before else None


def _to_head(scene: Scene, says: str) -> Notice:
    """A payment run is many cases, of which the head hears as one."""
    words = says[0].upper() + says[1:]
    return Notice(process_of(scene.case).head, "escalation", words, of_many=_run(scene.case))


def _run(case: Case) -> str | None:
    date = case.payment_date if isinstance(case, Withdrawal) else None
    return f"Payment run of {date.isoformat()}" if date else None


def _changed(scene: Scene, case: Case) -> Change:
    if isinstance(case, Dispute):
        return Change(dispute=case)
    return Change(job=case) if isinstance(case, Job) else Change(lone=case)
