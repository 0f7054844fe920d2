"""A job: one client, one freelancer, one escrow; revisions until the client is satisfied."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from domain import commands as c
from domain import endings, flows, opening, pausing, settlement, spending
from domain.accounts import Parts, Wallet
from domain.cases import Case, Dispute, DisputeState, Job, JobState, Role, Ruling, Verdict
from domain.confidentiality import require_agreed
from domain.errors import (
    ChargebackOpen,
    InsufficientFunds,
    InvalidAmount,
    Linked,
    SeenIsStale,
)
from domain.facts import Need
from domain.ids import DeliveryId, UserId
from domain.money import show
from domain.process import Change, Condition, Process, Scene, Silence, step
from domain.reminding import usual_reminders

S = JobState
UNDER_WAY = (S.IN_PROGRESS, S.IN_REVIEW)
WAITING = (S.OFFERED, S.AWAITING_FUNDS, *UNDER_WAY, S.REJECTION_OPEN)

DELIVERED = Condition("something was delivered", lambda scene: bool(scene.job.deliveries))
NEVER_DELIVERED_AND_LATE = Condition(
    "nothing was ever delivered and the due date has passed by the days of grace",
    lambda scene: scene.job.late and not scene.job.deliveries,
)
MEDIATION_OPEN = Condition(
    "the rounds or the days since the first delivery that open mediation have passed",
    lambda scene: scene.job.mediation_open,
)
TASK_OPEN = Condition("a staff task is open on it", lambda scene: bool(scene.job.tasks))
NOT_APPROVED = Condition(
    "no approval waits for a disputed payment", lambda scene: scene.job.approved is None
)


def offer(scene: Scene) -> Change:
    """The freelancer sees the offer."""
    require_offerable(scene.job)
    require_undisputed(scene)
    return Change(job=_to(scene, S.OFFERED, offer_version=scene.job.version + 1))


def require_offerable(job: Job) -> None:
    """Raise Linked or InvalidAmount when the job can't be offered at all, by its terms alone."""
    if job.client == job.freelancer:
        raise Linked("a job takes two people")
    policy, price = job.terms.policy, job.terms.price_minor
    if not policy.smallest_price_minor <= price <= policy.largest_price_minor:
        raise InvalidAmount(
            f"a price is from {show(policy.smallest_price_minor)}"
            f" to {show(policy.largest_price_minor)}",
            field="price",
            smallest_minor=policy.smallest_price_minor,
            largest_minor=policy.largest_price_minor,
        )


def accept(scene: Scene) -> Change:
    """The contract is made; work begins at once when the wallet suffices."""
    command = cast(c.Accept, scene.command)
    assert scene.facts.standing is not None, "the row needs the standing of who accepts"
    scene.facts.standing.require_to_work()
    if command.offer_version != scene.job.offer_version:
        raise SeenIsStale("the offer has changed", offer_version=scene.job.offer_version)
    asked = scene.job.terms.confidentiality
    require_agreed(asked, command.agree_confidentiality)
    try:
        change = fund(scene)
    except (InsufficientFunds, ChargebackOpen):
        change = Change(job=_to(scene, S.AWAITING_FUNDS))
    return replace(change, facts={"confidentiality": asked}) if asked else change


def fund(scene: Scene) -> Change:
    """The price goes from the client's wallet to escrow and the work begins."""
    job = scene.job
    currency = job.terms.currency
    parts = set_aside(scene, job.client, job.terms.price_minor)
    begun = _to(scene, S.IN_PROGRESS, held=parts, due_at=scene.counts_from + job.terms.work_period)
    return Change(job=begun, entries=(flows.hold(job.id, job.client, parts, currency),))


def set_aside(scene: Scene, client: UserId, price_minor: int) -> Parts:
    """The price out of the client's wallet; ChargebackOpen or InsufficientFunds.

    What is owed, and what was paid in for another case alone, is left for that.
    """
    require_undisputed(scene)
    wallet = scene.facts.wallets.get(client, Wallet())
    free = spending.free(wallet, scene.facts.meant_for_others_minor)
    parts = wallet.take(price_minor) if price_minor <= free else None
    if parts is None:
        raise spending.lacks(wallet, price_minor - free)
    return parts


