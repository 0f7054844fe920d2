"""For every row of the law: how people come to it, what they decide, and what it must do."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from domain import commands as c
from domain.cases import DisputeState, JobState, Role
from domain.policy import DAY, HOUR
from tests.life import Life, eventually
from tests.world import World

J, D = JobState, DisputeState
CLIENT, FREELANCER, MEDIATOR, STAFF, CLOCK = (
    Role.CLIENT,
    Role.FREELANCER,
    Role.MEDIATOR,
    Role.STAFF,
    Role.CLOCK,
)
Act = Callable[[Life], Awaitable[Any]]
Money = Mapping[str, int]
Cell = tuple[StrEnum, type[c.Command], Role]

# Who has more or less than before, of a price of 200.00 or of ten times as much.
NOTHING: Money = {}
HELD: Money = {"client": -200_00, "escrow": 200_00}
PAID: Money = {"client": -200_00, "freelancer": 180_00, "platform": 20_00}
HALVED: Money = {"client": -100_00, "freelancer": 90_00, "platform": 10_00}
FEE_HELD: Money = {"freelancer": -10_00, "fee": 10_00}
FEE_EARNED: Money = {"freelancer": -10_00, "mediator": 10_00}
SMALL, LARGE = 50_00, 2_000_00
"""An escrow that staff rule on for free, and one on which two of them rule."""
SMALL_HELD: Money = {"client": -SMALL, "escrow": SMALL}


@dataclass(frozen=True)
class Recipe:
    """One way to a row; afterwards the job and its dispute stand so, and this has moved."""

    reach: Callable[[World], Awaitable[Life]]
    states: tuple[StrEnum, StrEnum | None]
    money: Money
    act: Act | None = None
    """What is done instead of the command's usual body by the usual person."""


def plus(*moved: Money) -> Money:
    """All of it together."""
    total: Counter[str] = Counter()
    for one in moved:
        total.update(one)
    return {name: minor for name, minor in total.items() if minor}


def tenfold(moved: Money) -> Money:
    """The same of ten times the price."""
    return {name: 10 * minor for name, minor in moved.items()}


def at(
    reach: Act, *then: Act, price: int = 200_00, **begin: Any
) -> Callable[[World], Awaitable[Life]]:
    """A new life that got there; its freelancer has what a mediator costs."""

    async def reached(world: World) -> Life:
        life = await Life.begin(world, price=price, earnings=max(price // 20, 10_00), **begin)
        for act in (reach, *then):
            await act(life)
        return life

    return reached


def does(role: Role, kind: type[c.Command], **body: Any) -> Act:
    """Somebody decides."""
    return lambda life: life.does(role, kind, **body)


def by_second(kind: type[c.Command]) -> Act:
    """The second person decides."""
    return lambda life: life.staff_does(kind, person=life.world.house.second)


def passes(period: timedelta) -> Act:
    """Time passes."""
    return lambda life: life.passes(period)


async def nothing(life: Life) -> None:
    """Before the offer there are only people."""


async def poor(life: Life) -> None:
    """The price is missing, and money that comes will not start the job by itself."""
    await life.awaiting_funds(start_when_funded=False)
    await life.money_comes(life.price)


async def money_comes(life: Life) -> None:
    """The price arrives, and the clock sets it aside a moment later."""
    await life.money_comes(life.price)
    await eventually(lambda: _is(life, J.IN_PROGRESS))


async def stalled_work(life: Life) -> None:
    """The freelancer never delivered, and notice of the end could not be proven."""
    await life.in_progress(days=1)
    await life.passes(15 * DAY + HOUR)


async def stalled_review(life: Life) -> None:
    """The client never answered, and notice of the end could not be proven."""
    await life.in_review()
    await life.passes(20 * DAY + HOUR)


async def stalled_rejection(life: Life) -> None:
    """Neither accepted nor settled, and notice of its end could not be proven."""
    await life.rejected()
    await life.passes(20 * DAY + HOUR)


async def stalled_proposal(life: Life) -> None:
    """Nobody answered the proposal, and notice of its end could not be proven."""
    await life.proposed()
    await life.until(await life.due() + HOUR)


async def mediable_work(life: Life) -> None:
    """A revision is due, 60 days after the first delivery."""
    await life.revising(days=70)
    await life.passes(60 * DAY + HOUR)


async def mediable_review(life: Life) -> None:
    """A revision was delivered, and 60 days have passed since the first delivery."""
    await life.revising(days=70)
    await life.passes(50 * DAY)
    await life.freelancer_does(c.Deliver)
    await life.passes(10 * DAY + HOUR)


async def small_staff_review(life: Life) -> None:
    """Staff rule for free on a small escrow; nothing was proposed."""
    await life.rejected()
    await life.freelancer_does(c.HireMediator)


async def _is(life: Life, state: JobState) -> bool:
    return (await life.states())[0] == state
