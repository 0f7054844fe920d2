"""A settlement is what one party offered and the other took, exactly as it was offered."""

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.cases import Ip, Role
from domain.policy import DAY
from tests.domain.story import CLIENT, FREELANCER, Story

Make = Callable[[], Story]
CHANGES: list[tuple[Make, Role, type[c.Command]]] = [
    (lambda: Story().in_review(), Role.CLIENT, c.RequestRevision),
    (lambda: Story().revising(), Role.FREELANCER, c.Deliver),
    (lambda: Story().in_review(), Role.CLIENT, c.RequestRejection),
    (lambda: Story().appointing(), Role.MEDIATOR, c.AcceptAppointment),
    (lambda: Story().in_mediation(), Role.MEDIATOR, c.Propose),
    (lambda: Story().proposed(), Role.FREELANCER, c.RefuseProposal),
    (lambda: Story(price=2_000_00).staff_review(), Role.STAFF, c.Resolve),
]


@pytest.mark.parametrize(("make", "role", "command"), CHANGES)
def test_an_offer_is_void_when_the_state_changes(
    make: Make, role: Role, command: type[c.Command]
) -> None:
    """What was offered in one state can't be accepted in the next."""
    story = make().client(c.OfferSettlement)
    accept = story.command(c.AcceptSettlement, Role.FREELANCER)
    assert story.fork().does(Role.FREELANCER, accept).states()[0] == "settled"
    story.does(role, story.command(command))
    assert story.refuses(Role.FREELANCER, accept) == "condition_missing"


@pytest.mark.parametrize("make", [Story().in_review, Story().rejected])
def test_an_offer_is_void_when_its_maker_replaces_it(make: Make) -> None:
    """Only the latest offer of a party stands, and only under its own id."""
    story = make().client(c.OfferSettlement, freelancer_minor=50_00)
    accept = story.command(c.AcceptSettlement, Role.FREELANCER)
    story.client(c.OfferSettlement, freelancer_minor=10_00)
    assert story.refuses(Role.FREELANCER, accept) == "seen_is_stale"
    story.freelancer(c.AcceptSettlement)
    assert story.books.wallet(FREELANCER).earnings == 9_00
    assert story.books.wallet(CLIENT).credits == 190_00


def test_nobody_accepts_their_own_offer() -> None:
    """A settlement needs two."""
    story = Story().in_review().client(c.OfferSettlement)
    own = story.command(c.AcceptSettlement, Role.FREELANCER)
    assert story.refuses(Role.CLIENT, own) == "condition_missing"
    story.freelancer(c.OfferSettlement)
    assert story.refuses(Role.CLIENT, own) == "seen_is_stale"


def test_an_offer_that_was_withdrawn_is_gone() -> None:
    """The maker may take it back as long as nobody has accepted it."""
    story = Story().rejected().client(c.OfferSettlement)
    accept = story.command(c.AcceptSettlement, Role.FREELANCER)
    story.client(c.WithdrawOffer)
    assert story.refuses(Role.FREELANCER, accept) == "condition_missing"


@pytest.mark.parametrize("amount", [0, 200_00, 200_01])
def test_a_settlement_gives_both_something(amount: int) -> None:
    """Nothing or everything is not a split."""
    story = Story().in_review()
    offer = story.command(c.OfferSettlement, freelancer_minor=amount)
    assert story.refuses(Role.CLIENT, offer) == "invalid_amount"


@pytest.mark.parametrize("ip", list(Ip))
def test_the_work_goes_to_the_one_the_settlement_names(ip: Ip) -> None:
    """A split may leave the work with the freelancer; else it is the client's."""
    story = Story().in_review().client(c.OfferSettlement, ip=ip).freelancer(c.AcceptSettlement)
    assert story.states() == ("settled", None)
    assert story.job.ip is ip


def test_a_newer_delivery_leaves_an_offer_standing() -> None:
    """The state is the same, so the offer is."""
    story = Story().in_review().client(c.OfferSettlement).passes(DAY).freelancer(c.Deliver)
    assert story.freelancer(c.AcceptSettlement).states()[0] == "settled"
