"""One step of a case is one transaction: the law decides on what the books know, under lock."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import prizes
from domain.accounts import Account, Kind
from domain.basket_case import Basket
from domain.calendar import Calendar
from domain.cases import Case, Job, JobState, Remittance, Role, Withdrawal
from domain.commands import Command, Match, Receive, RecordUnmatched
from domain.contest_case import Contest
from domain.contest_commands import AwardPrizes, NameFinalist
from domain.decide import (
    by_clock,
    by_person,
    clock_needs,
    clock_row,
    not_begun,
    not_taken,
    party,
    process_of,
    row_for,
)
from domain.errors import AlreadyOver, DomainError, Linked, UnknownReference
from domain.facts import Facts, Need
from domain.lone_states import ContestState
from domain.outcome import Outcome, Recorded, Said, Status, StepRequest, brief
from domain.process import Scene
from domain.project_case import Project
from domain.project_commands import Award
from domain.refund_case import Refund
from domain.registry import parse
from ledger import (
    bids,
    cases,
    chargebacks,
    contest_entries,
    escrows,
    files,
    instructions,
    journal,
    link_decisions,
    listings,
    mails,
    mediators,
    originals,
    payees,
    payment_runs,
    payouts,
    people,
    recording,
    refunds,
    remittances,
)
from ledger.cases import Found, Pair
from ledger.payouts import Decided
from ledger.recording import Taken
from ledger.tables import event

UNFUNDED = frozenset({JobState.OFFERED, JobState.AWAITING_FUNDS})
WAITING = frozenset({JobState.AWAITING_FUNDS, ContestState.AWAITING_FUNDS})


async def take(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    """Take the step; the case rows stay locked until the caller commits."""
    if request.instruction_id is not None:
        return await _person_step(c, request, calendar)
    if request.said is not None:
        return await _outside_step(c, request, request.said, calendar)
    return await _clock_step(c, request, calendar)


async def _person_step(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    assert request.instruction_id is not None, "a person's step has an instruction"
    found = await cases.asked(c, request.instruction_id)
    row, pair = found.instruction, found.pair
    assert row is not None, "whoever asks for an instruction's cases gets it with them"
    if row["outcome"] is not None:
        return Taken(await recording.again(c, request, Recorded.model_validate(row["outcome"])))
    case = pair.case(row["case_id"])
    command = parse(process_of(case).name, row["command"], row["body"])
    scene = _scene(pair, case, request, row["id"], Facts(calendar))
    acts = {"actor": Role(row["role"]), "actor_id": row["caller_id"], "command": command}
    scene = replace(scene, **acts)
    try:
        needs = row_for(scene).needs
        await files.require_owned(c, list(getattr(command, "files", ())), row["caller_id"])
        scene = replace(scene, facts=await _facts(c, scene, needs))
        decision = by_person(scene)
    except DomainError as refusal:
        if isinstance(refusal, Linked):
            await link_decisions.ask(c, scene)
        ended = not_begun(scene)
        if ended is None:
            return await recording.refuse(c, request, row, pair, refusal)
        return await recording.commit(c, request, scene, ended, found, refusal)
    return await recording.commit(c, request, scene, decision, found)


async def _outside_step(
    c: AsyncConnection, request: StepRequest, said: Said, calendar: Calendar
) -> Taken:
    """What the outside said is a step of its own; what the law refuses of it changes nothing."""
    found = await cases.lock(c, request.case_id)
    pair = found.pair
    case = pair.case(request.case_id)
    step_id = f"{case.id}/{said.command}/{said.key}"
    if recorded := await _step_outcome(c, case.id, step_id):
        return Taken(await recording.again(c, request, recorded))
    scene = replace(_scene(pair, case, request, step_id, Facts(calendar)), actor=Role.PROCESSOR)
    try:
        scene = replace(scene, command=_readable(case, said))
        needs = row_for(scene).needs
        scene = replace(scene, facts=await _facts(c, scene, needs))
        decision = by_person(scene)
    except AlreadyOver as late:
        return Taken(await recording.again(c, request, recording.refused(late, case.version)))
    except DomainError as refusal:
        decision = not_taken(scene, refusal)
    return await recording.commit(c, request, scene, decision, found)


def _readable(case: Case, said: Said) -> Command:
    """What was said, as the table knows it; UnknownReference when it is nothing of the kind."""
    try:
        return parse(process_of(case).name, said.command, said.body)
    except (KeyError, ValidationError) as odd:
        raise UnknownReference("what the outside said cannot be read") from odd


async def _clock_step(c: AsyncConnection, request: StepRequest, calendar: Calendar) -> Taken:
    found = await cases.lock(c, request.case_id)
    pair = found.pair
    case = pair.case(request.case_id)
    if recorded := await _clock_outcome(c, case.id, request.version + 1):
        before = await recording.again(c, request, recorded)
        return Taken(before.model_copy(update={"look_again": True}))
    first = await instructions.waiting(c, pair.ids)
    now = brief(pair.first, pair.dispute, case)
    if first is not None:
        return Taken(Outcome(status=Status.PEOPLE_FIRST, case=now, instruction_id=first))
    nothing = Taken(Outcome(status=Status.NOTHING, case=now))
    scene = _scene(pair, case, request, "", Facts(calendar))
    if (decided := await payouts.decided(c, case)) is not None:
        return await _run_step(c, request, scene, decided, found)
    row = None if now.over else clock_row(case, scene.at)
    if row is None:
        return nothing
    needs, silent = clock_needs(case, row)
    facts = await _facts(c, scene, needs)
    if silent:
        enough = case.terms.policy.mails_that_prove
        facts = replace(facts, proven=await mails.proven(c, case.wait, enough))
    step_id = f"{case.id}/{case.version}/{row}"
    scene = replace(scene, step_id=step_id, facts=facts)
    decision = by_clock(scene)
    if decision is None:
        return nothing
    return await recording.commit(c, request, scene, decision, found)


async def _run_step(
    c: AsyncConnection, request: StepRequest, scene: Scene, decided: Decided, found: Found
) -> Taken:
    """What accounting decided for a whole payment run, for the one withdrawal of this case."""
    step_id = f"{scene.case.id}/{scene.case.version}/{decided.command.name}"
    acts = {"actor": Role.ACCOUNTING, "actor_id": decided.by, "command": decided.command}
    scene = replace(scene, step_id=step_id, **cast(Any, acts))
    return await recording.commit(c, request, scene, by_person(scene), found)


def _scene(pair: Pair, case: Case, request: StepRequest, step_id: str, facts: Facts) -> Scene:
    """A step's time never goes back behind what the cases have already seen."""
    seen = [one.last_event_at for one in (pair.first, pair.dispute) if one is not None]
    nobody = {"actor": Role.CLOCK, "actor_id": None, "command": None}
    return Scene(
        at=max(request.at, *seen), step_id=step_id, case=case, facts=facts,
        other=pair.beside(case), **cast(Any, nobody),
    )  # fmt: skip