def require_undisputed(scene: Scene) -> None:
    """Raise ChargebackOpen while a payment of the client's is: no new work begins."""
    if scene.facts.charged_back:
        raise ChargebackOpen("A payment of the client's is disputed with the card network")


def deliver(scene: Scene) -> Change:
    """A delivery waits for the client's review; in a dispute it changes no clock."""
    job, command = scene.job, cast(c.Deliver, scene.command)
    state = job.state if job.state is S.REJECTION_OPEN else S.IN_REVIEW
    delivered = _to(
        scene,
        state,
        deliveries=(*job.deliveries, command.id),
        first_delivered_at=job.first_delivered_at or scene.at,
        last_delivered_at=scene.at,
        review_ends_at=scene.counts_from + job.terms.policy.review_period,
        mediation_counts_from=job.mediation_counts_from or scene.counts_from,
        revision_asked_at=None,
    )
    return Change(job=delivered, facts={"delivery_id": command.id})


def approve(scene: Scene) -> Change:
    """The client is satisfied: the escrow is released at once, a rejection is dismissed."""
    command = cast(c.Approve, scene.command)
    if command.delivery_id not in scene.job.deliveries:
        raise SeenIsStale("there is no such delivery on this job")
    if scene.job.short:
        return _approved_later(scene, command.delivery_id)
    change = endings.release(scene)
    facts = {**change.facts, "delivery_id": command.delivery_id}
    return Change(change.job, change.dispute, change.entries, facts)


def _approved_later(scene: Scene, delivery: DeliveryId) -> Change:
    """It counts, and is carried out when the disputed payment is decided."""
    job = scene.job.model_copy(update={"approved": delivery})
    facts = {"delivery_id": delivery, "waits": True}
    return Change(job=job, facts=facts, why="it is paid once the disputed payment is decided")


def request_revision(scene: Scene) -> Change:
    """The freelancer works on: one round more, and a new due date."""
    job, command = scene.job, cast(c.RequestRevision, scene.command)
    policy = job.terms.policy
    period = max(policy.revision_period, timedelta(days=command.days or 0))
    asked = _to(
        scene,
        S.IN_PROGRESS,
        round=job.round + 1,
        revision_asked_at=scene.at,
        due_at=scene.counts_from + period,
        mediation_open=job.mediation_open or job.round + 1 >= policy.mediation_after_rounds,
    )
    return Change(job=asked, facts={"round": asked.round})


def resolve(scene: Scene) -> Change:
    """Staff decide; above the limit the ruling waits for a second person."""
    job, command = scene.job, cast(c.Resolve, scene.command)
    verdict = Verdict.deciding(command.ends, command.freelancer_minor, command.ip)
    endings.require_verdict(job, verdict)
    if endings.escrow(job).total <= job.terms.policy.second_confirmation_above_minor:
        return endings.execute(scene, verdict)
    assert scene.actor_id is not None, "staff are people"
    change = opening.request_rejection(scene)
    ruling = Ruling(**verdict.model_dump(), id=command.id, by=scene.actor_id)
    dispute = cast(Dispute, change.dispute)
    ruled = dispute.model_copy(update={"state": DisputeState.RULED, "ruling": ruling})
    facts = {**change.facts, "ruling_id": ruling.id, "ends": ruling.ends.value}
    return Change(change.job, ruled, (), facts)


def cancel(scene: Scene) -> Change:
    """The job ends and the client has everything back."""
    return endings.refund(scene)


def lapse(scene: Scene) -> Change:
    """The offer ends before any money moved."""
    return Change(job=_to(scene, S.LAPSED))


def decline(scene: Scene) -> Change:
    """The freelancer does not take the job."""
    return Change(job=_to(scene, S.DECLINED))


def mark_late(scene: Scene) -> Change:
    """The client may cancel from now on."""
    return Change(job=scene.job.model_copy(update={"late": True}))


