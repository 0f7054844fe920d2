"""Writing a step: money, cases, events, notices, tells and the outcome, together or not at all."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import WALLET, Kind
from domain.cases import OVER, Case, Chargeback, Job, JobState
from domain.commands import Deliver
from domain.contest_commands import NameFinalist
from domain.decide import Decision
from domain.errors import DomainError
from domain.outcome import TOLD, CaseBrief, Outcome, Recorded, Status, StepRequest, brief
from domain.process import Scene
from ledger import (
    cases,
    contest_entries,
    files,
    instructions,
    journal,
    listings,
    mails,
    openings,
    publications,
)
from ledger.cases import Found, Pair

WRITE_STEP = text("select waited, tells from write_step(cast(:step as jsonb))").columns(tells=JSONB)


Rows = Mapping[str, Sequence[Any]]
"""What is to be written, by what it is."""


@dataclass(frozen=True)
class Taken:
    """What came of a step, and which workflows must hear of it (row id, workflow id)."""

    outcome: Outcome
    tells: tuple[tuple[int, str], ...] = ()
    command: str | None = None
    """Whose outcome it is, when it is a person's."""
    waited: timedelta | None = None
    """How long the instruction waited, when this step is the one that decided it."""


async def commit(
    c: AsyncConnection,
    request: StepRequest,
    scene: Scene,
    decision: Decision,
    found: Found,
    refusal: DomainError | None = None,
) -> Taken:
    """Write all that the decision says; nobody sees any of it before the transaction ends.

    With a refusal, that is the outcome, and the decision what it makes of the case.
    """
    assert decision.cases, f"{decision.event} changes no case"
    pair, instruction = found.pair, found.instruction
    after = pair.after(decision.cases)
    acted, changes = after.case(scene.case.id), cases.changes(pair, after)
    letters = await mails.letters(c, acted.id, found.title, decision.notices, scene.at)
    opening = await openings.of(c, scene, decision.opened)
    others = [await _other(c, scene, one) for one in decision.touched]
    applied = Recorded(
        status=Status.APPLIED,
        event=decision.event,
        version=acted.version,
        facts=dict(decision.facts),
        starts=(*_started(pair, after), *opening.starts),
        reminders=letters.awaited,
    )
    recorded = applied if refusal is None else refused(refusal, acted.version)
    all_of_it = (decision, *decision.touched, *decision.opened)
    own = {
        "entries": _entries(scene, decision, pair.first.id),
        "opened": changes.opened,
        "changed": changes.changed,
        "notices": letters.notices,
        "mails": letters.mails,
        "events": [row for one in all_of_it for row in _events(scene, one, recorded, instruction)],
        "told": [*_to_tell(request, pair, after, changes.followed)],
        **_handed_over(scene, instruction),
    }
    rest = {
        "instruction_id": instruction["id"] if instruction else None,
        "outcome": recorded.model_dump(mode="json"),
        "signal": TOLD,
        "credited": sorted({who for one in all_of_it for who in _credited(one)}),
    }
    waited, tells = await _write(c, rest | _together(own, *others, opening.rows))
    await openings.settle(c, decision.opened)
    if isinstance(scene.command, NameFinalist):
        await contest_entries.change(c, scene.command.entry, finalist=True)
    await listings.follow(c, [one.job for one in all_of_it])
    await listings.leave(c, scene.facts.rivals)
    if isinstance(decision.lone, publications.PUBLISHED):
        await publications.follow(c, decision.lone)
    outcome = await _outcome(c, request, recorded, after)
    return Taken(outcome, tells, instruction["command"] if instruction else None, waited)


def _together(*parts: Rows) -> dict[str, Sequence[Any]]:
    """What is written of all of them, by the names of the rows."""
    names = {name: None for part in parts for name in part}
    return {name: [row for part in parts for row in part.get(name, ())] for name in names}


async def _other(c: AsyncConnection, scene: Scene, decision: Decision) -> Rows:
    """What is written of a job beside which the step's case does not stand.

    The job, and its dispute if that changed: rows, notices, and whose workflows must look.
    """
    assert decision.job is not None, "what is touched is a job"
    [place] = [one for one in scene.facts.places if one.job.id == decision.job.id]
    before = Pair(place.job, place.dispute)
    changes = cases.changes(before, before.after(decision.cases))
    letters = await mails.letters(c, decision.job.id, place.title, decision.notices, scene.at)
    told = [f"job/{decision.job.id}"]
    if decision.dispute is not None:
        told.append(f"dispute/{decision.dispute.id}")
    told += _contest_of(place.job, decision.job)
    return {
        "entries": _entries(scene, decision, decision.job.id),
        "changed": changes.changed,
        "notices": letters.notices,
        "mails": letters.mails,
        "told": told,
    }


def _entries(scene: Scene, decision: Decision, case_id: str) -> list[dict[str, Any]]:
    return journal.as_rows(
        decision.entries, case_id=case_id, cause=scene.step_id, effective_at=scene.at
    )