async def _facts(c: AsyncConnection, scene: Scene, needs: Iterable[Need]) -> Facts:
    facts, case = scene.facts, scene.case
    if Need.STANDING in needs and scene.actor_id is not None:
        facts = replace(facts, standing=await people.standing(c, scene.actor_id))
    if Need.MEDIATORS in needs:
        parties = [scene.job.client, scene.job.freelancer]
        facts = replace(facts, mediators=await mediators.candidates(c, list(parties), scene.at))
    if Need.RUN in needs:
        facts = replace(facts, in_run=await payouts.decided(c, case) is not None)
    if Need.RUNS in needs and isinstance(case, Withdrawal):
        runs = await payment_runs.approved(c, case, facts.calendar)
        facts = replace(facts, runs_approved=runs)
    if Need.BIDS in needs and isinstance(command := scene.command, Award):
        assert isinstance(case, Project), "bids are awarded in a project"
        chosen = await bids.chosen(c, case, [one.bid for one in command.bids])
        facts = replace(facts, bids=chosen)
    if Need.CROWD in needs:
        crowd = contest_entries.crowd if isinstance(case, Contest) else bids.bidders
        facts = replace(facts, crowd=await crowd(c, case.id))
    if isinstance(case, Contest):
        facts = await _of_contest(c, replace(scene, facts=facts), case, needs)
    if Need.ESCROWS in needs:
        # Before the wallets: no case is locked after an account.
        facts = replace(facts, places=await escrows.locked(c, case))
    involved = [case, scene.other, *(there.job for there in facts.places)]
    if Need.WALLETS in needs:
        rivals = await originals.rivals(c, involved)
        facts = replace(facts, rivals=(*facts.rivals, *rivals))
    await listings.hold(c, involved, facts.rivals)
    if Need.LISTINGS in needs and isinstance(case, Basket):
        facts = await _of_purchase(c, replace(scene, facts=facts), case)
    if Need.WALLETS in needs:
        own = [one for one in (case, scene.other) if one is not None]
        both = [one.parties.values() for one in (*own, *(there.job for there in facts.places))]
        concerned = dict.fromkeys(str(person) for people in both for person in people)
        concerned |= dict.fromkeys(await _others(c, replace(scene, facts=facts), needs))
        held = await journal.wallets(c, list(concerned), case.terms.currency)
        facts = replace(facts, wallets=cast(Any, held))
        if facts.places:
            facts = replace(facts, places=await escrows.as_they_are(c, case, facts.places))
            meant = await remittances.meant_for(c, facts.places[0].job.client)
            facts = replace(facts, meant_for_others_minor=sum(meant.values()))
        if isinstance(case, Contest) or (isinstance(case, Job) and case.state in UNFUNDED):
            facts = await _of_funding(c, replace(scene, facts=facts), case)
        if isinstance(case, Contest) and facts.wallets[case.client].receivable:
            lent = await remittances.lent(c, case.client, case.terms.currency)
            bounced = await remittances.bounced(c, case)
            facts = replace(facts, bounced_minor=bounced, lent_minor=lent)
        if isinstance(case, Basket):
            meant = await remittances.meant_for(c, case.client)
            facts = replace(facts, meant_for_others_minor=sum(meant.values()))
    if Need.SOURCE in needs and isinstance(case, Refund):
        # Behind the wallet's lock, where every refund of this client waits.
        facts = replace(facts, source=await refunds.source(c, case.deposit))
    if Need.CHARGEBACKS in needs:
        # Behind the wallet's lock too: whatever was taken from it is known.
        disputed = await chargebacks.undecided(c, [party(case, Role.CLIENT) or ""])
        facts = replace(facts, charged_back=bool(disputed))
    if Need.PAYEE in needs:
        # Behind the wallet's lock, where what is owed is the last word.
        person = party(case, Role.FREELANCER)
        assert person is not None, "whoever is paid is the case's freelancer"
        payee = (await payees.of(c, [person], case.terms.currency))[person]
        facts = replace(facts, payee=payee)
    return await _of_remittance(c, replace(scene, facts=facts), needs)


