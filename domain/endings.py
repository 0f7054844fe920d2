"""The ways a job under escrow ends: released, refunded or split; an open dispute ends with it."""

from collections.abc import Iterable
from dataclasses import replace

from domain import flows
from domain.accounts import Entry, Kind, Parts, Posting, Wallet
from domain.cases import Dispute, DisputeState, Ends, Ip, Job, JobState, Verdict
from domain.errors import EscrowShort, InvalidAmount
from domain.ids import UserId
from domain.postings import cut
from domain.process import Change, Scene


def release(scene: Scene, dispute_ends: DisputeState = DisputeState.DISMISSED) -> Change:
    """The freelancer is paid at once, less the fee; the client owns the work."""
    _require_whole(scene.job)
    job, held = scene.job, escrow(scene.job)
    fee = job.terms.policy.commission.of(held.total)
    entry = flows.release(job.id, job.freelancer, held, fee, job.terms.currency)
    entries = (entry, *_debts_settled(scene, job.freelancer, entry))
    return _over(scene, JobState.COMPLETED, Ip.CLIENT, entries, dispute_ends)


def refund(
    scene: Scene,
    dispute_ends: DisputeState = DisputeState.EXECUTED,
    job_ends: JobState = JobState.CANCELLED,
) -> Change:
    """The client gets everything back; the work stays with the freelancer.

    A prize goes back to its contest, which decides on it.
    """
    job, held = scene.job, escrow(scene.job)
    if (contest := job.prize_of) is None:
        entry = flows.refund(job.id, job.client, held, job.terms.currency)
        return _over(scene, job_ends, Ip.FREELANCER, (entry,), dispute_ends)
    entry = flows.prize_return(contest, job.id, held.total, job.terms.currency)
    change = _over(scene, job_ends, Ip.FREELANCER, (entry,), dispute_ends)
    assert change.job is not None, "the job is over"
    return replace(change, job=change.job.model_copy(update={"returned": held}))


def split(
    scene: Scene, freelancer_minor: int, ip: Ip, dispute_ends: DisputeState = DisputeState.SETTLED
) -> Change:
    """The escrow is divided; the fee comes out of the freelancer's part."""
    _require_whole(scene.job)
    job, held = scene.job, escrow(scene.job)
    require_split(job, freelancer_minor)
    fee = job.terms.policy.commission.of(freelancer_minor)
    parted = cut(held, freelancer_minor, fee)
    entry = flows.split(job.id, job.client, job.freelancer, parted, job.terms.currency)
    entries = (entry, *_debts_settled(scene, job.freelancer, entry))
    return _over(scene, JobState.SETTLED, ip, entries, dispute_ends)


def execute(scene: Scene, verdict: Verdict) -> Change:
    """What a proposal or a ruling says is done."""
    if verdict.ends is Ends.RELEASE:
        return release(scene, DisputeState.EXECUTED)
    if verdict.ends is Ends.REFUND:
        return refund(scene, DisputeState.EXECUTED)
    return split(scene, verdict.freelancer_minor, verdict.ip, DisputeState.EXECUTED)


def escrow(job: Job) -> Parts:
    """What is held for the job."""
    assert job.held is not None, "a job past its funding holds its price"
    return job.held


def _require_whole(job: Job) -> None:
    """Raise EscrowShort while something that was taken from the escrow may come back."""
    if job.short:
        raise EscrowShort


def require_split(job: Job, freelancer_minor: int) -> None:
    """Raise InvalidAmount unless both parties get something."""
    total = escrow(job).total
    if not 0 < freelancer_minor < total:
        raise InvalidAmount("a split gives both something", field="freelancer", escrow_minor=total)


def require_verdict(job: Job, verdict: Verdict) -> None:
    """Raise InvalidAmount unless the verdict fits the escrow."""
    if verdict.ends is Ends.SPLIT:
        require_split(job, verdict.freelancer_minor)
    elif verdict.freelancer_minor:
        raise InvalidAmount("only a split names a part", field="freelancer")


def fee_returned(scene: Scene, dispute: Dispute) -> tuple[Entry, ...]:
    """The mediation fee goes back to the freelancer, if it is still held.

    What was lent for it settles what they owe; if they have repaid it since, it is theirs.
    """
    fee = dispute.fee
    if fee is None:
        return ()
    owed = scene.facts.wallets[dispute.freelancer].receivable if fee.advanced else 0
    lent = min(fee.advanced, owed)
    back = {"advanced": lent, "earnings": fee.earnings + fee.advanced - lent}
    parts, currency = fee.model_copy(update=back), dispute.terms.currency
    return (flows.mediation_fee_return(dispute.id, dispute.freelancer, parts, currency),)


def debt_settled(
    cause: str, user: UserId, owed_minor: int, arrived_minor: int, currency: str
) -> tuple[Entry, ...]:
    """What a person owes is taken from earnings that have just arrived."""
    settled = min(owed_minor, arrived_minor)
    if not settled:
        return ()
    return (flows.receivable_settle(cause, user, settled, Kind.EARNINGS, currency),)


def earned_minor(entry: Entry, user: UserId) -> int:
    """How much an entry adds to a person's cleared earnings."""
    theirs = (posting for posting in entry.postings if posting.target.owner == user)
    return sum(arrives(posting) for posting in theirs)


def arrives(posting: Posting) -> int:
    """How much of it is somebody's cleared earnings."""
    return posting.amount_minor if posting.target.kind is Kind.EARNINGS else 0


def _debts_settled(scene: Scene, user: UserId, entry: Entry) -> tuple[Entry, ...]:
    owed = scene.facts.wallets.get(user, Wallet()).receivable
    if scene.dispute is not None and scene.dispute.fee is not None:
        owed = max(owed - scene.dispute.fee.advanced, 0)
    arrived = earned_minor(entry, user)
    return debt_settled(entry.reference, user, owed, arrived, scene.job.terms.currency)


def _over(
    scene: Scene, state: JobState, ip: Ip, entries: Iterable[Entry], dispute_ends: DisputeState
) -> Change:
    job = scene.job.model_copy(update={"state": state, "ip": ip})
    if scene.dispute is None:
        return Change(job=job, entries=tuple(entries), facts={"ip": ip.value})
    dispute = scene.dispute.model_copy(update={"state": dispute_ends, "fee": None})
    return Change(
        job=job,
        dispute=dispute,
        entries=(*entries, *fee_returned(scene, scene.dispute)),
        facts={"ip": ip.value},
    )
