"""A dispute: rejection, mediation, ruling; it ends with its job's escrow, or is withdrawn."""

from datetime import datetime
from typing import cast

from domain import commands as c
from domain import endings, flows, opening, settlement
from domain.accounts import Wallet
from domain.cases import Case, Dispute, DisputeState, JobState, Proposal, Role, Ruling
from domain.errors import SeenIsStale
from domain.facts import Need
from domain.job import MONEY, REFUND, RELEASE, SPLIT
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.reminding import rejection_reminders, usual_reminders

S = DisputeState
RUNNING = (S.OPEN, S.APPOINTING, S.IN_MEDIATION, S.PROPOSED, S.STAFF_REVIEW, S.RULED)
BEFORE_A_PROPOSAL = (S.OPEN, S.APPOINTING, S.IN_MEDIATION, S.STAFF_REVIEW, S.RULED)
PARTIES = {Role.CLIENT, Role.FREELANCER}

BY_REJECTION = Condition(
    "a rejection was requested", lambda scene: opening.by_rejection(scene.quarrel)
)
NOTHING_PROPOSED = Condition(
    "no mediator has proposed yet", lambda scene: not scene.quarrel.proposed
)
WITHDRAWABLE = Condition(
    "it is not a further rejection than the policy lets be withdrawn",
    lambda scene: scene.quarrel.number <= scene.job.terms.policy.rejections_withdrawable,
)
VETO_OPEN = Condition(
    "the time for the one veto has not passed", lambda scene: scene.quarrel.veto_open
)
NOT_ACCEPTED_YET = Condition(
    "you have not accepted the proposal already",
    lambda scene: scene.actor not in _proposal(scene).accepted_by,
)
TASK_OPEN = Condition(
    "a staff task is open on the dispute", lambda scene: bool(scene.quarrel.tasks)
)
ANOTHER_PERSON = Condition(
    "it is another person than the one who ruled",
    lambda scene: scene.actor_id != _ruling(scene).by,
)


def accept_rejection(scene: Scene) -> Change:
    """The freelancer agrees: the client has everything back."""
    return endings.refund(scene, S.ACCEPTED)


def expire(scene: Scene) -> Change:
    """Nobody settled it in time: the job is rejected, the client has everything back."""
    return endings.refund(scene, S.NOT_SETTLED_IN_TIME)


def hire_mediator(scene: Scene) -> Change:
    """The freelancer calls a mediator; the days of the rejection stop."""
    return opening.hired(scene, scene.quarrel)


def withdraw(scene: Scene) -> Change:
    """The job goes on where it stood: in review if a delivery waits for it, else in progress."""
    job, dispute, policy = scene.job, scene.quarrel, scene.job.terms.policy
    entries = endings.fee_returned(scene, dispute)
    ended = dispute.model_copy(update={"state": S.WITHDRAWN, "fee": None})
    if job.last_delivered_at and job.revision_asked_at is None:
        assert job.review_ends_at is not None, "a delivery has a review"
        due = max(job.review_ends_at, scene.counts_from + policy.review_at_least)
        since = due - policy.review_period
        reviewed = job.model_copy(update={"state": JobState.IN_REVIEW})
        return Change(reviewed, ended, entries, job_since=since)
    assert job.due_at is not None, "a job under way has a due date"
    moved = job.due_at + (scene.counts_from - dispute.opened_at)
    moved = max(moved, scene.counts_from + policy.revision_period)
    update = {"state": JobState.IN_PROGRESS, "due_at": moved, "late": False}
    going_on = job.model_copy(update=update)
    return Change(going_on, ended, entries)


def accept_appointment(scene: Scene) -> Change:
    """The mediator takes the case."""
    assert scene.facts.standing is not None, "the row needs the standing of who accepts"
    scene.facts.standing.require_to_mediate()
    update = {"state": S.IN_MEDIATION, "veto_open": False}
    return Change(dispute=scene.quarrel.model_copy(update=update))


def next_mediator(scene: Scene) -> Change:
    """The next one is asked."""
    return opening.ask_next_mediator(scene, scene.quarrel)


def veto(scene: Scene) -> Change:
    """The client's one veto is spent; the next one is asked."""
    vetoed = scene.quarrel.model_copy(update={"vetoed": True, "veto_open": False})
    return opening.ask_next_mediator(scene, vetoed)


