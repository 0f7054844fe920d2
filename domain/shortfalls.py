"""Escrows that are short: money is taken back from them, their jobs stand still, they are refilled.

What is missing is written on the job, by the case that took it. Until nothing is, its clocks stand
still and nothing is released.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from domain import endings, flows, spending
from domain.accounts import Entry, Kind, Parts, Shortfall, Wallet
from domain.cases import OVER, Contract, Dispute, Job
from domain.clock import ESCALATE_TASK, RESUME, not_before, shift, with_timer
from domain.facts import Need, Place
from domain.ids import UserId
from domain.process import Change, Scene, Touch

C = TypeVar("C", bound=Contract)
ESCROWS = frozenset({Need.WALLETS, Need.ESCROWS})
GIVEN_UP = "refund: escrow → client; what was approved, as far as filled, → freelancer"
FROZEN = "job_frozen", "The job stands still: a payment behind it was taken back"
THAWED = "job_thawed", "The job goes on: its escrow is whole again"
RELEASED = "delivery_approved", "The work that was approved is paid"
CANCELLED = "job_unfunded", "The job is cancelled, because its escrow was not refilled"
FILLED = "escrow_filled", "A part of what was missing is in the escrow again"


@dataclass(frozen=True)
class Taken:
    """What was taken from escrows: by job, in which parts, and what becomes of the jobs."""

    pieces: tuple[Shortfall, ...] = ()
    parts: tuple[Parts, ...] = ()
    touches: tuple[Touch, ...] = ()

    @property
    def total(self) -> int:
        return sum(piece.minor for piece in self.pieces)


def take(scene: Scene, most: int, kinds: tuple[str, ...]) -> Taken:
    """Take so much at most of what is in escrows, of these parts, from the newest job first."""
    taken = Taken()
    for place in scene.facts.places:
        parts = _at_most(_held(place.job), min(place.minor, most - taken.total), kinds)
        if not parts.total:
            continue
        piece = Shortfall(case=place.job.id, minor=parts.total)
        taken = Taken(
            (*taken.pieces, piece),
            (*taken.parts, parts),
            (*taken.touches, _frozen(scene, place, parts)),
        )
    return taken


def lacking(scene: Scene) -> int:
    """What escrows lack still of what this case took, in minor units."""
    return sum(_lacks(place.job, scene.case.id) for place in scene.facts.places)


def give_back(scene: Scene, most: int) -> Taken:
    """What was taken is in the escrows again, so much at most, the oldest job first.

    Those go on in which nothing is missing; those that are over get nothing.
    """
    pieces, touches = list[Shortfall](), list[Touch]()
    for place in reversed(_short(scene)):
        minor = min(_lacks(place.job, scene.case.id), most)
        most -= minor
        if not minor:
            continue
        pieces.append(Shortfall(case=place.job.id, minor=minor))
        filled = _filled(place.job, scene.case.id, Parts(credits=minor))
        touches.append(_goes_on(scene, place, filled))
        scene = _after(scene, touches[-1])
    return Taken(tuple(pieces), touches=tuple(touches))


def refill(scene: Scene, wallet: Wallet, cause: str) -> tuple[Taken, tuple[Entry, ...]]:
    """The client fills what is missing as far as the wallet suffices, the oldest job first.

    What is owed, and what was paid in for a job that waits for money, is left for that.
    """
    taken, entries, kept = Taken(), list[Entry](), scene.facts.meant_for_others_minor
    for place in reversed(_short(scene)):
        job = place.job
        free = max(spending.free(wallet, kept), 0)
        parts = wallet.take(min(_lacks(job, scene.case.id), free)) or Parts()
        if not parts.total:
            continue
        wallet = wallet.without(parts)
        sequence = scene.case.version + 1
        entries.append(
            flows.escrow_refill(cause, job.id, job.client, parts, sequence, job.terms.currency)
        )
        touch = _goes_on(scene, place, _filled(job, scene.case.id, parts))
        piece = Shortfall(case=job.id, minor=parts.total)
        taken = Taken((*taken.pieces, piece), touches=(*taken.touches, touch))
        scene = _after(scene, touch)
    return taken, tuple(entries)


def give_up(scene: Scene) -> tuple[Touch, ...]:
    """Nobody refilled: what was approved is paid as far as filled, the rest is cancelled."""
    touches = list[Touch]()
    for place in _short(scene):
        touches.append(_ended(scene, place))
        scene = _after(scene, touches[-1])
    return tuple(touches)


def _after(scene: Scene, touch: Touch) -> Scene:
    """As the next job sees it: what a freelancer has just paid of a debt is not owed twice."""
    wallets = dict(scene.facts.wallets)
    for entry in touch.change.entries:
        for posting in entry.postings:
            if posting.target.kind is Kind.RECEIVABLE:
                owner = UserId(posting.target.owner)
                left = wallets[owner].receivable - posting.amount_minor
                wallets[owner] = wallets[owner].model_copy(update={"receivable": left})
    return replace(scene, facts=replace(scene.facts, wallets=wallets))


def _short(scene: Scene) -> list[Place]:
    """Whose escrow lacks something that this case took."""
    return [one for one in scene.facts.places if _lacks(one.job, scene.case.id)]


def _lacks(job: Job, case_id: str) -> int:
    return 0 if job.state in OVER else sum(s.minor for s in job.short if s.case == case_id)


def _frozen(scene: Scene, place: Place, parts: Parts) -> Touch:
    job, dispute = _still(scene, place.job, place.dispute)
    missing = Shortfall(case=scene.case.id, minor=parts.total)
    update = {"held": _held(job).less(parts), "short": (*job.short, missing)}
    facts = {"short_minor": parts.total}
    change = Change(job=job.model_copy(update=update), dispute=dispute, facts=facts)
    return Touch(_seen(scene, place), change, *FROZEN)


def stand_still(scene: Scene) -> Change:
    """What is missing still was not decided in all that time: its clocks do not go on for that."""
    job, dispute = _still(scene, scene.job, scene.dispute)
    return Change(job=job, dispute=dispute)


def _still(scene: Scene, job: Job, dispute: Dispute | None) -> tuple[Job, Dispute | None]:
    """No clock goes on until the end of the longest freeze from now."""
    until = scene.at + job.terms.policy.longest_freeze
    paused = job.paused_until or scene.at
    begun = paused if job.short else max(paused, scene.at)
    length, frozen = until - begun, {"paused_until": until}
    if dispute is not None:
        dispute = _moved(not_before(dispute, scene.at), length).model_copy(update=frozen)
    return _moved(not_before(job, scene.at), length).model_copy(update=frozen), dispute


def _goes_on(scene: Scene, place: Place, job: Job) -> Touch:
    """The job with what was filled; when nothing is missing, its clocks and its approval go on."""
    seen = _seen(scene, place)
    facts = {"short_minor": sum(one.minor for one in job.short)}
    if job.short:
        return Touch(seen, Change(job=job, facts=facts), *FILLED)
    job, dispute = _thawed(scene, job, place.dispute)
    if job.approved is None:
        return Touch(seen, Change(job=job, dispute=dispute, facts=facts), *THAWED)
    return Touch(seen, endings.release(replace(seen, case=job, other=dispute)), *RELEASED)


def _ended(scene: Scene, place: Place) -> Touch:
    job = _filled(place.job, scene.case.id, Parts(), wholly=True)
    seen = _seen(scene, place)
    if job.approved is not None and job.short:
        return Touch(seen, Change(job=job), *FROZEN)
    if job.approved is not None and _held(job).total:
        return _goes_on(scene, place, job)
    as_it_is = replace(seen, case=job, other=place.dispute)
    return Touch(seen, endings.refund(as_it_is), *CANCELLED)


def _thawed(scene: Scene, job: Job, dispute: Dispute | None) -> tuple[Job, Dispute | None]:
    """The clocks go on where they stood still."""
    assert job.paused_until is not None, "what is frozen stands still"
    back, running = scene.at - job.paused_until, {"paused_until": None}
    if dispute is not None:
        dispute = _moved(dispute, back).model_copy(update=running)
    return _moved(job, back).model_copy(update=running), dispute


def _moved(case: C, by: timedelta) -> C:
    """All its due times moved alike; a pause of staff ends with the freeze, their task goes on."""
    kept = tuple(timer for timer in case.timers if timer.row == ESCALATE_TASK)
    others = tuple(t for t in case.timers if t.row not in (ESCALATE_TASK, RESUME))
    moved = shift(case.model_copy(update={"timers": others}), by)
    for timer in kept:
        moved = with_timer(moved, timer)
    return moved


def _filled(job: Job, case_id: str, parts: Parts, *, wholly: bool = False) -> Job:
    """The job with so much more in its escrow, and less missing: all of it, if `wholly`."""
    left = 0 if wholly else _lacks(job, case_id) - parts.total
    others = tuple(one for one in job.short if one.case != case_id)
    short = (*others, Shortfall(case=case_id, minor=left)) if left else others
    return job.model_copy(update={"held": _held(job).plus(parts), "short": short})


def _at_most(held: Parts, most: int, kinds: tuple[str, ...]) -> Parts:
    found: dict[str, int] = {}
    for kind in kinds:
        found[kind] = min(getattr(held, kind), most)
        most -= found[kind]
    return Parts(**found)


def _held(job: Job) -> Parts:
    return job.held or Parts() if job.state not in OVER else Parts()


def _seen(scene: Scene, place: Place) -> Scene:
    """The same step as the job sees it."""
    return replace(scene, case=place.job, other=place.dispute)
