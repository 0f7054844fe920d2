"""Every state of the law, as the stories that lead to it; conditions hold in some of them."""

from collections.abc import Callable, Mapping

from domain import commands as c
from domain.cases import DisputeState, JobState, Role
from domain.policy import DAY
from tests.domain.story import CLIENT, FREELANCER, Story

D, J = DisputeState, JobState
Scenes = tuple[Callable[[], Story], ...]


def with_offers(story: Story) -> Story:
    """Both parties offer a settlement."""
    for role in (Role.CLIENT, Role.FREELANCER):
        story.does(role, story.command(c.OfferSettlement))
    return story


def paused(story: Story) -> Story:
    """Staff let the clock stand still."""
    return story.staff(c.PauseClock)


def late(story: Story) -> Story:
    """The due date passed, and the days of grace with it."""
    assert story.job.due_at is not None
    return story.until(story.job.due_at + 2 * DAY)


def refilled(story: Story) -> Story:
    """The client's wallet holds the price now."""
    story.books.give(CLIENT, credits=200_00)
    return story


def without_mediators(story: Story) -> Story:
    """Nobody could be asked to mediate."""
    story.mediators = ()
    return story


def rejected_again(story: Story, times: int) -> Story:
    """The client requested rejection so many times."""
    story.rejected()
    for _ in range(times - 1):
        story.client(c.WithdrawRejection).client(c.RequestRejection)
    return story


def mediated_unasked() -> Story:
    """The freelancer hired a mediator; no rejection was requested."""
    story = Story().revising(6).freelancer(c.Deliver)
    story.books.give(FREELANCER, earnings=10_00)
    return story.freelancer(c.HireMediator)


JOB_SCENES: Mapping[JobState, Scenes] = {
    J.DRAFT: (Story,),
    J.REFUSED: (lambda: Story().cannot_begin(),),
    J.OFFERED: (
        lambda: Story().offered(),
        lambda: Story(wallet=0).offered(),
        lambda: paused(Story().offered()),
    ),
    J.AWAITING_FUNDS: (
        lambda: Story(wallet=0).awaiting_funds(),
        lambda: refilled(Story(wallet=0).awaiting_funds()),
        lambda: paused(Story(wallet=0).awaiting_funds()),
    ),
    J.IN_PROGRESS: (
        lambda: Story().in_progress(),
        lambda: late(Story().in_progress()),
        lambda: with_offers(Story().revising()),
        lambda: Story().revising(6),
        lambda: Story(price=50_00).revising(6),
        lambda: paused(Story(price=2_000_00).in_progress().with_task()),
        lambda: Story().in_progress().with_task(),
    ),
    J.IN_REVIEW: (
        lambda: Story().in_review(),
        lambda: with_offers(Story().in_review()),
        lambda: Story().revising(6).freelancer(c.Deliver),
        lambda: Story(price=50_00).revising(6).freelancer(c.Deliver),
        lambda: paused(Story(price=2_000_00).in_review().with_task()),
        lambda: Story().in_review().with_task(),
    ),
    J.REJECTION_OPEN: (
        lambda: Story().rejected(),
        lambda: Story().in_progress().client(c.RequestRejection),
        lambda: paused(Story().rejected()),
    ),
    J.COMPLETED: (lambda: Story().in_review().client(c.Approve),),
    J.CANCELLED: (lambda: Story().in_review().freelancer(c.Resign),),
    J.SETTLED: (lambda: with_offers(Story().in_review()).client(c.AcceptSettlement),),
    J.DECLINED: (lambda: Story().offered().freelancer(c.Decline),),
    J.LAPSED: (lambda: Story().offered().client(c.WithdrawOffer),),
}

DISPUTE_SCENES: Mapping[DisputeState, Scenes] = {
    D.OPEN: (
        lambda: Story().rejected(),
        lambda: Story(price=50_00).rejected(),
        lambda: Story().in_progress().client(c.RequestRejection),
        lambda: with_offers(Story().rejected()),
        lambda: rejected_again(Story(), times=3),
        lambda: without_mediators(Story().rejected()),
    ),
    D.APPOINTING: (
        lambda: Story().appointing(),
        lambda: Story().appointing().client(c.VetoMediator),
        lambda: without_mediators(Story().appointing()),
        lambda: with_offers(Story().appointing()),
        mediated_unasked,
    ),
    D.IN_MEDIATION: (
        lambda: Story().in_mediation(),
        lambda: with_offers(Story().in_mediation()),
        lambda: mediated_unasked().mediator(c.AcceptAppointment),
    ),
    D.PROPOSED: (
        lambda: Story().proposed(),
        lambda: Story().proposed().client(c.AcceptProposal),
        lambda: Story().proposed().freelancer(c.AcceptProposal),
        lambda: with_offers(Story().proposed()),
    ),
    D.STAFF_REVIEW: (
        lambda: Story().staff_review(),
        lambda: Story(price=2_000_00).staff_review(),
        lambda: with_offers(Story(price=50_00).rejected().freelancer(c.HireMediator)),
    ),
    D.RULED: (
        lambda: Story(price=2_000_00).ruled(),
        lambda: with_offers(Story(price=2_000_00).ruled()),
    ),
    D.ACCEPTED: (lambda: Story().rejected().freelancer(c.AcceptRejection),),
    D.NOT_SETTLED_IN_TIME: (lambda: Story().rejected().passes(20 * DAY),),
    D.DISMISSED: (lambda: Story().rejected().client(c.Approve),),
    D.WITHDRAWN: (lambda: Story().rejected().client(c.WithdrawRejection),),
    D.SETTLED: (lambda: with_offers(Story().rejected()).client(c.AcceptSettlement),),
    D.EXECUTED: (lambda: Story().staff_review().staff(c.Resolve),),
}