def close_veto(scene: Scene) -> Change:
    """The time for the veto has passed."""
    return Change(dispute=scene.quarrel.model_copy(update={"veto_open": False}))


def replace_mediator(scene: Scene) -> Change:
    """The mediator proposed nothing in time; another one is asked, once."""
    update = {"replaced": True, "asked_this_time": 0}
    return opening.ask_next_mediator(scene, scene.quarrel.model_copy(update=update))


def give_up_mediation(scene: Scene) -> Change:
    """The second mediator proposed nothing either; staff decide."""
    return opening.to_staff_review(scene, scene.quarrel)


def add_statement(scene: Scene) -> Change:
    """A party's side of it is on record."""
    return Change(dispute=scene.quarrel.model_copy())


def propose(scene: Scene) -> Change:
    """The proposal waits for both parties; the mediator has earned the fee."""
    dispute, command = scene.quarrel, cast(c.Propose, scene.command)
    proposal = Proposal.deciding(command.ends, command.freelancer_minor, command.ip, id=command.id)
    endings.require_verdict(scene.job, proposal)
    assert dispute.fee is not None and dispute.mediator is not None, "mediation was paid for"
    currency = dispute.terms.currency
    paid = flows.mediation_fee_pay(dispute.id, dispute.mediator, dispute.fee, currency)
    owed = scene.facts.wallets.get(dispute.mediator, Wallet()).receivable
    arrived = endings.earned_minor(paid, dispute.mediator)
    settled = endings.debt_settled(paid.reference, dispute.mediator, owed, arrived, currency)
    update = {"state": S.PROPOSED, "proposal": proposal, "proposed": True, "fee": None}
    facts = {"proposal_id": proposal.id, "ends": proposal.ends.value}
    return Change(None, dispute.model_copy(update=update), (paid, *settled), facts)


def accept_proposal(scene: Scene) -> Change:
    """When both have accepted it is done."""
    proposal = _seen_proposal(scene, cast(c.AcceptProposal, scene.command).proposal_id)
    accepted = (*proposal.accepted_by, scene.actor)
    if set(accepted) == PARTIES:
        return endings.execute(scene, proposal)
    kept = proposal.model_copy(update={"accepted_by": accepted})
    return Change(dispute=scene.quarrel.model_copy(update={"proposal": kept}))


def refuse_proposal(scene: Scene) -> Change:
    """One refusal is enough: staff decide."""
    _seen_proposal(scene, cast(c.RefuseProposal, scene.command).proposal_id)
    return opening.to_staff_review(scene, scene.quarrel)


def execute_proposal(scene: Scene) -> Change:
    """Whoever said nothing has accepted."""
    return endings.execute(scene, _proposal(scene))


def resolve(scene: Scene) -> Change:
    """Staff rule; above the limit a second person confirms."""
    command = cast(c.Resolve, scene.command)
    assert scene.actor_id is not None, "staff are people"
    ruling = Ruling.deciding(
        command.ends, command.freelancer_minor, command.ip, id=command.id, by=scene.actor_id
    )
    endings.require_verdict(scene.job, ruling)
    escrow = endings.escrow(scene.job).total
    if escrow <= scene.job.terms.policy.second_confirmation_above_minor:
        return endings.execute(scene, ruling)
    update = {"state": S.RULED, "ruling": ruling}
    facts = {"ruling_id": ruling.id, "ends": ruling.ends.value}
    return Change(dispute=scene.quarrel.model_copy(update=update), facts=facts)


def confirm(scene: Scene) -> Change:
    """The ruling is executed; it is final."""
    return endings.execute(scene, _seen_ruling(scene, cast(c.Confirm, scene.command).ruling_id))


def refuse(scene: Scene) -> Change:
    """The ruling goes back; staff decide again."""
    _seen_ruling(scene, cast(c.Refuse, scene.command).ruling_id)
    return opening.to_staff_review(scene, scene.quarrel)


def escalate(scene: Scene) -> Change:
    """The head of support is told."""
    return Change(dispute=scene.quarrel.model_copy())


def _proposal(scene: Scene) -> Proposal:
    proposal = scene.quarrel.proposal
    assert proposal is not None, "in `proposed` there is a proposal"
    return proposal


