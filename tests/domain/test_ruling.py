"""What staff may decide, when a second person has to confirm it, and what every ending does."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from domain import commands as c
from domain.cases import Ends, Ip, Role
from domain.decide import turn
from domain.errors import DomainError
from domain.standing import Permission, Standing
from tests.domain.story import CLIENT, FREELANCER, SECOND, STAFF, Story

Make = Callable[[int], Story]
PLACES: list[Make] = [
    lambda price: Story(price=price).staff_review(),
    lambda price: Story(price=price).in_review().with_task(),
    lambda price: Story(price=price).in_progress().with_task(),
]


@pytest.mark.parametrize("make", PLACES)
@pytest.mark.parametrize(("price", "waits"), [(1_000_00, False), (1_000_01, True)])
def test_above_1000_a_second_person_confirms_a_ruling(make: Make, price: int, waits: bool) -> None:
    """Up to the limit staff's word is executed at once; above it, it is `ruled`."""
    story = make(price).staff(c.Resolve, ends=Ends.RELEASE)
    if not waits:
        assert story.states()[0] == "completed"
        return
    assert story.states() == ("rejection_open", "ruled")
    assert story.escrow() == price
    assert story.due_at() is not None
    story.staff(c.Confirm, SECOND)
    assert story.states() == ("completed", "executed")
    assert story.escrow() == 0


def test_a_refused_ruling_goes_back_to_staff_and_its_id_is_void() -> None:
    """After a refusal somebody rules again; the old ruling can't be confirmed."""
    story = Story(price=2_000_00).ruled()
    old = story.command(c.Confirm)
    story.staff(c.Refuse, SECOND)
    assert story.states()[1] == "staff_review"
    story.staff(c.Resolve, ends=Ends.SPLIT, freelancer_minor=500_00)
    assert story.refuses(Role.STAFF, old, SECOND) == "seen_is_stale"
    story.staff(c.Confirm, SECOND)
    assert story.states() == ("settled", "executed")
    advanced = 90_00
    assert story.books.wallet(FREELANCER).earnings == 450_00 - advanced


def test_a_ruling_on_a_job_can_be_confirmed_by_what_its_event_says() -> None:
    """The event names the dispute and the ruling that waits for the second person."""
    story = Story(price=2_000_00).in_review().with_task().staff(c.Resolve)
    assert story.last is not None
    assert story.last.facts["dispute_id"] == story.quarrel().id
    confirm = story.command(c.Confirm, ruling_id=story.last.facts["ruling_id"])
    assert story.does(Role.STAFF, confirm, SECOND).states() == ("cancelled", "executed")


@pytest.mark.parametrize(
    ("ends", "ip", "owner"),
    [
        (Ends.RELEASE, None, Ip.CLIENT),
        (Ends.RELEASE, Ip.CLIENT, Ip.CLIENT),
        (Ends.REFUND, None, Ip.FREELANCER),
        (Ends.SPLIT, None, Ip.CLIENT),
        (Ends.SPLIT, Ip.FREELANCER, Ip.FREELANCER),
    ],
)
def test_the_work_follows_the_money_unless_a_split_says_otherwise(
    ends: Ends, ip: Ip | None, owner: Ip
) -> None:
    """Released: the client's. Refunded: the freelancer's. Split: as ruled, else the client's."""
    minor = 100_00 if ends is Ends.SPLIT else 0
    story = Story().staff_review().staff(c.Resolve, ends=ends, freelancer_minor=minor, ip=ip)
    assert story.job.ip is owner


@pytest.mark.parametrize(("ends", "ip"), [("release", "freelancer"), ("refund", "client")])
def test_a_decision_cannot_say_one_owner_and_mean_another(ends: str, ip: str) -> None:
    """Only a split leaves open whose the work is."""
    with pytest.raises(ValidationError, match="the work is then the"):
        c.Propose.model_validate({"id": "p", "ends": ends, "ip": ip, "reasons": "So it is."})


@pytest.mark.parametrize("person", [CLIENT, FREELANCER])
def test_nobody_rules_in_their_own_case(person: str) -> None:
    """Staff who are a party, or the mediator, leave it to others."""
    story = Story().staff_review()
    field = "client" if person == CLIENT else "freelancer"
    story.dispute = story.quarrel().model_copy(update={field: STAFF})
    assert story.refuses(Role.STAFF, story.command(c.Resolve)) == "not_yours"


def test_it_is_the_turn_of_the_one_who_has_not_answered() -> None:
    """Once the client has accepted a proposal, the freelancer is waited for."""
    story = Story().proposed()
    assert turn(story.job, story.dispute) is Role.CLIENT
    story.client(c.AcceptProposal)
    assert turn(story.job, story.dispute) is Role.FREELANCER
    assert turn(story.freelancer(c.AcceptProposal).job, story.dispute) is None


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(nda_signed=True), "work_permission_missing"),
        (Standing(nda_signed=True, permission=Permission.UNCLEAR), "work_permission_missing"),
        (Standing(nda_signed=True, permission=Permission.NOT_ALLOWED), "not_allowed_to_work"),
        (Standing(permission=Permission.W8BEN), "nda_missing"),
    ],
)
def test_nobody_accepts_a_job_before_the_questions_and_the_nda(
    standing: Standing, code: str
) -> None:
    """Permission to work and the confidentiality agreement come before the first acceptance."""
    story = Story().offered()
    story.standing = standing
    assert story.refuses(Role.FREELANCER, story.command(c.Accept)) == code


def test_an_offer_is_accepted_as_it_was_seen() -> None:
    """Accepting another offer than the one that stands does nothing; a pause changes no offer."""
    story = Story().offered()
    seen = story.command(c.Accept)
    story.staff(c.PauseClock)
    assert story.refuses(Role.FREELANCER, c.Accept(offer_version=2)) == "seen_is_stale"
    story.does(Role.FREELANCER, seen)
    assert story.states()[0] == "in_progress"


@pytest.mark.parametrize("price", [9_99, 1_000_000_01])
def test_a_price_is_within_the_bounds_of_the_policy(price: int) -> None:
    """The smallest job is 10.00, the largest a million."""
    story = Story(price=price)
    assert story.refuses(Role.CLIENT, c.OfferJob()) == "invalid_amount"


def test_a_stranger_has_no_part_in_it() -> None:
    """Whoever claims a role that is somebody else's is refused."""
    story = Story().in_review()
    with pytest.raises(DomainError, match="Somebody else decides this"):
        story.does(Role.CLIENT, story.command(c.Approve), FREELANCER)


def test_work_begins_at_once_when_the_wallet_suffices() -> None:
    """The price is held, and the due date counts from that moment."""
    story = Story().in_progress()
    assert story.job.due_at == story.at + story.job.terms.work_period
    assert story.escrow() == 200_00


def test_a_mediator_who_is_also_staff_does_not_act_as_staff_in_that_mediation() -> None:
    """The job's clock is part of the case they mediate."""
    story = Story().in_mediation()
    mediator = story.quarrel().mediator
    assert story.refuses(Role.STAFF, story.command(c.PauseClock), mediator) == "not_yours"
