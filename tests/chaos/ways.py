"""How far a job comes on any of its ways, and what its people have more or less in the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from domain import commands as c
from domain.accounts import PLATFORM
from domain.fees import Commission, MediationFee
from local.deal import usd
from tests.chaos.served import LOOK_EVERY_S, Served

Gains = Mapping[str, int]
"""What people have more than before, in minor units."""
NOTHING: Gains = {}
FIRST_OFFER = 1
"""The version of a job's offer that nobody has changed."""


@dataclass(frozen=True)
class Ending:
    """One way to live a job."""

    live: Callable[[Served, int, Random], Awaitable[Gains]]
    by: str
    """The event that ends the job."""
    state: str
    """How the job stands in the end."""
    weight: int = 1
    prices: tuple[int, int] = (100, 900)
    hasty: bool = False
    """Time passes: the contract has short periods."""
    poor: bool = False
    """The client has no money to begin with."""
    waits: bool = False
    """What its people do takes longer than the job."""

    @property
    def slow(self) -> bool:
        """Whether time passes before it is over."""
        return self.hasty or self.waits

    @property
    def name(self) -> str:
        """What becomes of the job, in a word or two."""
        return self.live.__name__.replace("_", " ")


def paid(deal: Served, price: int, part: int | None = None) -> Gains:
    """The freelancer gets this part of the price, less the fee; the rest is the client's."""
    part = price if part is None else part
    fee = Commission().of(part)
    return {deal.client.id: -part, deal.freelancer.id: part - fee, PLATFORM: fee}


def mediated(deal: Served, price: int, gains: Gains) -> Gains:
    """The same, after a mediator proposed for their fee."""
    fee, mediator = MediationFee().of(price), deal.dispute["mediator"]["id"]
    return {**gains, deal.freelancer.id: gains[deal.freelancer.id] - fee, mediator: fee}


async def until(deal: Served, holds: Callable[[], bool]) -> None:
    """Look again and again until it holds, or the job is over."""
    await deal.look()
    while not holds() and not deal.job["over"]:
        await asyncio.sleep(LOOK_EVERY_S)
        await deal.look()


async def over(deal: Served) -> None:
    """Until the job has ended by itself."""
    await until(deal, lambda: False)


async def working(deal: Served, price: int) -> None:
    """The job runs."""
    await deal.offer("A logo", "In blue", price)
    await deal.does(deal.freelancer, c.Accept, offer_version=FIRST_OFFER)


async def delivered(deal: Served, price: int) -> None:
    """Work was handed over."""
    if await deal.has_work(price):
        return
    await working(deal, price)
    await deal.deliver("Here it is")


async def worked_over(deal: Served) -> None:
    """The client wants changes and gets them."""
    await deal.does(deal.client, c.RequestRevision, instructions="A darker blue")
    await deal.deliver("Darker")


async def rejected(deal: Served, price: int) -> None:
    """The client wants the job undone."""
    await delivered(deal, price)
    await deal.reject("none")


async def hired(deal: Served, price: int) -> None:
    """The freelancer calls a mediator, for the fee that the policy says."""
    fee = usd(MediationFee().of(price))
    await deal.does(deal.freelancer, c.HireMediator, fee=fee)


async def appointed(deal: Served, price: int) -> None:
    """A mediator was called in and has taken the case."""
    await hired(deal, price)
    await deal.does(deal.mediator, c.AcceptAppointment)


async def proposed(deal: Served, price: int, part: int) -> None:
    """A mediator has proposed to divide the price."""
    await rejected(deal, price)
    await appointed(deal, price)
    await deal.propose(part, "So it is fair")


async def agreed(deal: Served, price: int, chance: Random) -> Gains:
    """The client offers to divide the price, and the freelancer takes it."""
    part = chance.randrange(10_00, price)
    await deal.does(deal.client, c.OfferSettlement, freelancer=usd(part))
    case = deal.dispute if deal.dispute_id else deal.job
    [offer] = case["settlement_offers"]
    await deal.does(deal.freelancer, c.AcceptSettlement, offer_id=offer["id"])
    return paid(deal, price, part)


async def accepted_by_both(deal: Served, price: int, part: int) -> Gains:
    """Both parties accept what the mediator proposed."""
    for party in (deal.client, deal.freelancer):
        await deal.accept_proposal(party)
    return mediated(deal, price, paid(deal, price, part))