def open_mediation(scene: Scene) -> Change:
    """The freelancer may hire a mediator from now on."""
    return Change(job=scene.job.model_copy(update={"mediation_open": True}))


def _to(scene: Scene, state: JobState, **update: object) -> Job:
    return scene.job.model_copy(update={"state": state, **update})


def _due(case: Case, *, delivered: bool) -> datetime | None:
    job = cast(Job, case)
    return job.due_at if bool(job.deliveries) is delivered else None


def _first_delivery(case: Case) -> datetime | None:
    job = cast(Job, case)
    return None if job.mediation_open else job.mediation_counts_from


def _not_late_yet(case: Case) -> datetime | None:
    return None if cast(Job, case).late else _due(case, delivered=False)


RELEASE = "release: escrow → freelancer, less the fee"
REFUND = "full refund: escrow → client"
SPLIT = "split: escrow → freelancer and client"
HOLD = "hold: client → escrow"
MONEY = {Need.WALLETS}
FUNDING = {Need.WALLETS, Need.CHARGEBACKS}

STEPS = (
    *step(
        S.DRAFT, c.OfferJob, {Role.CLIENT}, S.OFFERED, offer,
        "job_offered", "The job was offered", needs={Need.CHARGEBACKS},
    ),
    *step(
        S.OFFERED, c.Accept, {Role.FREELANCER}, (S.AWAITING_FUNDS, S.IN_PROGRESS), accept,
        "offer_accepted", "The offer was accepted", money=f"{HOLD}, if the wallet suffices",
        needs=FUNDING | {Need.STANDING},
    ),
    *step(
        (S.OFFERED, S.AWAITING_FUNDS), c.Decline, {Role.FREELANCER}, S.DECLINED, decline,
        "offer_declined", "The offer was declined",
    ),
    *step(
        (S.OFFERED, S.AWAITING_FUNDS), c.WithdrawOffer, {Role.CLIENT}, S.LAPSED, lapse,
        "offer_withdrawn", "The offer was withdrawn",
    ),
    *step(
        S.AWAITING_FUNDS, c.Fund, {Role.CLIENT, Role.CLOCK}, S.IN_PROGRESS, fund,
        "job_funded", "The price is in escrow and the work has begun", money=HOLD, needs=FUNDING,
    ),
    *step(
        (S.IN_PROGRESS, S.IN_REVIEW), c.Deliver, {Role.FREELANCER}, S.IN_REVIEW, deliver,
        "work_delivered", "Work was delivered", restarts=True,
    ),
    *step(
        S.REJECTION_OPEN, c.Deliver, {Role.FREELANCER}, S.REJECTION_OPEN, deliver,
        "work_delivered", "Work was delivered",
    ),
    *step(
        (S.IN_PROGRESS, S.IN_REVIEW, S.REJECTION_OPEN), c.Approve, {Role.CLIENT}, S.COMPLETED,
        approve, "delivery_approved", "The work was approved", money=RELEASE,
        when=(DELIVERED,), needs=MONEY,
    ),
    *step(
        S.IN_REVIEW, c.RequestRevision, {Role.CLIENT}, S.IN_PROGRESS, request_revision,
        "revision_requested", "A revision was requested", when=(NOT_APPROVED,),
    ),
    *step(
        UNDER_WAY, c.RequestRejection, {Role.CLIENT}, S.REJECTION_OPEN, opening.request_rejection,
        "rejection_requested", "Rejection of the job was requested", when=(NOT_APPROVED,),
    ),
    *step(
        UNDER_WAY, c.Resign, {Role.FREELANCER}, S.CANCELLED, cancel,
        "job_resigned", "The freelancer gave the job back", money=REFUND,
    ),
    *step(
        S.IN_PROGRESS, c.Cancel, {Role.CLIENT}, S.CANCELLED, cancel,
        "job_cancelled", "The client cancelled the job", money=REFUND,
        when=(NEVER_DELIVERED_AND_LATE,),
    ),
    *step(
        UNDER_WAY, c.OfferSettlement, {Role.CLIENT, Role.FREELANCER}, (), settlement.offer,
        "settlement_offered", "A settlement was offered",
    ),
    *step(
        UNDER_WAY, c.AcceptSettlement, {Role.CLIENT, Role.FREELANCER}, S.SETTLED, settlement.accept,
        "settlement_accepted", "The settlement was accepted", money=SPLIT,
        when=(settlement.OTHER_OFFERS,), needs=MONEY,
    ),
    *step(
        UNDER_WAY, c.HireMediator, {Role.FREELANCER}, S.REJECTION_OPEN,
        opening.hire_mediator_in_review, "mediator_hired", "A mediator was called in",
        money="mediation fee: freelancer → escrow of the mediation",
        when=(MEDIATION_OPEN,), needs=MONEY | {Need.MEDIATORS},
    ),
    *step(
        UNDER_WAY, c.Resolve, {Role.STAFF},
        (S.COMPLETED, S.CANCELLED, S.SETTLED, S.REJECTION_OPEN), resolve,
        "job_resolved", "Staff decided", money="release, refund or split",
        when=(TASK_OPEN,), needs=MONEY,
    ),
    *step(
        WAITING, c.PauseClock, {Role.STAFF}, (), pausing.pause,
        "clock_paused", "The clock was paused", when=(pausing.RUNNING,),
    ),
    *step(
        WAITING, c.ResumeClock, {Role.STAFF}, (), pausing.resume,
        "clock_resumed", "The clock goes on", when=(pausing.PAUSED,),
    ),
)  # fmt: skip

