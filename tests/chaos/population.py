"""The people, and the lives they live: so many in all, so many at a time."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from local.actors import Actor, Refused
from local.cast import House
from tests.api.people import Person
from tests.api.tax import FORM, signing
from tests.chaos.accounting import Accounting
from tests.chaos.lives import ENDINGS
from tests.chaos.market import Way
from tests.chaos.outside import Outside
from tests.chaos.served import Served
from tests.chaos.ways import NOTHING, Ending, Gains, over, paid
from tests.withdrawals.leaving import IBAN, PUT, US_BANK
from tests.world import signed_up

CLIENTS, FREELANCERS, POOR, MEDIATORS = 40, 40, 25, 12
RICH_MINOR, EARNED_MINOR = 10_000_000_00, 100_000_00
TILL_MINOR = 100_000_00
LIFE_WITHIN_S = 900
WAYS = {Way.HIRE: 6, Way.PROJECT: 2, Way.PURCHASE: 2}
"""How often a job comes about in which way; who has no money buys nothing ready."""
LAST = 200
"""So many lives before the end, nobody slow begins any more after somebody quick."""
TOO_LATE = frozenset({"not_open", "already_over"})
"""Why a decision is refused that the clock was faster than."""
BY_THE_CLOCK = frozenset({"lapsed", "cancelled", "completed"})
"""How a job may stand that its people came too late for."""


@dataclass(frozen=True)
class Doors:
    """The two APIs, each by a client that is not put off."""

    usual: httpx.AsyncClient
    hasty: httpx.AsyncClient


@dataclass
class Lived:
    """One life: what it was to be, and what became of it."""

    ending: Ending
    price: int
    job_id: str = ""
    gains: Gains = field(default_factory=dict)
    overtaken: bool = False
    """A hasty contract's clock was faster than its people."""
    problem: str = ""


@dataclass
class Population:
    """Everybody, and what they have lived so far."""

    doors: Doors
    house: House
    clients: list[Actor]
    freelancers: list[Actor]
    poor: "asyncio.Queue[Actor]"
    outside: Outside
    accounting: Accounting
    lived: list[Lived] = field(default_factory=list)

    async def live(self, seed: int, lives: int, at_once: int) -> None:
        """Live them all."""
        chance, room = Random(seed), asyncio.Semaphore(at_once)

        async def one(own: Random, ending: Ending) -> None:
            try:
                self.lived.append(await self._life(own, ending))
            finally:
                room.release()

        runs = asyncio.create_task(self.accounting.work())
        async with asyncio.TaskGroup() as tasks:
            for ending in drawn(chance, lives):
                await room.acquire()
                tasks.create_task(one(Random(chance.random()), ending))
        runs.cancel()

    def endings(self) -> Counter[str]:
        """How often which ending was lived, as it was meant to be."""
        return Counter(life.ending.name for life in self.lived if not life.overtaken)

    def overtaken(self) -> Counter[str]:
        """How often the clock was faster than the people of which ending."""
        return Counter(life.ending.name for life in self.lived if life.overtaken)

    def gains(self) -> Counter[str]:
        """What everybody should have more by now."""
        sums: Counter[str] = Counter()
        for life in self.lived:
            sums.update(life.gains)
        return sums

    async def fills_the_till(self) -> None:
        """One client pays in so much that the processor can pay others out of it."""
        deal = self._deal(self.clients[0], self.freelancers[0])
        deposit = await deal.begins_deposit(TILL_MINOR, "card")
        await self.outside.pays(deposit["checkout_url"], "card")
        await deal.deposit_is(deposit, "credited")

    def _deal(self, client: Actor, freelancer: Actor, way: Way = Way.HIRE) -> Served:
        outside, accounting = self.outside, self.accounting
        return Served(
            client,
            freelancer,
            self.house,
            outside=outside,
            accounting=accounting,
            way=way,
        )

    async def _life(self, chance: Random, ending: Ending) -> Lived:
        lived = Lived(ending, 100 * chance.randint(*ending.prices))
        freelancer = chance.choice(self.freelancers)
        client = await self.poor.get() if ending.poor else chance.choice(self.clients)
        door = self.doors.hasty if ending.hasty else self.doors.usual
        client = replace(client, http=door)
        [way] = chance.choices(list(WAYS), list(WAYS.values()))
        way = Way.HIRE if ending.poor and way is Way.PURCHASE else way
        deal = self._deal(client, freelancer, way)
        try:
            async with asyncio.timeout(LIFE_WITHIN_S):
                await self._lives(deal, lived, chance)
        except TimeoutError:
            lived.problem = f"not over after {LIFE_WITHIN_S} s: {deal.job.get('state')}"
        except Refused as refusal:
            lived.problem = f"refused as {refusal.code}: {refusal}"
        except Exception as bug:
            lived.problem = f"{type(bug).__name__}: {bug}"
        finally:
            lived.job_id = deal.job_id
            if ending.poor:
                self.poor.put_nowait(client)
        return lived

    async def _lives(self, deal: Served, lived: Lived, chance: Random) -> None:
        try:
            lived.gains = await lived.ending.live(deal, lived.price, chance)
        except Refused as refusal:
            if not lived.ending.hasty or refusal.code not in TOO_LATE:
                raise
            lived.overtaken = True
        await over(deal)
        state = deal.job["state"]
        if lived.overtaken:
            lived.gains = paid(deal, lived.price) if state == "completed" else NOTHING
        if state not in (BY_THE_CLOCK if lived.overtaken else {lived.ending.state}):
            late = "too late, and " if lived.overtaken else ""
            lived.problem = f"{late}{state} instead of {lived.ending.state}"


