"""One rehearsed story, lived through from the offer to its end and compared with the law."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from sqlalchemy import text

from domain.money import show
from ledger.database import connect
from local import almanac
from local.actors import Actor, Refused
from local.almanac import Day
from local.cast import House, Part, assemble
from local.deal import Deal
from local.rehearsal import Rehearsal
from local.stack import Stack
from local.virtual_time import Clock

NOWHERE = "not there"
OTHERS = ("Cho", "Dia")
PLATFORMS_FEE = text(
    "select coalesce(sum(amount_minor), 0) from posting_line"
    " where case_id in (:job, :about) and kind = 'platform_fees'"
)


@dataclass(frozen=True)
class Lived:
    """A story after it was lived through; `faults` is what did not end as the law says."""

    story: Rehearsal
    days: Sequence[Day]
    money: Mapping[str, int]
    names: Mapping[str, str]
    faults: Sequence[str]
    seconds: float


async def live(
    stack: Stack, clock: Clock, http: httpx.AsyncClient, house: House, story: Rehearsal
) -> Lived:
    """Live through it with two new people."""
    begun = time.monotonic()
    client = Part("Ana Ruiz", f"ana@{story.name}.example", "client")
    freelancer = Part("Ben Okafor", f"ben.{story.name}@{story.freelancer_at}", "freelancer")
    more = [Part(f"{name} More", f"{name}@{story.name}.example", "freelancer") for name in OTHERS]
    others = tuple(more[: story.others])
    actors = await assemble(http, (client, freelancer, *others), "")
    deal = Deal(actors[client], actors[freelancer], house, tuple(actors[one] for one in others))
    faults = []
    try:
        async with asyncio.timeout(clock.patience_s):
            await story.begin(deal, story.price_minor)
            await story.play(deal, clock)
    except (Refused, AssertionError, TimeoutError) as reason:
        faults.append(f"it did not get to its end: {reason or 'it took too long'}")
    days: list[Day] = []
    if deal.job_id or deal.about:
        await deal.look()
        days = await almanac.days(deal, stack.mail)
    money = await _money(deal, stack)
    faults += _faults(story, deal, days, money)
    names = {"client": deal.client.name, "freelancer": deal.freelancer.name}
    if "mediator" in money:
        names["mediator"] = deal.mediator.name
    return Lived(story, days, money, names, faults, time.monotonic() - begun)


async def _money(deal: Deal, stack: Stack) -> dict[str, int]:
    """Who has how much at the end, of the two and by this job; the escrow's rest is nobody's."""
    found = {"client": await _has(deal.client, ""), "freelancer": await _has(deal.freelancer, "")}
    if deal.dispute.get("mediator"):
        found["mediator"] = await _has(deal.mediator, deal.job_id)
    engine = connect(stack.postgres.url(), pool=1)
    async with engine.connect() as c:
        found["platform"] = int(
            await c.scalar(PLATFORMS_FEE, {"job": deal.job_id, "about": deal.about})
        )
    await engine.dispose()
    return found


async def _has(person: Actor, job_id: str) -> int:
    """The sum of somebody's statement, or of its lines from one job, in minor units."""
    statement = await person.get("/v1/me/wallet/statement", limit=100)
    return sum(
        line["amount"]["amount_minor"]
        for line in statement["items"]
        if not job_id or line["entry"]["case_id"] == job_id
    )


def _faults(
    story: Rehearsal, deal: Deal, days: Sequence[Day], money: Mapping[str, int]
) -> list[str]:
    """Where the end differs from what the law says."""
    end, found = story.ending, []
    for what, is_, should in (
        ("the job", deal.job.get("state", NOWHERE), end.job or NOWHERE),
        ("the dispute", deal.dispute.get("state", NOWHERE), end.dispute or NOWHERE),
        ("what it came from", deal.came_from.get("state", NOWHERE), end.about or NOWHERE),
    ):
        if is_ != should:
            found.append(f"{what} is {is_} instead of {should}")
    for kind, times in end.happened.items():
        seen = sum(day.kind == kind for day in days)
        if seen != times:
            found.append(f"{kind} happened {seen} times instead of {times}")
    for who in sorted({*end.money, *money}):
        has, should_have = money.get(who, 0), end.money.get(who, 0)
        if has != should_have:
            found.append(f"the {who} has {show(has)} instead of {show(should_have)}")
    return found
