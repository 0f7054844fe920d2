"""A process is a table: steps people may take, and what silence does when its time has come."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.accounts import Entry
from domain.calendar import Period
from domain.cases import OVER, Case, Contract, Dispute, Job, Role
from domain.commands import Command
from domain.errors import AlreadyOver, ConditionMissing, NotOpen, NotYours
from domain.facts import Facts, Need
from domain.ids import UserId
from domain.policy import Policy


@dataclass(frozen=True)
class Scene:
    """Everything one step looks at."""

    at: datetime
    step_id: str
    actor: Role
    actor_id: UserId | None
    command: Command | None
    case: Case
    """The case whose table the step belongs to."""
    facts: Facts
    other: Case | None = None
    """What stands beside it: a dispute's job, or a job's open dispute."""

    @property
    def job(self) -> Job:
        """The job, in rows of its table or of its dispute's."""
        job = self.other if isinstance(self.case, Dispute) else self.case
        assert isinstance(job, Job), "this row stands in a job or its dispute"
        return job

    @property
    def dispute(self) -> Dispute | None:
        """The dispute, if there is one."""
        return next((one for one in (self.case, self.other) if isinstance(one, Dispute)), None)

    @property
    def contract(self) -> Contract:
        """The job or the dispute whose table this is."""
        assert isinstance(self.case, Contract), "this row stands in a job or its dispute"
        return self.case

    def opening(self, job: Job, command: Command) -> "Scene":
        """The same moment, as a job sees it that begins with this step."""
        return replace(self, case=job, other=None, command=command)

    @property
    def on_dispute(self) -> bool:
        """Whether the step is one of the dispute's table."""
        return isinstance(self.case, Dispute)

    @property
    def counts_from(self) -> datetime:
        """When a period that begins now starts to count: at once, or at the end of a pause."""
        first = self.job if self.on_dispute else self.case
        return max(self.at, first.paused_until or self.at)

    @property
    def quarrel(self) -> Dispute:
        """The open dispute, in rows that can't be without one."""
        assert self.dispute is not None, "this row stands in a dispute"
        return self.dispute