async def _others(c: AsyncConnection, scene: Scene, needs: Iterable[Need]) -> list[str]:
    """Whose money the step may move besides the parties': whoever got it, or is said to own it."""
    case, command = scene.case, scene.command
    if Need.LOTS in needs and isinstance(case, Remittance):
        return remittances.holders(await remittances.lots(c, case))
    if Need.ENTRANTS in needs:
        return [str(person) for person in prizes.sharers(scene)]
    if isinstance(command, Match) and await remittances.is_somebody(c, command.client):
        return [command.client]
    return []


async def _of_contest(
    c: AsyncConnection, scene: Scene, contest: Contest, needs: Iterable[Need]
) -> Facts:
    """What is known of the contest's entries and of its winners' jobs."""
    facts, command = scene.facts, scene.command
    if Need.ENTRIES in needs and isinstance(command, AwardPrizes | NameFinalist):
        chosen = await contest_entries.chosen(c, contest, command.chosen)
        if isinstance(command, AwardPrizes):
            theirs = await contest_entries.files(c, command.chosen)
            handed_in = [one["id"] for files in theirs.values() for one in files]
            await originals.require_free(c, handed_in, but=contest.id)
            facts = replace(facts, rivals=await originals.offering(c, handed_in))
        facts = replace(facts, entries=chosen)
    if Need.ENTERED in needs:
        facts = replace(facts, entered=await contest_entries.many(c, contest.id))
    if Need.ENTRANTS in needs:
        entrants = await contest_entries.entrants(c, contest)
        facts = replace(facts, entrants=entrants, nobody_shares=not entrants)
    elif Need.SHARERS in needs:
        facts = replace(facts, nobody_shares=not await contest_entries.anybody_shares(c, contest))
    if Need.HANDOVERS in needs:
        facts = replace(facts, handovers=await contest_entries.handovers(c, contest))
    return facts


