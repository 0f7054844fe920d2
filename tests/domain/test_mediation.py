"""Mediation: what it costs, who pays, who is asked, and what becomes of the fee."""

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.accounts import Kind
from domain.cases import Ends, Ip, Role
from domain.opening import quoted_fee
from domain.policy import DAY, HOUR
from domain.standing import Permission, Standing
from tests.domain.scenes import mediated_unasked, without_mediators
from tests.domain.story import CLIENT, FREELANCER, MEDIATORS, Story

Make = Callable[[], Story]


@pytest.mark.parametrize(
    ("price", "fee"),
    [
        (10_00, 0),
        (50_00, 0),
        (50_01, 10_00),
        (200_00, 10_00),
        (200_10, 10_01),
        (1_000_00, 50_00),
        (3_000_00, 150_00),
        (9_999_99, 150_00),
    ],
)
def test_the_fee_is_five_percent_at_least_10_and_at_most_150(price: int, fee: int) -> None:
    """Quoted for the escrow; 50.00 or less goes to staff for free."""
    story = Story(price=price).rejected()
    story.books.give(FREELANCER, earnings=fee)
    assert quoted_fee(story.job) == fee
    story.freelancer(c.HireMediator)
    assert story.states()[1] == ("appointing" if fee else "staff_review")
    assert story.books.balance(Kind.ESCROW, story.quarrel().id) == fee


def test_a_fee_that_is_not_the_one_quoted_is_refused() -> None:
    """The freelancer pays what they saw, or nothing."""
    story = Story().rejected()
    assert story.refuses(Role.FREELANCER, c.HireMediator(fee_minor=9_99)) == "seen_is_stale"


def test_what_the_wallet_lacks_is_advanced_once() -> None:
    """The missing part is lent; a second advance is refused with the missing sum."""
    story = Story().rejected()
    story.books.give(FREELANCER, credits=3_00, earnings=1_00)
    story.freelancer(c.HireMediator)
    assert story.books.wallet(FREELANCER).receivable == 6_00
    assert story.books.wallet(FREELANCER).spendable == 0
    other = Story().rejected()
    other.books.give(FREELANCER, receivable=-1, earnings=4_00)
    assert other.refuses(Role.FREELANCER, other.command(c.HireMediator)) == "insufficient_funds"
    assert other.refusal_facts["missing_minor"] == 6_00


RETURNS: list[tuple[str, Callable[[Story], Story]]] = [
    ("accepted", lambda s: s.freelancer(c.AcceptRejection)),
    ("dismissed", lambda s: s.client(c.Approve)),
    ("withdrawn", lambda s: s.client(c.WithdrawRejection)),
    ("settled", lambda s: s.client(c.OfferSettlement).freelancer(c.AcceptSettlement)),
    ("staff_review", lambda s: s.passes(3 * 48 * HOUR)),
    ("staff_review", lambda s: without_mediators(s).mediator(c.DeclineAppointment)),
    ("staff_review", lambda s: without_mediators(s).client(c.VetoMediator)),
    ("staff_review", lambda s: without_mediators(s).mediator(c.AcceptAppointment).passes(20 * DAY)),
]


@pytest.mark.parametrize("repaid", [0, 3_00, 6_00])
@pytest.mark.parametrize(("state", "ends"), RETURNS)
def test_without_a_proposal_the_fee_returns_in_full(
    state: str, ends: Callable[[Story], Story], repaid: int
) -> None:
    """What was lent settles what is owed; what was repaid meanwhile is the freelancer's again."""
    story = Story().rejected()
    story.books.give(FREELANCER, earnings=4_00)
    story.freelancer(c.HireMediator)
    story.books.give(FREELANCER, receivable=repaid)
    ends(story)
    assert story.states()[1] == state
    wallet = story.books.wallet(FREELANCER)
    earned = 180_00 if state == "dismissed" else 90_00 if state == "settled" else 0
    assert wallet.earnings == earned + 4_00 + repaid
    assert wallet.receivable == 0
    assert story.books.balance(Kind.ESCROW, story.quarrel().id) == 0


def test_the_mediator_is_paid_when_proposing() -> None:
    """The fee is the mediator's with the proposal, whatever becomes of it."""
    story = Story().proposed()
    assert story.books.wallet(MEDIATORS[0]).earnings == 10_00
    story.freelancer(c.RefuseProposal).staff(c.Resolve, ends=Ends.RELEASE)
    assert story.books.wallet(FREELANCER).earnings == 180_00
    assert story.escrow() == 0


