"""One step of a case is one transaction: the law decides on what the books know, under lock."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.calendar import Calendar
from domain.cases import Dispute, JobState, Role
from domain.decide import by_clock, by_person, clock_needs, clock_row, row_for
from domain.errors import DomainError
from domain.outcome import Outcome, Recorded, Status, StepRequest, brief
from domain.process import Facts, Need, Scene
from domain.registry import parse
from ledger import cases, files, instructions, journal, mails, mediators, people, recording
from ledger.cases import Pair
from ledger.recording import Taken
from ledger.tables import event


async def take(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    """Take the step; the case rows stay locked until the caller commits."""
    if request.instruction_id is not None:
        return await _person_step(c, request, calendar)
    return await _clock_step(c, request, calendar)


async def _person_step(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    assert request.instruction_id is not None, "a person's step has an instruction"
    found = await cases.asked(c, request.instruction_id)
    row, pair = found.instruction, found.pair
    assert row is not None, "whoever asks for an instruction's cases gets it with them"
    if row["outcome"] is not None:
        return Taken(await recording.again(c, request, Recorded.model_validate(row["outcome"])))
    on_dispute = row["case_id"] != pair.job.id
    role = Role(row["role"])
    command = parse(row["command"], row["body"], on_dispute=on_dispute)
    scene = _scene(pair, request, row["id"], Facts(calendar), on_dispute=on_dispute)
    scene = replace(scene, actor=role, actor_id=row["caller_id"], command=command)
    try:
        needs = row_for(scene).needs
        await files.require_owned(c, list(getattr(command, "files", ())), row["caller_id"])
        scene = replace(scene, facts=await _facts(c, scene, needs))
        decision = by_person(scene)
    except DomainError as refusal:
        return await recording.refuse(c, request, row, pair, refusal)
    return await recording.commit(c, request, scene, decision, found)


async def _clock_step(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    found = await cases.lock(c, request.case_id)
    pair = found.pair
    case = pair.case(request.case_id)
    if recorded := await _clock_outcome(c, case.id, request.version + 1):
        return Taken(await recording.again(c, request, recorded))
    first = await instructions.waiting(c, pair.ids)
    now = brief(pair.job, pair.dispute, case)
    if first is not None:
        return Taken(Outcome(status=Status.PEOPLE_FIRST, case=now, instruction_id=first))
    nothing = Taken(Outcome(status=Status.NOTHING, case=now))
    on_dispute = isinstance(case, Dispute)
    scene = _scene(pair, request, "", Facts(calendar), on_dispute=on_dispute)
    row = None if now.over else clock_row(case, scene.at)
    if row is None:
        return nothing
    needs, silent = clock_needs(case, row)
    facts = await _facts(c, scene, needs)
    if silent:
        enough = case.terms.policy.mails_that_prove
        facts = replace(facts, proven=await mails.proven(c, case.wait, enough))
    step_id = f"{case.id}/{case.version}/{row}"
    decision = by_clock(replace(scene, step_id=step_id, facts=facts))
    if decision is None:
        return nothing
    return await recording.commit(c, request, replace(scene, step_id=step_id), decision, found)


def _scene(
    pair: Pair, request: StepRequest, step_id: str, facts: Facts, *, on_dispute: bool
) -> Scene:
    """A step's time never goes back behind what the cases have already seen."""
    seen = [case.last_event_at for case in (pair.job, pair.dispute) if case is not None]
    at = max(request.at, *seen)
    nobody = {"actor": Role.CLOCK, "actor_id": None, "command": None}
    return Scene(
        at=at, step_id=step_id, job=pair.job, dispute=pair.dispute, facts=facts,
        on_dispute=on_dispute, **cast(Any, nobody),
    )  # fmt: skip


async def _facts(c: AsyncConnection, scene: Scene, needs: Iterable[Need]) -> Facts:
    facts, job = scene.facts, scene.job
    if Need.STANDING in needs and scene.actor_id is not None:
        facts = replace(facts, standing=await people.standing(c, scene.actor_id))
    if Need.MEDIATORS in needs:
        parties = [job.client, job.freelancer]
        facts = replace(facts, mediators=await mediators.candidates(c, list(parties), scene.at))
    if Need.WALLETS in needs:
        mediator = scene.dispute and scene.dispute.mediator
        concerned = [job.client, job.freelancer, *([mediator] if mediator else [])]
        held = await journal.wallets(c, concerned, job.terms.currency)
        facts = replace(facts, wallets=cast(Any, held))
        if scene.actor is Role.CLOCK and job.state is JobState.AWAITING_FUNDS:
            facts = replace(facts, waiting_longer=await cases.waiting_longer(c, job))
    return facts


async def _clock_outcome(c: AsyncConnection, case_id: str, version: int) -> Recorded | None:
    """What the clock's step to this version came to, when its answer was lost."""
    query = select(event.c.outcome).where(event.c.case_id == case_id, event.c.version == version)
    found = await c.scalar(query)
    return Recorded.model_validate(found) if found else None