async def _of_purchase(c: AsyncConnection, scene: Scene, basket: Basket) -> Facts:
    """The listings that are wanted, and how often this client was given money back for such."""
    since = scene.at - basket.terms.policy.refunds_count_for
    return replace(
        scene.facts,
        listings=await listings.wanted(c, basket.client, [one.listing for one in basket.items]),
        refunded_purchases=await listings.refunded(c, basket.client, since),
    )


async def _of_funding(c: AsyncConnection, scene: Scene, case: Job | Contest) -> Facts:
    """What else waits for the client's money, and what of it was paid in for one case alone."""
    meant = await remittances.meant_for(c, case.client)
    own = meant.pop(case.id, 0)
    facts = replace(scene.facts, meant_minor=own, meant_for_others_minor=sum(meant.values()))
    if scene.actor is not Role.CLOCK or case.state not in WAITING:
        return facts
    longer = await cases.waiting_longer(c, case.id, case.client, case.since)
    lacking = tuple(max(price - meant.get(one, 0), 0) for one, price in longer.items())
    return replace(facts, waiting_longer=lacking)


async def _of_remittance(c: AsyncConnection, scene: Scene, needs: Iterable[Need]) -> Facts:
    """What is known of money that came by hand; where it is, behind its holders' locks."""
    facts, case, command = scene.facts, scene.case, scene.command
    if not isinstance(case, Remittance):
        return facts
    if Need.LOTS in needs:
        places = await remittances.lots(c, case)
        there = {_out(one, facts): minor for one, minor in places.items()}
        facts = replace(facts, lots=there, repaid=await remittances.repaid(c, case))
    if Need.BANK_REFERENCE in needs and isinstance(command, Receive | RecordUnmatched):
        known = await remittances.reference_known(c, case, command)
        facts = replace(facts, reference_known=known)
    return facts


def _out(place: Account, facts: Facts) -> Account:
    """Whoever got some since the first look is not locked: as if it were in its escrow still."""
    locked = place.kind is Kind.ESCROW or place.owner in facts.wallets
    return place if locked else replace(place, kind=Kind.ESCROW)


async def _clock_outcome(c: AsyncConnection, case_id: str, version: int) -> Recorded | None:
    """What the clock's step to this version came to, when its answer was lost."""
    query = select(event.c.outcome).where(event.c.case_id == case_id, event.c.version == version)
    return _recorded(await c.scalar(query))


async def _step_outcome(c: AsyncConnection, case_id: str, step_id: str) -> Recorded | None:
    """What came of a step by its id, when it was taken before."""
    query = select(event.c.outcome).where(event.c.case_id == case_id, event.c.step_id == step_id)
    return _recorded(await c.scalar(query))


def _recorded(outcome: Any) -> Recorded | None:
    return Recorded.model_validate(outcome) if outcome else None