async def _write(
    c: AsyncConnection, step: Mapping[str, Any]
) -> tuple[timedelta | None, tuple[tuple[int, str], ...]]:
    """How long the instruction waited, and which workflows must hear of the step."""
    with journal.refusals():
        written = await c.execute(WRITE_STEP, {"step": json.dumps(step, default=_plain)})
    row = written.one()
    return row.waited, tuple((row_id, workflow_id) for row_id, workflow_id in row.tells or ())


def _plain(value: object) -> str:
    """JSON has no times."""
    assert isinstance(value, datetime), f"a step holds a {type(value).__name__}"
    return value.isoformat()


async def refuse(
    c: AsyncConnection,
    request: StepRequest,
    row: Mapping[str, Any],
    pair: Pair,
    refusal: DomainError,
) -> Taken:
    """Record the refusal; nothing else happens."""
    recorded = refused(refusal, pair.case(row["case_id"]).version)
    waited = await instructions.settle(c, row["id"], recorded)
    outcome = await _outcome(c, request, recorded, pair)
    return Taken(outcome, command=row["command"], waited=waited)


def refused(refusal: DomainError, version: int) -> Recorded:
    """A refusal is an outcome like any other."""
    return Recorded(
        status=Status.REFUSED,
        version=version,
        code=refusal.code,
        title=refusal.title,
        detail=refusal.detail,
        facts=refusal.facts,
    )


async def again(c: AsyncConnection, request: StepRequest, recorded: Recorded) -> Outcome:
    """The recorded outcome, with the workflow's own case as it stands now."""
    return _answer(recorded, await case_brief(c, request.case_id))


async def case_brief(c: AsyncConnection, case_id: str) -> CaseBrief:
    """How the case stands."""
    pair = await cases.read(c, case_id)
    assert pair is not None, f"{case_id} is not in the books"
    return brief(pair.first, pair.dispute, pair.case(case_id))


async def _outcome(
    c: AsyncConnection, request: StepRequest, recorded: Recorded, pair: Pair
) -> Outcome:
    """The same without a look, when the workflow's own case is one of these, still locked."""
    first, dispute = pair.first, pair.dispute
    if dispute is not None and request.case_id == dispute.id:
        return _answer(recorded, brief(first, dispute, dispute))
    if request.case_id == first.id and first.state is not JobState.REJECTION_OPEN:
        return _answer(recorded, brief(first, None, first))
    return await again(c, request, recorded)


def _answer(recorded: Recorded, case: CaseBrief) -> Outcome:
    return Outcome(
        status=recorded.status,
        event=recorded.event or recorded.code or "",
        case=case,
        starts=recorded.starts,
        reminders=recorded.reminders,
    )


def _events(
    scene: Scene, decision: Decision, recorded: Recorded, instruction: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    common = {
        "kind": decision.event,
        "actor": scene.actor.value,
        "actor_id": scene.actor_id,
        "step_id": scene.step_id,
        "instruction_id": instruction["id"] if instruction else None,
        "facts": dict(decision.facts),
        "at": scene.at,
    }
    clocks = recorded.model_dump(mode="json") if instruction is None else None
    return [
        common
        | {"case_id": case.id, "version": case.version, "state": case.state.value}
        | {"outcome": clocks if case.id == scene.case.id else None}
        for case in decision.cases
    ]


def _handed_over(scene: Scene, instruction: Mapping[str, Any] | None) -> dict[str, Any]:
    """A delivery is a row of its own; files are handed over with it, or with the instruction."""
    command, deliveries = scene.command, []
    subject = instruction["id"] if instruction else ""
    if isinstance(command, Deliver):
        subject = command.id
        number = len(scene.job.deliveries) + 1
        row = {"id": command.id, "case_id": scene.job.id, "number": number, "note": command.note}
        deliveries.append(row | {"at": scene.at})
    named = dict.fromkeys(getattr(command, "files", ()))
    handed = files.attachments(named, scene.case.id, subject)
    return {"deliveries": deliveries, "attachments": handed}


def _started(before: Pair, after: Pair) -> tuple[CaseBrief, ...]:
    if after.dispute is None or before.dispute is not None:
        return ()
    return (brief(after.first, after.dispute, after.dispute),)


def _credited(decision: Decision) -> set[str]:
    """Whose money came that something waits for, or whose payment is decided."""
    lone = decision.lone
    decided = {str(lone.client)} if isinstance(lone, Chargeback) else set()
    return decided | {
        posting.target.owner
        for entry in decision.entries
        for posting in entry.postings
        if posting.target.kind in (*WALLET, Kind.RECEIVABLE)
    }


def _to_tell(request: StepRequest, before: Pair, after: Pair, followed: Set[str]) -> Iterable[str]:
    """The other case's workflow hears what this step did to its case."""
    if after.first.id != request.case_id and (after.first is not before.first or followed):
        yield f"job/{after.first.id}"
    yield from _contest_of(before.first, after.first)
    if before.dispute is None or after.dispute is before.dispute:
        return
    if before.dispute.id != request.case_id:
        yield f"dispute/{before.dispute.id}"


def _contest_of(before: Case, after: Case) -> list[str]:
    """The contest whose prize a job handed over, or gave back, when that has just ended."""
    ended = after.state in OVER and before.state not in OVER
    prize_of = after.prize_of if isinstance(after, Job) and ended else None
    return [f"contest/{prize_of}"] if prize_of is not None else []
