"""Cases as rows: locked in order, read as the law knows them, written with their new version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Text, all_, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import OVER, Case, Dispute, DisputeState, Job, JobState, Role
from domain.clock import wake_at
from domain.decide import PROCESSES, party, process_of, turn
from domain.outlook import due_at
from ledger.tables import brief, cases

C = TypeVar("C", bound=Case)
KINDS = {process.name: kind for kind, process in PROCESSES.items()}
"""What each kind of case is in the law."""
IN_COLUMNS = {
    "id", "state", "version", "terms", "client", "freelancer", "opened_at", "last_event_at",
    "job", "mediator",
}  # fmt: skip
"""Fields that have a column of their own; the others are in `data`."""

OVERDUE_AFTER = timedelta(seconds=10)
"""How long after its moment a case's clock may act; later, something is wrong."""

LOCK = text("select job, dispute, title from lock_cases(:id)").columns(job=JSONB, dispute=JSONB)
TAKE_STEP = text("select instruction, job, dispute, title from take_step(:wanted)").columns(
    instruction=JSONB, job=JSONB, dispute=JSONB
)

# Only what starts by itself when funded has a claim on money that comes.
WAITING_LONGER = text(
    "select id, cast(terms->>'price_minor' as bigint) as price_minor from cases"
    " where client_id = :client and kind in ('job', 'contest') and state = 'awaiting_funds'"
    " and id <> :id"
    " and cast(terms->>'start_when_funded' as boolean)"
    " and (cast(data->>'since' as timestamptz), id) < (:since, :id)"
    " order by cast(data->>'since' as timestamptz), id"
)


@dataclass(frozen=True)
class Pair:
    """A case, and on a job the dispute a step is about: the one named, else the open one."""

    first: Case
    dispute: Dispute | None = None

    @property
    def job(self) -> Job:
        """The job, where there is one."""
        return self.of(Job)

    def of(self, kind: type[C]) -> C:
        """The case, whose id says that it is of this kind."""
        assert isinstance(self.first, kind), f"{self.first.id} is no {kind.__name__}"
        return self.first

    @property
    def ids(self) -> list[str]:
        return [self.first.id, *([self.dispute.id] if self.dispute else [])]

    def case(self, case_id: str) -> Case:
        """The one of the two that has this id."""
        if self.dispute is not None and self.dispute.id == case_id:
            return self.dispute
        assert self.first.id == case_id, f"{case_id} is neither of {self.ids}"
        return self.first

    def beside(self, case: Case) -> Case | None:
        """The other of the two."""
        return self.first if case is self.dispute else self.dispute

    def after(self, changed: Iterable[Case]) -> "Pair":
        """The two when these have changed."""
        by_kind = {isinstance(one, Dispute): one for one in changed}
        dispute = by_kind.get(True, self.dispute)
        assert dispute is None or isinstance(dispute, Dispute)
        return Pair(by_kind.get(False, self.first), dispute)


class NoSuchCase(LookupError):
    """No case has this id."""


@dataclass(frozen=True)
class Found:
    """What a step found: the locked cases, what the job is called, and whose decision it is."""

    pair: Pair
    title: str
    instruction: Mapping[str, Any] | None = None


async def asked(c: AsyncConnection, instruction_id: str) -> Found:
    """Lock the cases of an instruction; its own row is read behind the lock."""
    row = (await c.execute(TAKE_STEP, {"wanted": instruction_id})).mappings().one_or_none()
    assert row is not None, f"{instruction_id} is not in the books"
    return _found(row, row["instruction"])


async def lock(c: AsyncConnection, case_id: str) -> Found:
    """The job first, then the dispute; both stay locked until the transaction ends."""
    row = (await c.execute(LOCK, {"id": case_id})).mappings().one_or_none()
    if row is None:
        raise NoSuchCase(case_id)
    return _found(row)


def _found(row: RowMapping, instruction: Mapping[str, Any] | None = None) -> Found:
    dispute = as_dispute(row["dispute"]) if row["dispute"] else None
    return Found(Pair(as_case(row["job"]), dispute), row["title"] or "", instruction)


async def read(c: AsyncConnection, case_id: str) -> Pair | None:
    """The same two without a lock; None when there is no such case."""
    row = await _row(c, cases.c.id == case_id)
    if row is None:
        return None
    if row["kind"] == "dispute":
        parent = await _row(c, cases.c.id == row["parent_id"])
        assert parent is not None, "a dispute has a job"
        return Pair(as_job(parent), as_dispute(row))
    case = as_case(row)
    if case.state is not JobState.REJECTION_OPEN:
        return Pair(case)
    of_job = (cases.c.parent_id == case_id) & (cases.c.kind == "dispute")
    dispute = await _row(c, of_job & ~cases.c.over)
    return Pair(case, as_dispute(dispute) if dispute else None)


async def waiting_longer(
    c: AsyncConnection, case_id: str, client: str, since: datetime
) -> dict[str, int]:
    """Prices (minor units) of what of the client's waits for money longer, the longest first."""
    rows = await c.execute(WAITING_LONGER, {"client": client, "id": case_id, "since": since})
    return {row.id: row.price_minor for row in rows}