def drawn(chance: Random, lives: int) -> list[Ending]:
    """The endings to live, in order: the rarest too, however few lives there are."""
    weights = [ending.weight for ending in ENDINGS]
    mixed = [*ENDINGS, *chance.choices(ENDINGS, weights, k=lives)][:lives]
    # Who lets time pass begins before the others of the last, and is not waited for alone.
    return [*mixed[:-LAST], *sorted(mixed[-LAST:], key=lambda ending: not ending.slow)]


async def settle(engine: AsyncEngine, doors: Doors, outside: Outside) -> Population:
    """Everybody has an account, money, has signed what their work takes, and can be paid."""

    async def person(name: str, **more: Any) -> Actor:
        made = await signed_up(engine, doors.usual, name, **more)
        return Actor(doors.usual, made.id, made.email, name, made.token)

    async def many(number: int, name: str, **more: Any) -> list[Actor]:
        return [await person(f"{name}{n}", **more) for n in range(number)]

    mediators = await many(MEDIATORS, "mediator", roles=("mediator",))
    house = House(
        accountants=await many(2, "accountant", roles=("accounting",)),
        staff=await many(2, "staff", roles=("staff",)),
        mediators={mediator.id: mediator for mediator in mediators},
        head=await person("head", roles=("staff", "head_of_support")),
    )
    poor: asyncio.Queue[Actor] = asyncio.Queue()
    for actor in await many(POOR, "poor"):
        poor.put_nowait(actor)
    clients = await many(CLIENTS, "client", credits_minor=RICH_MINOR)
    freelancers = await many(FREELANCERS, "freelancer", earnings_minor=EARNED_MINOR)
    await asyncio.gather(*(_can_be_paid(n, one, outside) for n, one in enumerate(freelancers)))
    accounting = Accounting(engine, house.accountants, outside.bank)
    people = Population(doors, house, clients, freelancers, poor, outside, accounting)
    await people.fills_the_till()
    return people


async def _can_be_paid(n: int, freelancer: Actor, outside: Outside) -> None:
    """With a tax form; half of them by the processor, the others by the bank."""
    person = Person(freelancer.http, freelancer.id, freelancer.email, freelancer.token)
    answer = await person.post(FORM, signing())
    assert answer.is_success, answer.text
    where: dict[str, Any] = {"us_bank": US_BANK} if n % 4 else {"iban": IBAN}
    if n % 2:
        where = {"stripe": {"account": await outside.opens_account(person.id)}}
    answer = await person.put(PUT, {"holder": freelancer.name} | where)
    assert answer.is_success, answer.text


def unmatched(
    had: Mapping[str, int], has: Mapping[str, int], gains: Mapping[str, int]
) -> list[str]:
    """Whose money is not what it was and what their lives brought them, to the cent."""
    everybody = had.keys() | has.keys() | gains.keys()
    wrong = {who: has.get(who, 0) - had.get(who, 0) - gains.get(who, 0) for who in everybody}
    return [f"{who} has {cents:+} minor units" for who, cents in sorted(wrong.items()) if cents]
