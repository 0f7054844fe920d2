"""The rehearsed stories: weeks of one job each, and how the law says they end."""

from domain import commands as c
from domain.policy import DAY, HOUR
from local import market_rehearsals
from local.actors import Actor
from local.deal import Deal, usd
from local.mail import DEFERRING
from local.rehearsal import Ending, Rehearsal
from local.telling import moment
from local.virtual_time import Clock


async def rejection(deal: Deal, clock: Clock) -> None:
    """Nobody does anything for twenty days."""
    await _until_due(deal, clock)


async def approval(deal: Deal, clock: Clock) -> None:
    """The freelancer offers to give way, and the client looks at the work once more."""
    end = moment(deal.job["if_nobody_acts"]["at"])
    await clock.until(deal.dispute_id, end - clock.margin / clock.factor)
    half = deal.job["escrow"]["amount_minor"] // 2
    note = "Before it is all for nothing"
    await deal.does(deal.freelancer, c.OfferSettlement, freelancer=usd(half), note=note)
    await deal.approve()


async def mediation(deal: Deal, clock: Clock) -> None:
    """A mediator proposes; the client accepts, the freelancer says nothing."""
    await clock.after(deal.dispute_id, 12 * DAY + 5 * HOUR)
    await deal.hire_mediator()
    await clock.after(deal.dispute_id, DAY + 2 * HOUR)
    await deal.does(deal.mediator, c.AcceptAppointment)
    await deal.does(deal.freelancer, c.AddStatement, text="It is what the brief asked for.")
    await clock.after(deal.dispute_id, 6 * DAY - 3 * HOUR)
    await deal.propose(deal.job["escrow"]["amount_minor"] // 2, "The brief can be read both ways.")
    await clock.after(deal.dispute_id, DAY + HOUR)
    await deal.accept_proposal(deal.client)
    await _until_due(deal, clock)


async def unproven(deal: Deal, clock: Clock) -> None:
    """The freelancer's mail server takes no mail; twice the deadline moves, then they log in."""
    for _ in range(2):
        await _until_due(deal, clock)
    await clock.after(deal.dispute_id, 3 * DAY + 6 * HOUR)
    inbox = (await deal.freelancer.get("/v1/me/notices"))["items"]
    reminder = next(notice for notice in inbox if notice["kind"] == "reminder")
    await deal.freelancer.get(f"/v1/me/notices/{reminder['id']}")
    await _remark(deal, clock, deal.freelancer, "The last reminder is opened in the app")
    await _until_due(deal, clock)


async def ruling(deal: Deal, clock: Clock) -> None:
    """The proposal is refused; staff rule, and the second person takes their time."""
    first, second = deal.house.staff[:2]
    await clock.after(deal.dispute_id, 18 * DAY + 9 * HOUR)
    await deal.hire_mediator()
    await deal.does(deal.mediator, c.AcceptAppointment)
    await clock.after(deal.dispute_id, 5 * DAY - 8 * HOUR)
    await deal.propose(deal.job["escrow"]["amount_minor"] // 2, "Half of the pages work.")
    await clock.after(deal.dispute_id, 2 * DAY + 4 * HOUR)
    await deal.refuse_proposal(deal.client, "Half a website is none")
    await clock.after(deal.dispute_id, DAY + 2 * HOUR)
    await deal.rule(first, 1_500_00, "What was delivered works, and is used.")
    refusal = await deal.confirm_own(first)
    await _remark(deal, clock, first, f"Confirming one's own ruling is refused: “{refusal}”")
    await _until_due(deal, clock)
    await deal.confirm(second)


async def _remark(deal: Deal, clock: Clock, who: Actor, what: str) -> None:
    """Note for the calendar what no timeline keeps."""
    deal.asides.append((await clock.now(deal.dispute_id), what, who.first))


async def _until_due(deal: Deal, clock: Clock) -> None:
    """Until what happens if nobody acts has happened."""
    await deal.look()
    due = moment(deal.job["if_nobody_acts"]["at"])
    await clock.until(deal.dispute_id, due)
    await deal.passed(due)


REHEARSALS = {
    story.name: story
    for story in (
        Rehearsal(
            "rejection", "nobody acts, and after 20 days the job is rejected", 300_00, rejection,
            Ending(
                "cancelled", "not_settled_in_time",
                {"reminded": 6, "job_rejected": 1},
                {"client": 300_00, "freelancer": 0, "platform": 0},
            ),
        ),
        Rehearsal(
            "approval", "the client approves shortly before the end", 300_00, approval,
            Ending(
                "completed", "dismissed",
                {"delivery_approved": 1},
                {"client": 0, "freelancer": 270_00, "platform": 30_00},
            ),
        ),
        Rehearsal(
            "mediation", "a proposal that silence accepts", 600_00, mediation,
            # The fee of 30.00 was lent to the freelancer and came back out of the 270.00 earned.
            Ending(
                "settled", "executed",
                {"settlement_proposed": 1, "proposal_accepted": 1, "proposal_executed": 1},
                {"client": 300_00, "freelancer": 240_00, "mediator": 30_00, "platform": 30_00},
            ),
        ),
        Rehearsal(
            "unproven", "notice cannot be proven, so the deadline moves", 300_00, unproven,
            Ending(
                "cancelled", "not_settled_in_time",
                {"deadline_extended": 2, "job_rejected": 1},
                {"client": 300_00, "freelancer": 0, "platform": 0},
            ),
            freelancer_at=DEFERRING,
        ),
        Rehearsal(
            "ruling", "staff rule on a large sum, and a second person confirms", 2_400_00, ruling,
            # The fee of 120.00 was lent to the freelancer and came back out of the 1,350.00 earned.
            Ending(
                "settled", "executed",
                {"dispute_resolved": 1, "ruling_escalated": 1, "ruling_confirmed": 1},
                {
                    "client": 900_00, "freelancer": 1_230_00, "mediator": 120_00,
                    "platform": 150_00,
                },
            ),
        ),
        *market_rehearsals.REHEARSALS,
    )
}  # fmt: skip
"""By name, in the order they are told."""
