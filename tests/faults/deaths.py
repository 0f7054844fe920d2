"""Where each process dies, and what people are doing then."""

from dataclasses import dataclass

from tests.faults import asking as asks
from tests.faults import buying as buys
from tests.faults import charging_back as charged
from tests.faults import giving_back as back
from tests.faults import paying_out as out
from tests.faults import stories as s


@dataclass(frozen=True)
class Death:
    """A place, in words of `failpoints.arm`, and the story in which a process gets there."""

    at: str
    story: s.Story
    process: str = "api"
    first: str = ""
    """Where the API dies before, so that the worker gets there."""
    of_all: bool = False
    """What is done there is done for every story at once; else it must be this story's own."""

    @property
    def place(self) -> str:
        """The place's name alone."""
        return self.at.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.at}-{self.story.name}"


IN_THE_WORKER = (
    # The slowest to be mended, first: a worker's time with its task has to run out.
    Death("check.taking", s.CHECKED, "worker"),
    Death("check.answering", s.CHECKED, "worker"),
    Death("reminder.claimed", s.REJECTED, "worker"),
    Death("reminder.handed_over", s.REJECTED, "worker"),
    Death("reminder.settled", s.REJECTED, "worker"),
    Death("activity.answered", s.REJECTED, "worker"),
    Death("activity.answered", s.HELD_UP, "worker"),
    Death("activity.answered", s.CHECKED, "worker"),
    # Long before the other: what a dead worker was asking for both is asked again in a minute.
    Death("payout.reversing", out.SENT_BACK, "worker"),
    Death("payout.moving", out.PAID_OUT, "worker"),
    Death("payout.moved", out.PAID_OUT, "worker"),
    Death("payout.beginning", out.PAID_OUT, "worker"),
    Death("payout.begun", out.PAID_OUT, "worker"),
    Death("refund.asking", back.GIVEN_BACK, "worker"),
    Death("refund.asked", back.GIVEN_BACK, "worker"),
    Death("evidence.sending", charged.DISPUTED, "worker"),
    Death("evidence.sent", charged.DISPUTED, "worker"),
    Death("chargeback.written", charged.DISPUTED, "worker"),
    Death("chargeback.committed", charged.DISPUTED, "worker"),
    Death("mail.claimed", s.DECLINED, "worker"),
    Death("mail.handed_over", s.APPROVED, "worker"),
    Death("mail.settled", s.DECLINED, "worker"),
    Death("step.taking", s.DECLINED, "worker"),
    Death("step.written", s.APPROVED, "worker"),
    Death("step.committed", s.APPROVED, "worker"),
    Death("step.committed", s.OFFERED, "worker"),
    Death("step.committed", s.REJECTED, "worker"),
    Death("step.committed", s.DISMISSED, "worker"),
    Death("step.told", s.DISMISSED, "worker"),
    Death("step.answering", s.DECLINED, "worker"),
    Death("step.answered", s.APPROVED, "worker"),
    Death("step.answered", s.REJECTED, "worker"),
    Death("step.committed", asks.AWARDS, "worker"),
    Death("step.committed", asks.AWARDS_A_PRIZE, "worker"),
    Death("child.starting", s.REJECTED, "worker"),
    Death("child.starting", asks.AWARDS, "worker"),
    Death("child.started", s.REJECTED, "worker"),
    Death("seals.written", s.APPROVED, "worker", of_all=True),
    Death("seals.committed", s.APPROVED, "worker", of_all=True),
    Death("step.told", s.SENT, "worker"),
    Death("checkout.opening", s.BEGUN, "worker"),
    Death("checkout.opened", s.BEGUN, "worker"),
    Death("checkout.closing", s.UNPAID, "worker"),
    Death("checkout.closed", s.UNPAID, "worker"),
    Death("announcement.kept", s.PAID, "worker", first="webhook.arrived"),
    Death("activity.answered", s.PAID, "worker"),
    Death("case.continuing", s.REVISED, "worker"),
    # What is bought is there before the worker is told what to die of.
    Death("step.written", buys.BUYS, "worker", first="decision.committed"),
    Death("step.committed", buys.BUYS, "worker", first="decision.committed"),
    Death("child.starting", buys.BUYS, "worker", first="decision.committed"),
    Death("sweep.starting", s.APPROVED, "worker", first="decision.committed"),
    Death("sweep.starting", s.OFFERED, "worker", first="decision.committed"),
    Death("sweep.started", s.DECLINED, "worker", first="decision.committed"),
    Death("sweep.telling", s.FUNDED, "worker", first="receipt.telling"),
    Death("sweep.told", s.FUNDED, "worker", first="receipt.telling"),
    Death("payout.reversed", out.SENT_BACK, "worker"),
)
IN_THE_API = (
    Death("decision.asked", s.DECLINED),
    Death("decision.written", s.APPROVED),
    Death("decision.written", s.OFFERED),
    Death("decision.committed", s.APPROVED),
    Death("decision.committed", s.OFFERED),
    Death("decision.signalled", s.DECLINED),
    Death("decision.signalled", s.OFFERED),
    Death("decision.answered", s.DECLINED),
    Death("decision.answered", s.OFFERED),
    Death("offer.written", s.OFFERED),
    Death("effect.asked", s.FUNDED),
    # First the receipt's record, then its confirmation.
    Death("effect.written:1", s.FUNDED),
    Death("effect.written:2", s.FUNDED),
    Death("effect.committed:1", s.FUNDED),
    Death("effect.committed:2", s.FUNDED),
    Death("receipt.telling", s.FUNDED),
    Death("arrival.told", s.FUNDED),
    Death("project.written", asks.POSTS),
    Death("contest.written", asks.OFFERS_PRIZES),
    Death("basket.written", buys.BUYS),
    Death("listing.published", buys.PUBLISHES),
    Death("deposit.written", s.BEGUN),
    Death("remittance.written", s.SENT),
    # The notice, its receipt, and the second person's word.
    Death("decision.written:2", s.SENT),
    Death("decision.committed:3", s.SENT),
    Death("refund.written", back.ASKS_BACK),
    Death("withdrawal.written", out.WITHDRAWS),
    Death("method.written", out.CHANGES_BANK),
    Death("method.committed", out.CHANGES_BANK),
    Death("run.telling", out.APPROVES),
    Death("webhook.arrived", s.PAID),
    Death("webhook.kept", s.PAID),
    Death("upload.arriving", s.HANDED_OVER),
    Death("upload.stored", s.HANDED_OVER),
    Death("effect.written", s.HANDED_OVER),
    Death("effect.committed", s.HANDED_OVER),
    Death("upload.discarding", s.HANDED_OVER),
    Death("upload.discarded", s.HANDED_OVER),
    Death("part.arriving", s.IN_PARTS),
    Death("part.stored", s.IN_PARTS),
    Death("part.written:2", s.IN_PARTS),
    Death("upload.assembled", s.IN_PARTS),
    # The announcement comes first.
    Death("effect.written:2", s.IN_PARTS),
    Death("effect.committed:2", s.IN_PARTS),
    Death("notice.written", s.NOTICED),
    Death("notice.committed", s.NOTICED),
)
DEATHS = (*IN_THE_WORKER, *IN_THE_API)
LEFT_BEHIND = (
    *((s.HANDED_OVER, place) for place in ("upload.stored", "effect.written", "upload.discarding")),
    *((s.IN_PARTS, place) for place in ("part.stored", "part.written", "upload.assembled")),
    # Once the whole that is nobody's, once the parts that are nobody's any more.
    *((s.IN_PARTS, place) for place in ("effect.written", "effect.committed")),
)
"""Where bytes are stored and a death leaves them with nobody who knows of them, until they are
collected."""
