"""Writing a step: money, cases, events, notices, tells and the outcome, together or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import WALLET
from domain.commands import Deliver
from domain.decide import Decision
from domain.errors import DomainError
from domain.outcome import CaseBrief, Outcome, Recorded, Status, StepRequest, brief
from domain.process import Scene
from ledger import cases, files, instructions, journal, mails, tells
from ledger.cases import Pair
from ledger.tables import delivery, event


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
    before: Pair,
    instruction: RowMapping | None,
) -> Taken:
    """Write all that the decision says; nobody sees any of it before the transaction ends."""
    assert decision.job or decision.dispute, f"{decision.event} changes no case"
    after = Pair(decision.job or before.job, decision.dispute or before.dispute)
    cause = scene.step_id
    await journal.post(
        c, decision.entries, case_id=before.job.id, cause=cause, effective_at=scene.at
    )
    followed = await cases.save(c, before, after)
    acted = after.case(scene.case.id)
    reminders = await mails.add(c, acted.id, after.job.id, decision.notices, scene.at)
    starts = _started(before, after)
    recorded = Recorded(
        status=Status.APPLIED,
        event=decision.event,
        version=acted.version,
        facts=dict(decision.facts),
        starts=starts,
        reminders=reminders,
    )
    await _record_events(c, scene, decision, after, recorded, instruction)
    command, waited = None, None
    if instruction is not None:
        await _record_files(c, scene, instruction)
        waited = await instructions.settle(c, instruction["id"], recorded)
        command = instruction["command"]
    woken = await tells.waiting_for_money(c, _credited(decision))
    told = await tells.add(c, [*_to_tell(request, before, after, followed), *woken])
    rows = tuple((row.id, row[1]) for row in told)
    return Taken(await again(c, request, recorded), rows, command, waited)


async def refuse(
    c: AsyncConnection, request: StepRequest, row: RowMapping, pair: Pair, refusal: DomainError
) -> Taken:
    """Record the refusal; nothing else happens."""
    recorded = refused(refusal, pair.case(row["case_id"]).version)
    waited = await instructions.settle(c, row["id"], recorded)
    outcome = await again(c, request, recorded)
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
    return Outcome(
        status=recorded.status,
        event=recorded.event or recorded.code or "",
        case=await case_brief(c, request.case_id),
        starts=recorded.starts,
        reminders=recorded.reminders,
    )


async def case_brief(c: AsyncConnection, case_id: str) -> CaseBrief:
    """How the case stands."""
    pair = await cases.read(c, case_id)
    assert pair is not None, f"{case_id} is not in the books"
    return brief(pair.job, pair.dispute, pair.case(case_id))


async def _record_events(
    c: AsyncConnection,
    scene: Scene,
    decision: Decision,
    after: Pair,
    recorded: Recorded,
    instruction: RowMapping | None,
) -> None:
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
    rows = [
        common
        | {"case_id": case.id, "version": case.version, "state": case.state.value}
        | {"outcome": clocks if case.id == scene.case.id else None}
        for case in (decision.job, decision.dispute)
        if case is not None
    ]
    await c.execute(insert(event), rows)


async def _record_files(c: AsyncConnection, scene: Scene, instruction: RowMapping) -> None:
    """A delivery is a row of its own; files are handed over with it, or with the instruction."""
    command, subject = scene.command, instruction["id"]
    if isinstance(command, Deliver):
        subject = command.id
        number = len(scene.job.deliveries) + 1
        row = {"id": command.id, "case_id": scene.job.id, "number": number, "note": command.note}
        await c.execute(insert(delivery).values(row | {"at": scene.at}))
    named = list(dict.fromkeys(getattr(command, "files", ())))
    await files.hand_over(c, named, instruction["caller_id"], scene.case.id, subject)


def _started(before: Pair, after: Pair) -> tuple[CaseBrief, ...]:
    if after.dispute is None or before.dispute is not None:
        return ()
    return (brief(after.job, after.dispute, after.dispute),)


def _credited(decision: Decision) -> set[str]:
    """The people in whose wallets this step puts money."""
    return {
        posting.target.owner
        for entry in decision.entries
        for posting in entry.postings
        if posting.target.kind in WALLET
    }


def _to_tell(request: StepRequest, before: Pair, after: Pair, followed: set[str]) -> Iterable[str]:
    """The other case's workflow hears what this step did to its case."""
    if after.job.id != request.case_id and (after.job is not before.job or followed):
        yield f"job/{after.job.id}"
    if before.dispute is None or after.dispute is before.dispute:
        return
    if before.dispute.id != request.case_id:
        yield f"dispute/{before.dispute.id}"