def _seen_proposal(scene: Scene, seen: str) -> Proposal:
    proposal = _proposal(scene)
    if proposal.id != seen:
        raise SeenIsStale("the proposal is another", proposal_id=proposal.id)
    return proposal


def _ruling(scene: Scene) -> Ruling:
    ruling = scene.quarrel.ruling
    assert ruling is not None, "in `ruled` there is a ruling"
    return ruling


def _seen_ruling(scene: Scene, seen: str) -> Ruling:
    ruling = _ruling(scene)
    if ruling.id != seen:
        raise SeenIsStale("the ruling is another", ruling_id=ruling.id)
    return ruling


def _if_replaced(case: Case, *, replaced: bool) -> datetime | None:
    return case.since if cast(Dispute, case).replaced is replaced else None


def _veto(case: Case) -> datetime | None:
    return case.since if cast(Dispute, case).veto_open else None


def _silent_on_proposal(case: Case) -> frozenset[Role]:
    proposal = cast(Dispute, case).proposal
    return frozenset(PARTIES - set(proposal.accepted_by if proposal else ()))


DECIDED = f"{RELEASE}; or {REFUND}; or {SPLIT}"
ENDED = "the mediation fee returns if no mediator proposed"

STEPS = (
    *step(
        RUNNING, c.AcceptRejection, {Role.FREELANCER}, S.ACCEPTED, accept_rejection,
        "rejection_accepted", "The rejection was accepted", money=f"{REFUND}; {ENDED}",
        needs=MONEY,
    ),
    *step(
        S.OPEN, c.HireMediator, {Role.FREELANCER}, (S.APPOINTING, S.STAFF_REVIEW), hire_mediator,
        "mediator_hired", "A mediator was called in",
        money="mediation fee: freelancer → escrow of the mediation",
        needs=MONEY | {Need.MEDIATORS},
    ),
    *step(
        BEFORE_A_PROPOSAL, c.WithdrawRejection, {Role.CLIENT}, S.WITHDRAWN, withdraw,
        "rejection_withdrawn", "The rejection was withdrawn", money=ENDED,
        when=(BY_REJECTION, NOTHING_PROPOSED, WITHDRAWABLE), needs=MONEY,
    ),
    *step(
        RUNNING, c.OfferSettlement, PARTIES, (), settlement.offer,
        "settlement_offered", "A settlement was offered",
    ),
    *step(
        RUNNING, c.AcceptSettlement, PARTIES, S.SETTLED, settlement.accept,
        "settlement_accepted", "The settlement was accepted", money=f"{SPLIT}; {ENDED}",
        when=(settlement.OTHER_OFFERS,), needs=MONEY,
    ),
    *step(
        RUNNING, c.WithdrawOffer, PARTIES, (), settlement.withdraw_offer,
        "settlement_offer_withdrawn", "The settlement offer was withdrawn",
        when=(settlement.OWN_OFFER,),
    ),
    *step(
        S.APPOINTING, c.AcceptAppointment, {Role.MEDIATOR}, S.IN_MEDIATION, accept_appointment,
        "appointment_accepted", "The mediator took the case", needs={Need.STANDING},
    ),
    *step(
        S.APPOINTING, c.DeclineAppointment, {Role.MEDIATOR}, (S.APPOINTING, S.STAFF_REVIEW),
        next_mediator, "appointment_declined", "The mediator declined",
        needs=MONEY | {Need.MEDIATORS}, restarts=True,
    ),
    *step(
        S.APPOINTING, c.VetoMediator, {Role.CLIENT}, (S.APPOINTING, S.STAFF_REVIEW), veto,
        "mediator_vetoed", "The client vetoed the mediator",
        when=(VETO_OPEN,), needs=MONEY | {Need.MEDIATORS}, restarts=True,
    ),
    *step(
        S.IN_MEDIATION, c.AddStatement, PARTIES, (), add_statement,
        "statement_added", "A statement was added",
    ),
    *step(
        S.IN_MEDIATION, c.Propose, {Role.MEDIATOR}, S.PROPOSED, propose,
        "settlement_proposed", "The mediator proposed",
        money="mediation fee: escrow of the mediation → mediator", needs=MONEY,
    ),
    *step(
        S.PROPOSED, c.AcceptProposal, PARTIES, (S.PROPOSED, S.EXECUTED), accept_proposal,
        "proposal_accepted", "The proposal was accepted", money=f"by both: {DECIDED}",
        when=(NOT_ACCEPTED_YET,), needs=MONEY,
    ),
    *step(
        S.PROPOSED, c.RefuseProposal, PARTIES, S.STAFF_REVIEW, refuse_proposal,
        "proposal_refused", "The proposal was refused",
    ),
    *step(
        S.STAFF_REVIEW, c.Resolve, {Role.STAFF}, (S.EXECUTED, S.RULED), resolve,
        "dispute_resolved", "Staff ruled", money=DECIDED, needs=MONEY,
    ),
    *step(
        (S.OPEN, S.PROPOSED), c.Resolve, {Role.STAFF}, (S.EXECUTED, S.RULED), resolve,
        "dispute_resolved", "Staff ruled", money=DECIDED, when=(TASK_OPEN,), needs=MONEY,
    ),
    *step(
        S.RULED, c.Confirm, {Role.STAFF}, S.EXECUTED, confirm,
        "ruling_confirmed", "The ruling was confirmed", money=DECIDED,
        when=(ANOTHER_PERSON,), needs=MONEY,
    ),
    *step(
        S.RULED, c.Refuse, {Role.STAFF}, S.STAFF_REVIEW, refuse,
        "ruling_refused", "The ruling was sent back", when=(ANOTHER_PERSON,),
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "not_settled", S.OPEN, lambda p: p.rejection_period, S.NOT_SETTLED_IN_TIME, expire,
        "job_rejected", "the job is rejected automatically, not settled in time", money=REFUND,
        proof=lambda case: frozenset({Role.FREELANCER}),
    ),
    Silence(
        "veto_closes", S.APPOINTING, lambda p: p.veto_period, None, close_veto,
        "veto_closed", "the client can no longer veto the mediator", since=_veto,
    ),
    Silence(
        "appointment_over", S.APPOINTING, lambda p: p.appointment_period, S.APPOINTING,
        next_mediator, "appointment_lapsed", "the next mediator is asked, or staff decide",
        needs=frozenset(MONEY | {Need.MEDIATORS}),
    ),
    Silence(
        "mediation_over", S.IN_MEDIATION, lambda p: p.mediation_period, S.APPOINTING,
        replace_mediator, "mediator_replaced", "another mediator is asked, once",
        since=lambda case: _if_replaced(case, replaced=False),
        needs=frozenset(MONEY | {Need.MEDIATORS}),
    ),
    Silence(
        "mediation_over_again", S.IN_MEDIATION, lambda p: p.mediation_period, S.STAFF_REVIEW,
        give_up_mediation, "mediation_ended", "staff decide",
        since=lambda case: _if_replaced(case, replaced=True),
        needs=frozenset(MONEY),
    ),
    Silence(
        "proposal_over", S.PROPOSED, lambda p: p.proposal_period, S.EXECUTED, execute_proposal,
        "proposal_executed", "silence accepts and the proposal is executed", money=DECIDED,
        proof=_silent_on_proposal, needs=frozenset({Need.WALLETS}),
    ),
    Silence(
        "escalate", S.STAFF_REVIEW, lambda p: p.staff_review_period, None, escalate,
        "review_escalated", "the head of support is told, daily",
        repeats=lambda p: p.escalation_period,
    ),
    Silence(
        "escalate", S.RULED, lambda p: p.ruling_period, None, escalate,
        "ruling_escalated", "the head of support is told, daily",
        repeats=lambda p: p.escalation_period,
    ),
)  # fmt: skip

DISPUTE = Process(
    name="dispute",
    steps=STEPS,
    silences=SILENCES,
    reminders=(
        rejection_reminders(S.OPEN, "not_settled", "A rejection runs"),
        usual_reminders(S.PROPOSED, "proposal_over", _silent_on_proposal, "A proposal waits"),
    ),
    turn={
        S.OPEN: Role.FREELANCER,
        S.APPOINTING: Role.MEDIATOR,
        S.IN_MEDIATION: Role.MEDIATOR,
        S.PROPOSED: Role.CLIENT,
        S.STAFF_REVIEW: Role.STAFF,
        S.RULED: Role.STAFF,
    },
)
