"""How to come to every row of the dispute's table, and what each must do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain import commands as c
from domain.cases import DisputeState, JobState, Role
from tests.life import Life
from tests.workflows.recipes import (
    CLIENT,
    FEE_EARNED,
    FEE_HELD,
    FREELANCER,
    HALVED,
    HELD,
    LARGE,
    MEDIATOR,
    NOTHING,
    PAID,
    SMALL,
    SMALL_HELD,
    STAFF,
    Act,
    Cell,
    D,
    J,
    Money,
    Recipe,
    at,
    by_second,
    does,
    plus,
    small_staff_review,
    stalled_proposal,
    stalled_rejection,
    tenfold,
)

declines = does(MEDIATOR, c.DeclineAppointment)
accepts = {role: does(role, c.AcceptProposal) for role in (CLIENT, FREELANCER)}
offers = {role: does(role, c.OfferSettlement) for role in (CLIENT, FREELANCER)}
OTHER = {CLIENT: FREELANCER, FREELANCER: CLIENT}
PARTIES = (CLIENT, FREELANCER)
DISPUTED = J.REJECTION_OPEN


@dataclass(frozen=True)
class Place:
    """A state of the dispute: the way to it, and what the mediator has cost until then."""

    state: DisputeState
    reach: Act
    fee: Money
    fee_returns: bool = False
    large: bool = False
    mailbox: str = "example.com"

    def recipe(
        self,
        states: tuple[JobState, DisputeState],
        money: Money,
        *then: Act,
        act: Act | None = None,
    ) -> tuple[Recipe]:
        """What follows here; the amounts are those of a price of 200.00."""
        price = LARGE if self.large else 200_00
        mailbox = {"client_at": self.mailbox, "freelancer_at": self.mailbox}
        reach = at(self.reach, *then, price=price, **mailbox)
        return (Recipe(reach, states, tenfold(money) if self.large else money, act),)

    @property
    def stands(self) -> Money:
        """What has moved until now."""
        return plus(HELD, self.fee)

    def ended(self, money: Money) -> Money:
        """What has moved when it ends here."""
        return money if self.fee_returns else plus(money, self.fee)


OPEN = Place(D.OPEN, Life.rejected, NOTHING)
APPOINTING = Place(D.APPOINTING, Life.appointing, FEE_HELD, fee_returns=True)
IN_MEDIATION = Place(D.IN_MEDIATION, Life.in_mediation, FEE_HELD, fee_returns=True)
PROPOSED = Place(D.PROPOSED, Life.proposed, FEE_EARNED)
STAFF_REVIEW = Place(D.STAFF_REVIEW, Life.staff_review, FEE_EARNED)
RULED = Place(D.RULED, Life.ruled, FEE_EARNED, large=True)
STALLED_OPEN = replace(OPEN, reach=stalled_rejection, mailbox="later.example")
STALLED_PROPOSED = replace(PROPOSED, reach=stalled_proposal, mailbox="later.example")
PLACES = (OPEN, APPOINTING, IN_MEDIATION, PROPOSED, STAFF_REVIEW, RULED)


def _ends_by_agreement(place: Place) -> Mapping[Cell, tuple[Recipe, ...]]:
    """What the two can do in every state of a dispute."""
    here = (DISPUTED, place.state)
    refunded = place.recipe((J.CANCELLED, D.ACCEPTED), place.ended(NOTHING))
    rows: dict[Cell, tuple[Recipe, ...]] = {(place.state, c.AcceptRejection, FREELANCER): refunded}
    for role in PARTIES:
        rows[place.state, c.OfferSettlement, role] = place.recipe(here, place.stands)
        rows[place.state, c.WithdrawOffer, role] = place.recipe(here, place.stands, offers[role])
        rows[place.state, c.AcceptSettlement, role] = place.recipe(
            (J.SETTLED, D.SETTLED), place.ended(HALVED), offers[OTHER[role]]
        )
    return rows


def _answered(role: Role) -> tuple[Recipe, ...]:
    """One acceptance waits for the other; the second one executes the proposal."""
    first = PROPOSED.recipe((DISPUTED, D.PROPOSED), PROPOSED.stands)
    second = PROPOSED.recipe((J.CANCELLED, D.EXECUTED), FEE_EARNED, accepts[OTHER[role]])
    return (*first, *second)


def _resolved(place: Place) -> tuple[Recipe, ...]:
    """Every verdict, and one that needs two people."""
    release = does(STAFF, c.Resolve, ends="release")
    split = does(STAFF, c.Resolve, ends="split", freelancer_minor=100_00)
    large = replace(place, large=True)
    return (
        *place.recipe((J.CANCELLED, D.EXECUTED), place.ended(NOTHING)),
        *place.recipe((J.COMPLETED, D.EXECUTED), place.ended(PAID), act=release),
        *place.recipe((J.SETTLED, D.EXECUTED), place.ended(HALVED), act=split),
        *large.recipe((DISPUTED, D.RULED), large.stands),
    )


WITHDRAWN = (J.IN_REVIEW, D.WITHDRAWN)
DISPUTE_RECIPES: Mapping[Cell, tuple[Recipe, ...]] = {
    (D.OPEN, c.HireMediator, FREELANCER): (
        *OPEN.recipe((DISPUTED, D.APPOINTING), plus(HELD, FEE_HELD)),
        Recipe(at(Life.rejected, price=SMALL), (DISPUTED, D.STAFF_REVIEW), SMALL_HELD),
    ),
    (D.OPEN, c.WithdrawRejection, CLIENT): (
        *OPEN.recipe(WITHDRAWN, HELD),
        Recipe(
            at(Life.in_progress, does(CLIENT, c.RequestRejection)),
            (J.IN_PROGRESS, D.WITHDRAWN),
            HELD,
        ),
    ),
    (D.APPOINTING, c.WithdrawRejection, CLIENT): APPOINTING.recipe(WITHDRAWN, HELD),
    (D.IN_MEDIATION, c.WithdrawRejection, CLIENT): IN_MEDIATION.recipe(WITHDRAWN, HELD),
    (D.STAFF_REVIEW, c.WithdrawRejection, CLIENT): (
        Recipe(at(small_staff_review, price=SMALL), WITHDRAWN, SMALL_HELD),
    ),
    (D.RULED, c.WithdrawRejection, CLIENT): (
        Recipe(
            at(Life.appointing, *3 * [declines], does(STAFF, c.Resolve), price=LARGE),
            WITHDRAWN,
            tenfold(HELD),
        ),
    ),
    (D.APPOINTING, c.AcceptAppointment, MEDIATOR): APPOINTING.recipe(
        (DISPUTED, D.IN_MEDIATION), APPOINTING.stands
    ),
    (D.APPOINTING, c.DeclineAppointment, MEDIATOR): (
        *APPOINTING.recipe((DISPUTED, D.APPOINTING), APPOINTING.stands),
        *APPOINTING.recipe((DISPUTED, D.STAFF_REVIEW), HELD, declines, declines),
    ),
    (D.APPOINTING, c.VetoMediator, CLIENT): (
        *APPOINTING.recipe((DISPUTED, D.APPOINTING), APPOINTING.stands),
        *APPOINTING.recipe((DISPUTED, D.STAFF_REVIEW), HELD, declines, declines),
    ),
    (D.IN_MEDIATION, c.AddStatement, CLIENT): IN_MEDIATION.recipe(
        (DISPUTED, D.IN_MEDIATION), IN_MEDIATION.stands
    ),
    (D.IN_MEDIATION, c.AddStatement, FREELANCER): IN_MEDIATION.recipe(
        (DISPUTED, D.IN_MEDIATION), IN_MEDIATION.stands
    ),
    (D.IN_MEDIATION, c.Propose, MEDIATOR): IN_MEDIATION.recipe(
        (DISPUTED, D.PROPOSED), PROPOSED.stands
    ),
    (D.PROPOSED, c.AcceptProposal, CLIENT): _answered(CLIENT),
    (D.PROPOSED, c.AcceptProposal, FREELANCER): _answered(FREELANCER),
    (D.PROPOSED, c.RefuseProposal, CLIENT): PROPOSED.recipe(
        (DISPUTED, D.STAFF_REVIEW), PROPOSED.stands
    ),
    (D.PROPOSED, c.RefuseProposal, FREELANCER): PROPOSED.recipe(
        (DISPUTED, D.STAFF_REVIEW), PROPOSED.stands
    ),
    (D.OPEN, c.Resolve, STAFF): _resolved(STALLED_OPEN),
    (D.PROPOSED, c.Resolve, STAFF): _resolved(STALLED_PROPOSED),
    (D.STAFF_REVIEW, c.Resolve, STAFF): _resolved(STAFF_REVIEW),
    (D.RULED, c.Confirm, STAFF): RULED.recipe(
        (J.CANCELLED, D.EXECUTED), FEE_EARNED, act=by_second(c.Confirm)
    ),
    (D.RULED, c.Refuse, STAFF): RULED.recipe(
        (DISPUTED, D.STAFF_REVIEW), RULED.stands, act=by_second(c.Refuse)
    ),
    **{cell: recipes for place in PLACES for cell, recipes in _ends_by_agreement(place).items()},
}