@dataclass(frozen=True)
class Changes:
    """The rows of cases that a step opens, and those it changes, with the version each had."""

    opened: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    followed: frozenset[str]
    """Whose row changed only because the other case's did."""


def changes(before: Pair, after: Pair) -> Changes:
    """What of the two is to be written.

    A job in a dispute shows the dispute's turn and due time, so its row follows the dispute's.
    """
    opened, changed = [], []
    if after.dispute is not None and after.dispute is not before.dispute:
        if before.dispute is None:
            opened.append(_row_of(after.dispute, after))
        else:
            changed.append(_change(before.dispute, after.dispute, after))
    first, was = after.first, before.first
    followed = first is was and _shown(first, after) != _shown(was, before)
    if followed or first is not was:
        changed.append(_change(was, first, after))
    return Changes(opened, changed, frozenset({first.id} if followed else ()))


async def overdue(c: AsyncConnection, limit: int, *, but: Sequence[str] = ()) -> list[str]:
    """Open cases whose clock should have acted by now, the longest overdue first, but not these."""
    query = (
        select(cases.c.id)
        .where(~cases.c.over, cases.c.wake_at < func.now() - OVERDUE_AFTER)
        .where(cases.c.id != all_(literal(but, ARRAY(Text))))
        .order_by(cases.c.wake_at)
        .limit(limit)
    )
    return list(await c.scalars(query))


async def open_after(c: AsyncConnection, case_id: str, limit: int) -> dict[str, str]:
    """The workflows of open cases by their id, in the order of ids, from after this one."""
    query = (
        select(cases.c.id, cases.c.kind)
        .where(~cases.c.over, cases.c.version > 0, cases.c.id > case_id)
        .order_by(cases.c.id)
        .limit(limit)
    )
    return {row.id: f"{row.kind}/{row.id}" for row in await c.execute(query)}


def new_row(case: Case) -> dict[str, Any]:
    """The row of a case that begins with a step, and stands alone."""
    return _row_of(case, Pair(case))


async def draft(c: AsyncConnection, case: Case) -> None:
    """A new case, which nobody but whoever begins it sees until its first step."""
    row = new_row(case)
    await c.execute(insert(cases).values(row | {"owner": turn(case), "due_at": case.opened_at}))


async def describe(
    c: AsyncConnection, job_id: str, title: str, body: str, confidentiality: str | None = None
) -> None:
    """What a new job is about, and what its client asks besides the agreement in force."""
    row = {"case_id": job_id, "title": title, "body": body}
    await c.execute(insert(brief).values(**row, confidentiality=confidentiality))


def as_case(row: RowMapping | Mapping[str, Any]) -> Case:
    """The case of a row that is no dispute's."""
    return KINDS[row["kind"]].model_validate({**_common(row), "state": row["state"]})


def as_job(row: RowMapping | Mapping[str, Any]) -> Job:
    """The job of a row."""
    return Job.model_validate({**_common(row), "state": row["state"]})


def as_dispute(row: RowMapping | Mapping[str, Any]) -> Dispute:
    """The dispute of a row."""
    own = {"state": row["state"], "job": row["parent_id"], "mediator": row["mediator_id"]}
    return Dispute.model_validate({**_common(row), **own})


def _common(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "version", "terms", "opened_at", "last_event_at")
    parties = {role: row[f"{role}_id"] for role in ("client", "freelancer")}
    there = {role: person for role, person in parties.items() if person is not None}
    return {**row["data"], **there, **{name: row[name] for name in names}}


async def _row(c: AsyncConnection, condition: Any) -> RowMapping | None:
    return (await c.execute(select(cases).where(condition))).mappings().one_or_none()


def _change(before: Case, after: Case, pair: Pair) -> dict[str, Any]:
    return {"id": after.id, "was": before.version, **_changing(after, pair)}


def _row_of(case: Case, pair: Pair) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": process_of(case).name,
        "parent_id": case.job if isinstance(case, Dispute) else None,
        "client_id": party(case, Role.CLIENT),
        "freelancer_id": party(case, Role.FREELANCER),
        "terms": case.terms.model_dump(mode="json"),
        "opened_at": case.opened_at,
        **_changing(case, pair),
    }


def _changing(case: Case, pair: Pair) -> dict[str, Any]:
    over = case.state in OVER
    return {
        "state": case.state.value,
        "version": case.version,
        "over": over,
        "mediator_id": case.mediator if isinstance(case, Dispute) else None,
        "data": case.model_dump(mode="json", exclude=IN_COLUMNS, exclude_defaults=True),
        "wake_at": wake_at(case),
        "last_event_at": case.last_event_at,
        "closed_at": case.last_event_at if over else None,
        **_shown(case, pair),
    }


def _shown(case: Case, pair: Pair) -> dict[str, Any]:
    """Whose turn it is and until when, as lists and operators see it."""
    if case.state in OVER:
        return {"owner": None, "due_at": None}
    dispute = pair.dispute
    open_dispute = dispute if dispute and not _is_over(dispute.state) else None
    return {"owner": turn(pair.first, open_dispute), "due_at": due_at(pair.first, open_dispute)}


def _is_over(state: DisputeState) -> bool:
    return state in OVER
