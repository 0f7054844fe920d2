"""A project: freelancers bid, the client awards one or several bids; each becomes a job."""

from datetime import datetime, timedelta
from typing import cast

from domain import job as jobs
from domain import project_commands as c
from domain.cases import Case, Job, Role
from domain.commands import OfferJob
from domain.errors import InvalidAmount, Linked, NotOpen, SeenIsStale, UnknownReference
from domain.facts import Need
from domain.ids import CaseId, UserId, derived
from domain.lone_states import ProjectState
from domain.money import show
from domain.policy import Policy, Terms
from domain.process import Beside, Change, Condition, Process, Scene, Silence, Touch, step
from domain.project_case import Bid, BidState, Project
from domain.reminding import usual_reminders
from domain.standing import Standing

S = ProjectState
OPENED = "job_offered", "The bid was awarded, and the job offered on its terms"
"""What a job that begins with an award tells of it."""

EXTENDABLE = Condition(
    "it was not extended as often as the policy allows",
    lambda scene: _of(scene).extensions < scene.case.terms.policy.project_extensions,
)


def post(scene: Scene) -> Change:
    """Freelancers may bid from now on."""
    jobs.require_undisputed(scene)
    return _to(scene, S.OPEN, open_since=scene.at)


def award(scene: Scene) -> Change:
    """Each chosen bid becomes a job of its own; the project stays open."""
    project, command = _of(scene), cast(c.Award, scene.command)
    bids = [_chosen(scene, one) for one in command.bids]
    opened = tuple(_offer(scene, bid) for bid in bids)
    for bid in bids:
        # Last of all: whoever tries accounts out must be about to hire.
        _require_unlinked(bid)
    named = {bid.id: one.scene.case.id for bid, one in zip(bids, opened, strict=True)}
    change = _to(scene, S.OPEN, awards=project.awards + len(bids))
    return Change(lone=change.lone, opens=opened, facts={"jobs": named})


def extend(scene: Scene) -> Change:
    """It stays open for one more period, from its present end."""
    project = _of(scene)
    since = project.open_since + project.terms.policy.project_period
    return _to(scene, S.OPEN, open_since=since, extensions=project.extensions + 1)


def close(scene: Scene) -> Change:
    """No more bids; jobs that were awarded go on by themselves."""
    return _to(scene, S.CLOSED)


def require_bid(project: Project, person: UserId, standing: Standing, amount_minor: int) -> None:
    """Raise what the law says against this bid: whose it is, what was signed, or its sum."""
    if person == project.client:
        raise Linked("nobody bids on a project of their own")
    standing.require_to_work()
    require_price(project.terms.policy, amount_minor)


def require_price(policy: Policy, amount_minor: int) -> None:
    """Raise InvalidAmount unless a job may have this price."""
    least, most = policy.smallest_price_minor, policy.largest_price_minor
    if not least <= amount_minor <= most:
        raise InvalidAmount(
            f"a price is from {show(least)} to {show(most)}",
            field="amount",
            smallest_minor=least,
            largest_minor=most,
        )


def require_editable(bid: Bid) -> None:
    """Raise NotOpen when the bid is not its freelancer's to change any more."""
    if bid.state is not BidState.PLACED:
        raise NotOpen(f"the bid is {bid.state}", state=bid.state.value)


def _chosen(scene: Scene, chosen: c.Chosen) -> Bid:
    """The bid as the client saw it; what has changed since is refused."""
    bid = next((one for one in scene.facts.bids if one.id == chosen.bid), None)
    if bid is None or bid.project != scene.case.id:
        raise UnknownReference("there is no such bid on this project", field="bids")
    if bid.state is not BidState.PLACED:
        raise SeenIsStale(f"the bid is {bid.state}", bid=bid.id, state=bid.state.value)
    if bid.version != chosen.version:
        raise SeenIsStale("the bid has changed", bid=bid.id, version=bid.version)
    return bid


def _require_unlinked(bid: Bid) -> None:
    """Raise Linked when staff have to look first."""
    if bid.linked:
        detail = "its freelancer is linked with you: staff have to look at it first"
        raise Linked(detail, bid=bid.id)


def _offer(scene: Scene, bid: Bid) -> Touch:
    """The job that a bid becomes, offered by the client on the terms of the bid."""
    project = _of(scene)
    terms = Terms(
        policy=project.terms.policy,
        currency=project.terms.currency,
        price_minor=bid.amount_minor,
        work_period=timedelta(days=bid.days),
        start_when_funded=project.start_when_funded,
        confidentiality=project.confidentiality,
    )
    job = Job(
        id=CaseId(derived("job", scene.at, f"{scene.step_id}/{bid.id}")),
        terms=terms,
        client=project.client,
        freelancer=bid.freelancer,
        opened_at=scene.at,
        last_event_at=scene.at,
        since=scene.at,
        origin=project.id,
    )
    begun = scene.opening(job, OfferJob())
    return Touch(begun, jobs.offer(begun), *OPENED)


def _of(scene: Scene) -> Project:
    assert isinstance(scene.case, Project), "this row stands in a project"
    return scene.case


def _to(scene: Scene, state: ProjectState, **update: object) -> Change:
    return Change(lone=_of(scene).model_copy(update={"state": state, **update}))


def _open_since(case: Case) -> datetime:
    return cast(Project, case).open_since


STEPS = (
    *step(
        S.DRAFT, c.PostProject, {Role.CLIENT}, S.OPEN, post,
        "project_posted", "The project was posted", needs={Need.CHARGEBACKS},
    ),
    *step(
        S.OPEN, c.Award, {Role.CLIENT}, S.OPEN, award,
        "bids_awarded", "Bids were awarded, and their jobs offered",
        needs={Need.BIDS, Need.CHARGEBACKS},
    ),
    *step(
        S.OPEN, c.Extend, {Role.CLIENT}, S.OPEN, extend,
        "project_extended", "The project stays open for longer",
        when=(EXTENDABLE,), restarts=True,
    ),
    *step(
        S.OPEN, c.CloseProject, {Role.CLIENT}, S.CLOSED, close,
        "project_closed", "The project was closed", needs={Need.CROWD},
    ),
)  # fmt: skip

BESIDE = (
    Beside(frozenset({S.OPEN}), "bid", frozenset({Role.FREELANCER}), "Offer to do it"),
    Beside(frozenset({S.OPEN}), "edit_bid", frozenset({Role.FREELANCER}), "Change the bid"),
    Beside(frozenset({S.OPEN}), "withdraw_bid", frozenset({Role.FREELANCER}), "Take the bid back"),
)

SILENCES = (
    Silence(
        "project_ends", S.OPEN, lambda p: p.project_period, S.CLOSED, close,
        "project_closed", "the project is closed", since=_open_since,
        needs=frozenset({Need.CROWD}),
    ),
)  # fmt: skip

PROJECT = Process(
    name="project",
    steps=STEPS,
    silences=SILENCES,
    reminders=(
        usual_reminders(S.OPEN, "project_ends", lambda case: {Role.CLIENT}, "Please choose bids"),
    ),
    turn={S.DRAFT: Role.CLIENT, S.OPEN: Role.CLIENT},
    refused=S.REFUSED,
    beside=BESIDE,
)
