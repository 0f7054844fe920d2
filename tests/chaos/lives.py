"""Every way a job ends, as its people live it, and what each of them has more or less then."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from domain import commands as c
from domain.accounts import PLATFORM
from domain.fees import Commission, MediationFee
from local.deal import Deal, usd

Gains = Mapping[str, int]
"""What people have more than before, in minor units."""
NOTHING: Gains = {}
LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Ending:
    """One way to live a job."""

    live: Callable[[Deal, int, Random], Awaitable[Gains]]
    state: str
    """How the job stands in the end."""
    weight: int = 1
    prices: tuple[int, int] = (100, 900)
    hasty: bool = False
    """Time passes: the contract has short periods."""
    poor: bool = False
    """The client has no money to begin with."""

    @property
    def name(self) -> str:
        """What becomes of the job, in a word or two."""
        return self.live.__name__.replace("_", " ")


def paid(deal: Deal, price: int, part: int | None = None) -> Gains:
    """The freelancer gets this part of the price, less the fee; the rest is the client's."""
    part = price if part is None else part
    fee = Commission().of(part)
    return {deal.client.id: -part, deal.freelancer.id: part - fee, PLATFORM: fee}


def mediated(deal: Deal, price: int, gains: Gains) -> Gains:
    """The same, after a mediator proposed for their fee."""
    fee, mediator = MediationFee().of(price), deal.dispute["mediator"]["id"]
    return {**gains, deal.freelancer.id: gains[deal.freelancer.id] - fee, mediator: fee}


async def over(deal: Deal) -> None:
    """Until the job has ended by itself."""
    await deal.look()
    while not deal.job["over"]:
        await asyncio.sleep(LOOK_EVERY_S)
        await deal.look()


async def working(deal: Deal, price: int) -> None:
    """The job runs."""
    await deal.offer("A logo", "In blue", price)
    await deal.accept()


async def delivered(deal: Deal, price: int) -> None:
    """Work was handed over."""
    await working(deal, price)
    await deal.deliver("Here it is")


async def rejected(deal: Deal, price: int) -> None:
    """The client wants the job undone."""
    await delivered(deal, price)
    await deal.reject("none")


async def proposed(deal: Deal, price: int, part: int) -> None:
    """A mediator has proposed to divide the price."""
    await rejected(deal, price)
    await deal.hire_mediator()
    await deal.does(deal.mediator, c.AcceptAppointment)
    await deal.propose(part, "So it is fair")


async def approved(deal: Deal, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    await deal.approve()
    return paid(deal, price)


async def revised(deal: Deal, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    for _ in range(chance.randint(1, 3)):
        await deal.does(deal.client, c.RequestRevision, instructions="A darker blue")
        await deal.deliver("Darker")
    await deal.approve()
    return paid(deal, price)


async def declined(deal: Deal, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await deal.does(deal.freelancer, c.Decline)
    return NOTHING


async def withdrawn(deal: Deal, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await deal.does(deal.client, c.WithdrawOffer)
    return NOTHING


async def unanswered(deal: Deal, price: int, chance: Random) -> Gains:
    await deal.offer("A logo", "In blue", price)
    await over(deal)
    return NOTHING


async def unfunded(deal: Deal, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await over(deal)
    return NOTHING


async def paid_in_and_approved(deal: Deal, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await deal.pay_in(price)
    while deal.job["state"] == "awaiting_funds":
        await asyncio.sleep(LOOK_EVERY_S)
        await deal.look()
    await deal.deliver("Here it is")
    await deal.approve()
    return {**paid(deal, price), deal.client.id: 0}


async def resigned(deal: Deal, price: int, chance: Random) -> Gains:
    await working(deal, price)
    await deal.does(deal.freelancer, c.Resign)
    return NOTHING


async def settled(deal: Deal, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    return await agreed(deal, price, chance)


async def settled_in_dispute(deal: Deal, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    return await agreed(deal, price, chance)


async def agreed(deal: Deal, price: int, chance: Random) -> Gains:
    """The client offers to divide the price, and the freelancer takes it."""
    part = chance.randrange(10_00, price)
    await deal.does(deal.client, c.OfferSettlement, freelancer=usd(part))
    case = deal.dispute if deal.dispute_id else deal.job
    [offer] = case["settlement_offers"]
    await deal.does(deal.freelancer, c.AcceptSettlement, offer_id=offer["id"])
    return paid(deal, price, part)


async def rejection_accepted(deal: Deal, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.does(deal.freelancer, c.AcceptRejection)
    return NOTHING


async def rejected_automatically(deal: Deal, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await over(deal)
    return NOTHING


async def approved_in_silence(deal: Deal, price: int, chance: Random) -> Gains:
    await delivered(deal, price)
    await over(deal)
    return paid(deal, price)


async def rejection_dismissed(deal: Deal, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.approve()
    return paid(deal, price)


async def rejection_withdrawn(deal: Deal, price: int, chance: Random) -> Gains:
    await rejected(deal, price)
    await deal.does(deal.client, c.WithdrawRejection)
    await deal.approve()
    return paid(deal, price)


async def proposal_accepted(deal: Deal, price: int, chance: Random) -> Gains:
    part = chance.randrange(10_00, price)
    await proposed(deal, price, part)
    for party in (deal.client, deal.freelancer):
        await deal.accept_proposal(party)
    return mediated(deal, price, paid(deal, price, part))


async def ruled(deal: Deal, price: int, chance: Random) -> Gains:
    await proposed(deal, price, price // 2)
    await deal.refuse_proposal(deal.client, "Too much")
    part = chance.randrange(10_00, price)
    await deal.rule(deal.house.staff[0], part, "So it is")
    return mediated(deal, price, paid(deal, price, part))


async def ruled_and_confirmed(deal: Deal, price: int, chance: Random) -> Gains:
    gains = await ruled(deal, price, chance)
    await deal.confirm(deal.house.staff[1])
    return gains


ENDINGS = (
    Ending(approved, "completed", weight=6),
    Ending(revised, "completed", weight=4),
    Ending(declined, "declined", weight=2),
    Ending(withdrawn, "lapsed"),
    Ending(unanswered, "lapsed", hasty=True),
    Ending(unfunded, "lapsed", hasty=True, poor=True),
    Ending(paid_in_and_approved, "completed", weight=2, poor=True),
    Ending(resigned, "cancelled"),
    Ending(settled, "settled"),
    Ending(settled_in_dispute, "settled"),
    Ending(rejection_accepted, "cancelled", weight=2),
    Ending(rejected_automatically, "cancelled", hasty=True),
    Ending(approved_in_silence, "completed", hasty=True),
    Ending(rejection_dismissed, "completed"),
    Ending(rejection_withdrawn, "completed"),
    Ending(proposal_accepted, "settled", weight=2),
    Ending(ruled, "settled"),
    Ending(ruled_and_confirmed, "settled", prices=(1_001, 3_000)),
)
