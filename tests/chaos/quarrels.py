"""Every way a quarrel ends its job: by the parties, by mediators, by staff, by the clock."""

from random import Random

from domain import commands as c
from tests.chaos.served import Served
from tests.chaos.ways import (
    NOTHING,
    Ending,
    Gains,
    accepted_by_both,
    agreed,
    appointed,
    delivered,
    hired,
    mediated,
    over,
    paid,
    proposed,
    rejected,
    until,
    worked_over,
)

ROUNDS = 6
"""After so many revisions a freelancer may call a mediator out of the review."""


async def settled_in_dispute(deal: Served, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    return await agreed(deal, price, chance)


async def rejection_accepted(deal: Served, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.does(deal.freelancer, c.AcceptRejection)
    return NOTHING


async def revision_overdue(deal: Served, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    await deal.does(deal.client, c.RequestRevision, instructions="A darker blue")
    await until(deal, lambda: deal.job["state"] == "rejection_open")
    await deal.does(deal.freelancer, c.AcceptRejection)
    return NOTHING


async def rejected_automatically(deal: Served, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await over(deal)
    return NOTHING


async def rejection_dismissed(deal: Served, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.approve()
    return paid(deal, price)


async def rejection_withdrawn(deal: Served, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.does(deal.client, c.WithdrawRejection)
    await deal.approve()
    return paid(deal, price)


async def proposal_accepted(deal: Served, price: int, chance: Random) -> Gains:
    part = chance.randrange(10_00, price)
    await proposed(deal, price, part)
    return await accepted_by_both(deal, price, part)


async def mediated_out_of_review(deal: Served, price: int, chance: Random) -> Gains:
    part = chance.randrange(10_00, price)
    await delivered(deal, price)
    for _ in range(ROUNDS):
        await worked_over(deal)
    await appointed(deal, price)
    await deal.propose(part, "So it is fair")
    return await accepted_by_both(deal, price, part)


async def mediated_by_the_third(deal: Served, price: int, chance: Random) -> Gains:
    part = chance.randrange(10_00, price)
    await rejected(deal, price)
    await hired(deal, price)
    await deal.does(deal.mediator, c.DeclineAppointment)
    await deal.does(deal.client, c.VetoMediator)
    await deal.does(deal.mediator, c.AcceptAppointment)
    await deal.propose(part, "So it is fair")
    return await accepted_by_both(deal, price, part)


async def mediated_in_silence(deal: Served, price: int, chance: Random) -> Gains:
    """Neither the first mediator answers, nor a party what the second one proposes."""
    part = chance.randrange(10_00, price)
    await rejected(deal, price)
    await hired(deal, price)
    silent = deal.mediator.id
    await until(deal, lambda: deal.mediator.id != silent)
    await deal.does(deal.mediator, c.AcceptAppointment)
    await deal.propose(part, "So it is fair")
    await over(deal)
    return mediated(deal, price, paid(deal, price, part))


async def ruled(deal: Served, price: int, chance: Random) -> Gains:
    await proposed(deal, price, price // 2)
    await deal.refuse_proposal(deal.client, "Too much")
    part = chance.randrange(10_00, price)
    await deal.rule(deal.house.staff[0], part, "So it is")
    return mediated(deal, price, paid(deal, price, part))


async def ruled_and_confirmed(deal: Served, price: int, chance: Random) -> Gains:
    gains = await ruled(deal, price, chance)
    await deal.confirm(deal.house.staff[1])
    return gains


async def ruled_again(deal: Served, price: int, chance: Random) -> Gains:
    await ruled(deal, price, chance)
    first, second = deal.house.staff
    case = await second.get(f"/v1/disputes/{deal.dispute_id}")
    sent_back = {"ruling_id": case["ruling"]["id"], "reason": "Too hard"}
    await deal.does(second, c.Refuse, sent_back, staff=True)
    part = chance.randrange(10_00, price)
    await deal.rule(second, part, "So it is")
    await deal.confirm(first)
    return mediated(deal, price, paid(deal, price, part))


LARGE = (1_001, 3_000)
"""Prices above what one of the staff decides alone."""
ENDINGS = (
    Ending(settled_in_dispute, "settlement_accepted", "settled"),
    Ending(rejection_accepted, "rejection_accepted", "cancelled", weight=2),
    Ending(revision_overdue, "rejection_accepted", "cancelled", hasty=True),
    Ending(rejected_automatically, "job_rejected", "cancelled", hasty=True),
    Ending(rejection_dismissed, "delivery_approved", "completed"),
    Ending(rejection_withdrawn, "delivery_approved", "completed"),
    Ending(proposal_accepted, "proposal_accepted", "settled", weight=2),
    Ending(mediated_out_of_review, "proposal_accepted", "settled"),
    Ending(mediated_by_the_third, "proposal_accepted", "settled"),
    Ending(mediated_in_silence, "proposal_executed", "settled", hasty=True),
    Ending(ruled, "dispute_resolved", "settled"),
    Ending(ruled_and_confirmed, "ruling_confirmed", "settled", prices=LARGE),
    Ending(ruled_again, "ruling_confirmed", "settled", prices=LARGE),
)
