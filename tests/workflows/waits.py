"""The waits whose silence moves money: who must have been told, when, and what then happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from domain.cases import Role
from domain.policy import DAY, HOUR
from tests.life import Life
from tests.workflows.recipes import (
    CLIENT,
    FEE_EARNED,
    FREELANCER,
    NOTHING,
    PAID,
    Act,
    D,
    J,
    Money,
)
from tests.world import World

MOMENT = timedelta(seconds=2)
"""Long enough for a step at its time, too short for anything else."""


@dataclass(frozen=True)
class Wait:
    """One of them; `silent` is whose silence counts, `reminded` hears of it too."""

    reach: Act
    silent: Role
    reminded: tuple[Role, ...]
    period: timedelta | None
    """None: business days, whose length depends on the day."""
    days: tuple[timedelta, ...]
    """When the reminders go out: so long after its beginning, or before its end."""
    states: tuple[StrEnum, StrEnum | None]
    money: Money

    async def begun(self, world: World, mail_at: str = "example.com") -> Life:
        """A life that waits; the mailbox of the silent one is there."""
        where: Mapping[Role, str] = {CLIENT: "client_at", FREELANCER: "freelancer_at"}
        begin: dict[str, Any] = {where[self.silent]: mail_at}
        life = await Life.begin(world, earnings=10_00, **begin)
        await self.reach(life)
        return life


USUAL = (-5 * DAY, -2 * DAY, -1 * DAY, -6 * HOUR)
BOTH = (CLIENT, FREELANCER)
WAITS: Mapping[str, Wait] = {
    "review": Wait(
        Life.in_review,
        CLIENT,
        (CLIENT,),
        20 * DAY,
        (10 * DAY, *USUAL),
        (J.COMPLETED, None),
        PAID,
    ),
    "empty_job": Wait(
        Life.in_progress,
        FREELANCER,
        (FREELANCER,),
        21 * DAY,
        (10.5 * DAY, *USUAL),
        (J.CANCELLED, None),
        NOTHING,
    ),
    "rejection": Wait(
        Life.rejected,
        FREELANCER,
        BOTH,
        20 * DAY,
        (1 * DAY, 10 * DAY, 15 * DAY, 18 * DAY, 19 * DAY, -6 * HOUR),
        (J.CANCELLED, D.NOT_SETTLED_IN_TIME),
        NOTHING,
    ),
    "proposal": Wait(
        Life.proposed,
        CLIENT,
        BOTH,
        None,
        USUAL,
        (J.CANCELLED, D.EXECUTED),
        FEE_EARNED,
    ),
}
