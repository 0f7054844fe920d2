"""What a rehearsed story is: how it begins, what is played, and how the law says it ends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from local.deal import Deal
from local.virtual_time import Clock


@dataclass(frozen=True)
class Ending:
    """What must be true at the end: states, what must have happened how often, and the money."""

    job: str
    dispute: str
    """Empty: there is none."""
    happened: Mapping[str, int]
    money: Mapping[str, int]
    """Who has how much, in minor units: client, freelancer, mediator, platform."""
    about: str = ""
    """How the case ends that is told of beside the job, if one is."""


async def into_rejection(deal: Deal, price_minor: int) -> None:
    """Offered, accepted, paid for, delivered; and the client requests rejection."""
    await deal.offer("A website", "Ten pages, in two languages.", price_minor, days=14)
    await deal.accept()
    await deal.fund(price_minor)
    await deal.deliver("Here it is: https://work.example/ten-pages")
    await deal.reject("One language is missing")


@dataclass(frozen=True)
class Rehearsal:
    """One story: its client has paid in exactly the price."""

    name: str
    title: str
    price_minor: int
    play: Callable[[Deal, Clock], Awaitable[None]]
    ending: Ending
    freelancer_at: str = field(default="people.example")
    """The domain of the freelancer's mailbox."""
    begin: Callable[[Deal, int], Awaitable[None]] = into_rejection
    """How it comes to what is played; the client has the price (minor units)."""
    others: int = 0
    """How many more freelancers there are."""
    about: str = ""
    """What is told of beside the job: a project, a contest."""