def test_an_advance_that_paid_a_mediator_is_settled_from_earnings_as_they_arrive() -> None:
    """The freelancer owes the advance until something is released to them."""
    story = Story().rejected().freelancer(c.HireMediator).mediator(c.AcceptAppointment)
    story.mediator(c.Propose, ends=Ends.SPLIT, freelancer_minor=8_00)
    assert story.books.wallet(FREELANCER).receivable == 10_00
    story.client(c.AcceptProposal).freelancer(c.AcceptProposal)
    wallet = story.books.wallet(FREELANCER)
    assert (wallet.earnings, wallet.receivable) == (0, 10_00 - 7_00)


def test_a_mediator_who_owes_something_is_settled_from_the_fee() -> None:
    """Earnings that arrive settle debts first, whoever's they are."""
    story = Story().in_mediation()
    story.books.give(MEDIATORS[0], receivable=-4_00)
    story.mediator(c.Propose)
    wallet = story.books.wallet(MEDIATORS[0])
    assert (wallet.earnings, wallet.receivable) == (6_00, 0)


def test_without_anybody_to_ask_staff_decide_and_no_fee_is_taken() -> None:
    """Nobody pays for a mediator who does not exist."""
    story = without_mediators(Story().rejected()).freelancer(c.HireMediator)
    assert story.states()[1] == "staff_review"
    assert list(story.books.entries) == ["job/job_1/hold"]


def test_a_mediator_needs_the_undertaking_and_permission_to_work() -> None:
    """Who may not work, or has not promised confidence, takes no case."""
    story = Story().appointing()
    story.standing = Standing(nda_signed=True, permission=Permission.W9)
    assert story.refuses(Role.MEDIATOR, c.AcceptAppointment()) == "nda_missing"
    story.standing = Standing(nda_signed=True, undertaking_signed=True)
    assert story.refuses(Role.MEDIATOR, c.AcceptAppointment()) == "work_permission_missing"


def test_only_the_mediator_who_is_asked_may_answer() -> None:
    """Another mediator, or one who was passed over, decides nothing."""
    story = Story().appointing().mediator(c.DeclineAppointment)
    first, second = MEDIATORS[:2]
    assert story.refuses(Role.MEDIATOR, c.AcceptAppointment(), first) == "not_yours"
    assert story.does(Role.MEDIATOR, c.AcceptAppointment(), second).states()[1] == "in_mediation"


def test_a_mediator_can_be_hired_without_a_rejection() -> None:
    """After six rounds the freelancer may call one in; the job is disputed from then."""
    story = mediated_unasked()
    assert story.states() == ("rejection_open", "appointing")
    assert story.quarrel().requested_by is Role.FREELANCER


@pytest.mark.parametrize(
    ("ends", "minor", "job", "freelancer", "client", "ip"),
    [
        (Ends.RELEASE, 0, "completed", 180_00, 0, Ip.CLIENT),
        (Ends.REFUND, 0, "cancelled", 0, 200_00, Ip.FREELANCER),
        (Ends.SPLIT, 50_00, "settled", 45_00, 150_00, Ip.CLIENT),
    ],
)
def test_a_proposal_both_accept_is_executed(
    ends: Ends, minor: int, job: str, freelancer: int, client: int, ip: Ip
) -> None:
    """Release, refund or split, as proposed, at once with the second acceptance."""
    story = Story().proposed(ends, minor).client(c.AcceptProposal)
    assert story.states() == ("rejection_open", "proposed")
    story.freelancer(c.AcceptProposal)
    assert story.states() == (job, "executed")
    assert story.books.wallet(FREELANCER).earnings == freelancer
    assert story.books.wallet(CLIENT).credits == client
    assert story.job.ip is ip


def test_a_party_may_still_refuse_a_proposal_it_accepted() -> None:
    """Until it is executed, one refusal brings it to staff."""
    story = Story().proposed().client(c.AcceptProposal).client(c.RefuseProposal)
    assert story.states()[1] == "staff_review"


@pytest.mark.parametrize("command", [c.AcceptProposal, c.RefuseProposal])
def test_an_answer_names_the_proposal_it_saw(command: type[c.Command]) -> None:
    """Another id than the proposal's is refused."""
    story = Story().proposed()
    answer = story.command(command, proposal_id="another")
    assert story.refuses(Role.CLIENT, answer) == "seen_is_stale"


@pytest.mark.parametrize(
    ("ends", "minor"),
    [(Ends.SPLIT, 0), (Ends.SPLIT, 200_00), (Ends.RELEASE, 1), (Ends.REFUND, 1)],
)
def test_a_proposal_fits_the_escrow(ends: Ends, minor: int) -> None:
    """A split gives both something; only a split names a part."""
    story = Story().in_mediation()
    proposal = story.command(c.Propose, ends=ends, freelancer_minor=minor)
    assert story.refuses(Role.MEDIATOR, proposal) == "invalid_amount"
