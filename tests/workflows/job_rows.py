"""How to come to every row of the job's table, and what each must do."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain import commands as c
from domain.cases import JobState
from domain.policy import DAY
from tests.life import Life
from tests.workflows.recipes import (
    CLIENT,
    CLOCK,
    FEE_HELD,
    FREELANCER,
    HALVED,
    HELD,
    LARGE,
    NOTHING,
    PAID,
    STAFF,
    Act,
    Cell,
    D,
    J,
    Money,
    Recipe,
    at,
    does,
    mediable_review,
    mediable_work,
    money_comes,
    nothing,
    passes,
    plus,
    poor,
    stalled_review,
    stalled_work,
    tenfold,
)

client_offers = does(CLIENT, c.OfferSettlement)
freelancer_offers = does(FREELANCER, c.OfferSettlement)
pauses = does(STAFF, c.PauseClock)
OFFERED, IN_PROGRESS, IN_REVIEW = at(Life.offered), at(Life.in_progress), at(Life.in_review)
UNFUNDED = at(Life.awaiting_funds, wallet=0)
REVISING, REJECTED = at(Life.revising), at(Life.rejected)


def _resolved(state: JobState, stalled: Act, **begin: Any) -> Mapping[Cell, tuple[Recipe, ...]]:
    """Staff end a job that nobody answers for: every verdict, and one that needs two people."""

    def verdict(**body: Any) -> Act:
        return does(STAFF, c.Resolve, **body)

    usual = at(stalled, **begin)
    large = at(stalled, price=LARGE, **begin)
    return {
        (state, c.Resolve, STAFF): (
            Recipe(usual, (J.COMPLETED, None), PAID, verdict(ends="release")),
            Recipe(usual, (J.CANCELLED, None), NOTHING, verdict(ends="refund")),
            Recipe(
                usual,
                (J.SETTLED, None),
                HALVED,
                verdict(ends="split", freelancer_minor=100_00),
            ),
            Recipe(large, (J.REJECTION_OPEN, D.RULED), tenfold(HELD)),
        )
    }


def _settled(state: JobState, reach: Act) -> Mapping[Cell, tuple[Recipe, ...]]:
    """Either party offers, and the other accepts."""
    offered: dict[Cell, tuple[Recipe, ...]] = {
        (state, c.OfferSettlement, role): (Recipe(at(reach), (state, None), HELD),)
        for role in (CLIENT, FREELANCER)
    }
    accepted: dict[Cell, tuple[Recipe, ...]] = {
        (state, c.AcceptSettlement, role): (Recipe(at(reach, offers), (J.SETTLED, None), HALVED),)
        for role, offers in ((CLIENT, freelancer_offers), (FREELANCER, client_offers))
    }
    return offered | accepted


def _paused(
    state: JobState, dispute: StrEnum | None, money: Money, reach: Act, **begin: Any
) -> Mapping[Cell, tuple[Recipe, ...]]:
    """Staff pause the clock and let it go on; nothing else changes."""
    states = (state, dispute)
    return {
        (state, c.PauseClock, STAFF): (Recipe(at(reach, **begin), states, money),),
        (state, c.ResumeClock, STAFF): (Recipe(at(reach, pauses, **begin), states, money),),
    }


JOB_RECIPES: Mapping[Cell, tuple[Recipe, ...]] = {
    (J.DRAFT, c.OfferJob, CLIENT): (Recipe(at(nothing), (J.OFFERED, None), NOTHING, Life.offered),),
    (J.OFFERED, c.Accept, FREELANCER): (
        Recipe(OFFERED, (J.IN_PROGRESS, None), HELD),
        Recipe(at(Life.offered, wallet=199_99), (J.AWAITING_FUNDS, None), NOTHING),
    ),
    (J.OFFERED, c.Decline, FREELANCER): (Recipe(OFFERED, (J.DECLINED, None), NOTHING),),
    (J.OFFERED, c.WithdrawOffer, CLIENT): (Recipe(OFFERED, (J.LAPSED, None), NOTHING),),
    (J.AWAITING_FUNDS, c.Fund, CLIENT): (Recipe(at(poor, wallet=0), (J.IN_PROGRESS, None), HELD),),
    (J.AWAITING_FUNDS, c.Fund, CLOCK): (
        Recipe(UNFUNDED, (J.IN_PROGRESS, None), HELD, money_comes),
    ),
    (J.AWAITING_FUNDS, c.Decline, FREELANCER): (Recipe(UNFUNDED, (J.DECLINED, None), NOTHING),),
    (J.AWAITING_FUNDS, c.WithdrawOffer, CLIENT): (Recipe(UNFUNDED, (J.LAPSED, None), NOTHING),),
    (J.IN_PROGRESS, c.Deliver, FREELANCER): (Recipe(IN_PROGRESS, (J.IN_REVIEW, None), HELD),),
    (J.IN_PROGRESS, c.Approve, CLIENT): (Recipe(REVISING, (J.COMPLETED, None), PAID),),
    (J.IN_PROGRESS, c.RequestRejection, CLIENT): (
        Recipe(IN_PROGRESS, (J.REJECTION_OPEN, D.OPEN), HELD),
    ),
    (J.IN_PROGRESS, c.Resign, FREELANCER): (Recipe(IN_PROGRESS, (J.CANCELLED, None), NOTHING),),
    (J.IN_PROGRESS, c.Cancel, CLIENT): (
        Recipe(at(Life.in_progress, passes(8.1 * DAY)), (J.CANCELLED, None), NOTHING),
    ),
    (J.IN_PROGRESS, c.HireMediator, FREELANCER): (
        Recipe(at(mediable_work), (J.REJECTION_OPEN, D.APPOINTING), plus(HELD, FEE_HELD)),
    ),
    (J.IN_REVIEW, c.Deliver, FREELANCER): (Recipe(IN_REVIEW, (J.IN_REVIEW, None), HELD),),
    (J.IN_REVIEW, c.Approve, CLIENT): (Recipe(IN_REVIEW, (J.COMPLETED, None), PAID),),
    (J.IN_REVIEW, c.RequestRevision, CLIENT): (Recipe(IN_REVIEW, (J.IN_PROGRESS, None), HELD),),
    (J.IN_REVIEW, c.RequestRejection, CLIENT): (
        Recipe(IN_REVIEW, (J.REJECTION_OPEN, D.OPEN), HELD),
    ),
    (J.IN_REVIEW, c.Resign, FREELANCER): (Recipe(IN_REVIEW, (J.CANCELLED, None), NOTHING),),
    (J.IN_REVIEW, c.HireMediator, FREELANCER): (
        Recipe(at(mediable_review), (J.REJECTION_OPEN, D.APPOINTING), plus(HELD, FEE_HELD)),
    ),
    (J.REJECTION_OPEN, c.Approve, CLIENT): (Recipe(REJECTED, (J.COMPLETED, D.DISMISSED), PAID),),
    (J.REJECTION_OPEN, c.Deliver, FREELANCER): (
        Recipe(REJECTED, (J.REJECTION_OPEN, D.OPEN), HELD),
    ),
    **_settled(J.IN_PROGRESS, Life.in_progress),
    **_settled(J.IN_REVIEW, Life.in_review),
    **_resolved(J.IN_PROGRESS, stalled_work, freelancer_at="later.example"),
    **_resolved(J.IN_REVIEW, stalled_review, client_at="later.example"),
    **_paused(J.OFFERED, None, NOTHING, Life.offered),
    **_paused(J.AWAITING_FUNDS, None, NOTHING, Life.awaiting_funds, wallet=0),
    **_paused(J.IN_PROGRESS, None, HELD, Life.in_progress),
    **_paused(J.IN_REVIEW, None, HELD, Life.in_review),
    **_paused(J.REJECTION_OPEN, D.OPEN, HELD, Life.rejected),
}
