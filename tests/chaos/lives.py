"""Every way a job ends, as its people live it; those of quarrels and payments are beside this."""

from random import Random

from domain import commands as c
from tests.chaos import payments, quarrels
from tests.chaos.served import Served
from tests.chaos.ways import (
    NOTHING,
    Ending,
    Gains,
    agreed,
    delivered,
    over,
    paid,
    until,
    worked_over,
    working,
)


async def approved(deal: Served, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    await deal.approve()
    return paid(deal, price)


async def revised(deal: Served, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    for _ in range(chance.randint(1, 3)):
        await worked_over(deal)
    await deal.approve()
    return paid(deal, price)


async def declined(deal: Served, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await deal.does(deal.freelancer, c.Decline)
    return NOTHING


async def withdrawn(deal: Served, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await deal.does(deal.client, c.WithdrawOffer)
    return NOTHING


async def unanswered(deal: Served, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await over(deal)
    return NOTHING


async def unfunded(deal: Served, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await over(deal)
    return NOTHING


async def paid_in_and_approved(deal: Served, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await deal.pay_in(price)
    await until(deal, lambda: deal.job["state"] != "awaiting_funds")
    await deal.deliver("Here it is")
    await deal.approve()
    return {**paid(deal, price), deal.client.id: 0}


async def resigned(deal: Served, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await deal.does(deal.freelancer, c.Resign)
    return NOTHING


async def cancelled_when_late(deal: Served, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await until(deal, lambda: deal.job["late"])
    await deal.does(deal.client, c.Cancel)
    return NOTHING


async def abandoned(deal: Served, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await over(deal)
    return NOTHING


async def settled(deal: Served, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    return await agreed(deal, price, chance)


async def approved_in_silence(deal: Served, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    await over(deal)
    return paid(deal, price)


async def won(deal: Served, price: int, chance: Random) -> Gains:
    await deal.wins(price)
    await deal.deliver("Here it is")
    await deal.approve()
    return paid(deal, price)


ENDINGS = (
    Ending(approved, "delivery_approved", "completed", weight=10),
    Ending(revised, "delivery_approved", "completed", weight=4),
    Ending(declined, "offer_declined", "declined", weight=4),
    Ending(withdrawn, "offer_withdrawn", "lapsed"),
    Ending(unanswered, "offer_lapsed", "lapsed", hasty=True),
    Ending(unfunded, "offer_lapsed", "lapsed", hasty=True, poor=True),
    Ending(paid_in_and_approved, "delivery_approved", "completed", weight=2, poor=True),
    Ending(resigned, "job_resigned", "cancelled"),
    Ending(cancelled_when_late, "job_cancelled", "cancelled", hasty=True),
    Ending(abandoned, "job_abandoned", "cancelled", hasty=True),
    Ending(settled, "settlement_accepted", "settled"),
    Ending(approved_in_silence, "review_ended", "completed", hasty=True),
    Ending(won, "delivery_approved", "completed", weight=2),
    *quarrels.ENDINGS,
    *payments.ENDINGS,
)
