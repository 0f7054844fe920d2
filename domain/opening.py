"""How a dispute begins, and how a mediator is found for it."""

from domain import flows
from domain.accounts import Parts, Wallet
from domain.cases import Dispute, DisputeState, Job, JobState, Role
from domain.commands import HireMediator
from domain.endings import escrow, fee_returned
from domain.errors import InsufficientFunds, SeenIsStale
from domain.ids import CaseId, derived
from domain.process import Change, Scene


def request_rejection(scene: Scene) -> Change:
    """The job is disputed: a rejection is open, for its period, from now."""
    dispute = new_dispute(scene)
    return Change(job=_disputed(scene), dispute=dispute, facts={"dispute_id": dispute.id})


def hire_mediator_in_review(scene: Scene) -> Change:
    """The freelancer calls a mediator without a rejection having been requested."""
    dispute = new_dispute(scene)
    change = hired(scene, dispute)
    facts = {**change.facts, "dispute_id": dispute.id}
    return Change(_disputed(scene), change.dispute, change.entries, facts)


def new_dispute(scene: Scene) -> Dispute:
    """A dispute over the job, under the job's own terms."""
    job = scene.job
    return Dispute(
        id=CaseId(derived("dispute", scene.at, scene.step_id)),
        terms=job.terms,
        client=job.client,
        freelancer=job.freelancer,
        opened_at=scene.at,
        last_event_at=scene.at,
        since=scene.at,
        paused_until=job.paused_until,
        job=job.id,
        number=job.rejections + 1,
        requested_by=scene.actor,
    )


def hired(scene: Scene, dispute: Dispute) -> Change:
    """The fee is set aside and a mediator asked; small escrows go to staff, free.

    When there is nobody to ask, staff decide and no fee is taken.
    """
    command = scene.command
    assert isinstance(command, HireMediator)
    fee = quoted_fee(scene.job)
    if command.fee_minor != fee:
        raise SeenIsStale("the mediator's fee is another", fee_minor=fee)
    if not fee:
        return to_staff_review(scene, dispute)
    change = ask_next_mediator(scene, dispute)
    if change.dispute is None or change.dispute.state is not DisputeState.APPOINTING:
        return change
    parts = _fee_parts(scene, fee)
    entry = flows.mediation_fee_hold(dispute.id, dispute.freelancer, parts, dispute.terms.currency)
    facts = {**change.facts, "fee_minor": fee, "advanced_minor": parts.advanced}
    return Change(None, change.dispute.model_copy(update={"fee": parts}), (entry,), facts)


def quoted_fee(job: Job) -> int:
    """What hiring a mediator costs for this job, in minor units; 0 when staff decide for free."""
    policy, total = job.terms.policy, escrow(job).total
    return 0 if total <= policy.free_ruling_up_to_minor else policy.mediation_fee.of(total)


def ask_next_mediator(scene: Scene, dispute: Dispute) -> Change:
    """The best candidate not asked before is asked; when nobody is left, staff decide."""
    policy = dispute.terms.policy
    left = [person for person in scene.facts.mediators if person not in dispute.asked]
    if not left or dispute.asked_this_time >= policy.mediators_asked:
        return to_staff_review(scene, dispute)
    chosen = left[0]
    asked = dispute.model_copy(
        update={
            "state": DisputeState.APPOINTING,
            "mediator": chosen,
            "asked": (*dispute.asked, chosen),
            "asked_this_time": dispute.asked_this_time + 1,
            "veto_open": not dispute.vetoed,
        }
    )
    return Change(dispute=asked, facts={"mediator_id": chosen})


def to_staff_review(scene: Scene, dispute: Dispute) -> Change:
    """Staff decide; a fee for which nothing was proposed goes back."""
    entries = fee_returned(scene, dispute)
    update = {"state": DisputeState.STAFF_REVIEW, "fee": None, "veto_open": False, "ruling": None}
    return Change(dispute=dispute.model_copy(update=update), entries=entries)


def by_rejection(dispute: Dispute) -> bool:
    """Whether a rejection was requested, by the client or for them by the clock."""
    return dispute.requested_by in (Role.CLIENT, Role.CLOCK)


def _disputed(scene: Scene) -> Job:
    """The job while its due date stands still; what is left of a pause is not counted twice."""
    job = scene.job
    update: dict[str, object] = {"state": JobState.REJECTION_OPEN, "rejections": job.rejections + 1}
    if job.due_at is not None:
        update["due_at"] = job.due_at - (scene.counts_from - scene.at)
    return job.model_copy(update=update)


def _fee_parts(scene: Scene, fee_minor: int) -> Parts:
    wallet = scene.facts.wallets.get(scene.job.freelancer, Wallet())
    parts = wallet.take(fee_minor)
    if parts is not None:
        return parts
    missing = fee_minor - wallet.spendable
    if wallet.receivable:
        raise InsufficientFunds("an earlier advance is not settled yet", missing_minor=missing)
    own = wallet.take(wallet.spendable) or Parts()
    return own.model_copy(update={"advanced": missing})