@dataclass(frozen=True)
class Change:
    """What a row does: new cases and the money; a case that is None stays as it is."""

    job: Job | None = None
    dispute: Dispute | None = None
    entries: tuple[Entry, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    job_since: datetime | None = None
    """When the job's new wait began, if not now."""
    lone: Case | None = None
    """A case that stands beside no other: a deposit, a withdrawal."""
    quiet: bool = False
    """Whether nobody needs to hear of it."""
    all_told: bool = False
    """Whether the crowd beside the case hears of it although its state stays."""
    instead: Mapping[UserId, str] = field(default_factory=dict)
    """What some people hear instead of the row's words."""
    restarts: bool = False
    """Whether the wait begins anew, where the row does not say so of all its steps."""
    why: str = ""
    """The reason that whoever is told of it reads."""
    touches: tuple["Touch", ...] = ()
    """What becomes of other people's jobs."""
    opens: tuple["Touch", ...] = ()
    """Jobs that begin with it, each from a draft."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """All it changes."""
        return tuple(one for one in (self.job, self.dispute, self.lone) if one is not None)


@dataclass(frozen=True)
class Touch:
    """What a step does to a job beside which its case does not stand."""

    scene: Scene
    change: Change
    event: str
    says: str


@dataclass(frozen=True)
class Condition:
    """Something that must hold besides the state; visible to the parties beforehand."""

    says: str
    holds: Callable[[Scene], bool]


@dataclass(frozen=True)
class Step:
    """A row of the table: in this state, this command by these people leads there."""

    source: StrEnum
    command: type[Command]
    by: frozenset[Role]
    targets: tuple[StrEnum, ...]
    does: Callable[[Scene], Change]
    event: str
    says: str
    money: str = ""
    when: tuple[Condition, ...] = ()
    needs: frozenset[Need] = frozenset()
    restarts: bool = False
    """Whether the wait begins anew although the state stays: what silence counts from moves."""
    inside: bool = False
    """Whether the house alone hears of it: its client sees that it was done, and no more."""
    from_version: int = 1
    until_version: int | None = None
    """The policy versions this row belongs to; None: it is still in force."""


@dataclass(frozen=True)
class Beside:
    """A row of the table that is no step: crowds write rows beside the case, under its lock."""

    sources: frozenset[StrEnum]
    name: str
    by: frozenset[Role]
    says: str


@dataclass(frozen=True)
class Silence:
    """A row of the table: what happens in this state if nobody acts."""

    key: str
    state: StrEnum
    period: Callable[[Policy], Period]
    target: StrEnum | None
    does: Callable[[Scene], Change]
    event: str
    says: str
    money: str = ""
    since: Callable[[Case], datetime | None] = lambda case: case.since
    """When the period begins; None while the row does not apply."""
    proof: Callable[[Case], frozenset[Role]] = lambda case: frozenset()
    """The parties whose silence this counts: notice to them must be proven."""
    needs: frozenset[Need] = frozenset()
    tells: frozenset[Role] | None = None
    """Who alone is told; None: everyone it concerns."""
    repeats: Callable[[Policy], timedelta] | None = None
    unless: tuple[Callable[[Scene], bool], "Silence"] | None = None
    """When it is another row, which has the same time and proof: what only the books can tell."""
    from_version: int = 1
    until_version: int | None = None
    """The policy versions this row belongs to; None: it is still in force."""

    def seen(self, scene: Scene) -> "Silence":
        """The row as it will be if things stay as the books know them."""
        return self.unless[1] if self.unless and self.unless[0](scene) else self


@dataclass(frozen=True)
class Reminders:
    """Whom a waiting state reminds, and when."""

    state: StrEnum
    to: Callable[[Case], frozenset[Role]]
    at: Callable[[datetime, datetime, Policy], Iterable[datetime]]
    """From the beginning and the end of the wait to the moments of the reminders."""
    says: str
    end: str
    """The silence row whose time is the end."""


@dataclass(frozen=True)
class Process:
    """One table, and whose turn it is in each of its states."""

    name: str
    steps: tuple[Step, ...]
    silences: tuple[Silence, ...]
    reminders: tuple[Reminders, ...]
    turn: Mapping[StrEnum, Role]
    asks: Mapping[StrEnum, str] = field(default_factory=dict)
    """What a case in this state asks of the outside, by the name of an activity.

    Its workflow asks when the state begins and whenever it is told, and commits the answer as a
    step. What is asked may be asked again at any time, and does what it does once.
    """
    asks_if: Callable[[Case], bool] = lambda case: True
    """Whether this case has the outside to ask."""
    refused: StrEnum | None = None
    """Where a case ends that could not begin: its first step was refused."""
    head: Role = Role.HEAD_OF_SUPPORT
    """Who is told of what was left undone."""
    beside: tuple[Beside, ...] = ()

    def under(self, version: int) -> "Process":
        """The table as it was under this version of the policy."""
        return replace(
            self,
            steps=tuple(row for row in self.steps if in_force(row, version)),
            silences=tuple(row for row in self.silences if in_force(row, version)),
        )

    def row(self, state: StrEnum, command: type[Command], role: Role) -> Step:
        """The row that allows this; raises what the law says when there is none."""
        if state in OVER:
            raise AlreadyOver(state=state)
        rows = [row for row in self.steps if row.source == state and row.command is command]
        if not rows:
            raise NotOpen(f"{command.name} is not open while {state}", state=state)
        for row in rows:
            if role in row.by:
                return row
        raise NotYours(f"{command.name} is for the {' or the '.join(sorted(rows[0].by))}")

    def require_beside(self, name: str, case: Case, at: datetime) -> None:
        """Raise NotOpen unless the crowd may do this now; the clock's end counts to the second."""
        row = next(one for one in self.beside if one.name == name)
        if case.state not in row.sources:
            raise NotOpen(f"{name} is not open while {case.state}", state=case.state.value)
        ends = next((timer.at for timer in case.timers if self._is_end(timer.row, case)), None)
        if ends is not None and ends <= at:
            raise NotOpen(f"this ended at {ends:%Y-%m-%d %H:%M:%S} UTC", ended_at=ends.isoformat())

    def _is_end(self, key: str, case: Case) -> bool:
        rows = (row for row in self.silences if row.key == key and row.state == case.state)
        return any(row.target is not None for row in rows)

    def silence(self, key: str, state: StrEnum) -> Silence:
        """The row of silence with this key."""
        return next(row for row in self.silences if row.key == key and row.state == state)

    def actions(self, state: StrEnum, role: Role, scene: Scene) -> list[Step]:
        """The rows open to this role now."""
        return [
            row
            for row in self.steps
            if row.source == state and role in row.by and unmet(row, scene) is None
        ]


def in_force(row: Step | Silence, version: int) -> bool:
    """Whether the row belongs to this version of the policy."""
    return row.from_version <= version and (
        row.until_version is None or version <= row.until_version
    )


def unmet(row: Step, scene: Scene) -> Condition | None:
    """The first condition of the row that does not hold."""
    return next((condition for condition in row.when if not condition.holds(scene)), None)


def require(row: Step, scene: Scene) -> None:
    """Raise ConditionMissing unless every condition of the row holds."""
    if (missing := unmet(row, scene)) is not None:
        raise ConditionMissing(missing.says)


def step(
    sources: StrEnum | Iterable[StrEnum],
    command: type[Command],
    by: set[Role],
    targets: StrEnum | tuple[StrEnum, ...],
    does: Callable[[Scene], Change],
    event: str,
    says: str,
    **more: Any,
) -> tuple[Step, ...]:
    """One row per source state."""
    states = [sources] if isinstance(sources, StrEnum) else list(sources)
    aims = targets if isinstance(targets, tuple) else (targets,)
    needs = frozenset(more.pop("needs", ()))
    return tuple(
        Step(state, command, frozenset(by), aims, does, event, says, needs=needs, **more)
        for state in states
    )