SILENCES = (
    Silence(
        "offer_lapses", S.OFFERED, lambda p: p.offer_period, S.LAPSED, lapse,
        "offer_lapsed", "the offer lapses",
    ),
    Silence(
        "funding_lapses", S.AWAITING_FUNDS, lambda p: p.funding_period, S.LAPSED, lapse,
        "offer_lapsed", "the offer lapses because it was not funded",
        needs=frozenset(FUNDING),
    ),
    Silence(
        "late", S.IN_PROGRESS, lambda p: p.late_after, None, mark_late,
        "delivery_late", "the delivery counts as late and the client may cancel",
        since=_not_late_yet,
    ),
    Silence(
        "abandoned", S.IN_PROGRESS, lambda p: p.abandoned_after, S.CANCELLED, cancel,
        "job_abandoned", "the job is cancelled because nothing was delivered", money=REFUND,
        since=lambda case: _due(case, delivered=False),
        proof=lambda case: frozenset({Role.FREELANCER}),
    ),
    Silence(
        "revision_overdue", S.IN_PROGRESS, lambda p: p.revision_overdue_after, S.REJECTION_OPEN,
        opening.request_rejection, "rejection_requested",
        "rejection is requested because the revision did not come",
        since=lambda case: _due(case, delivered=True),
    ),
    *(
        Silence(
            "mediation_opens", state, lambda p: p.mediation_after, None, open_mediation,
            "mediation_opened", "the freelancer may hire a mediator", since=_first_delivery,
        )
        for state in UNDER_WAY
    ),
    Silence(
        "review_over", S.IN_REVIEW, lambda p: p.review_period, S.COMPLETED, endings.release,
        "review_ended", "the work counts as approved", money=RELEASE,
        proof=lambda case: frozenset({Role.CLIENT}), needs=frozenset({Need.WALLETS}),
    ),
)  # fmt: skip

JOB = Process(
    name="job",
    steps=STEPS,
    silences=SILENCES,
    refused=S.REFUSED,
    reminders=(
        usual_reminders(S.IN_REVIEW, "review_over", lambda case: {Role.CLIENT}, "Please review"),
        usual_reminders(
            S.IN_PROGRESS,
            "abandoned",
            lambda case: set() if cast(Job, case).deliveries else {Role.FREELANCER},
            "Please deliver",
        ),
    ),
    turn={
        S.DRAFT: Role.CLIENT,
        S.OFFERED: Role.FREELANCER,
        S.AWAITING_FUNDS: Role.CLIENT,
        S.IN_PROGRESS: Role.FREELANCER,
        S.IN_REVIEW: Role.CLIENT,
    },
)
