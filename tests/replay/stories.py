"""One life for each ending of a job and of a dispute, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY, HOUR
from tests.life import Life, eventually

Act = Callable[[Life], Awaitable[Any]]
C, F, S = Role.CLIENT, Role.FREELANCER, Role.STAFF
LARGE = 2_000_00
"""An escrow on which two of staff rule."""


@dataclass(frozen=True)
class Story:
    """What happens, and with how much money; `stuck` meets a fault, `short` a small server."""

    acts: tuple[Act, ...]
    price: int = 200_00
    wallet: int | None = None
    stuck: bool = False
    short: bool = False


def story(*acts: Act, **more: Any) -> Story:
    """These, one after the other."""
    return Story(acts, **more)


def does(role: Role, kind: type[c.Command], **body: Any) -> Act:
    """Somebody decides."""
    return lambda life: life.does(role, kind, **body)


def passes(period: timedelta) -> Act:
    """Time passes."""
    return lambda life: life.passes(period)


async def silence(life: Life) -> None:
    """Nobody acts until the wait is over."""
    await life.until(await life.due())


async def money_comes(life: Life) -> None:
    """The client's bank transfer is credited, and the work begins."""
    await life.money_comes(life.price)
    await eventually(lambda: _in_progress(life))


async def _in_progress(life: Life) -> bool:
    return await life.states() == ("in_progress", None)


async def another_confirms(life: Life) -> None:
    """A second person of staff confirms the ruling."""
    answer = await life.asks(S, c.Confirm, life.world.house.second)
    assert answer.status_code == 200, answer.text


REVISED = (does(C, c.RequestRevision), does(F, c.Deliver))

STORIES: Mapping[str, Story] = {
    "approved": story(Life.in_review, *REVISED, does(C, c.Approve)),
    "approved_in_silence": story(Life.in_review, silence),
    "resigned": story(Life.in_progress, does(F, c.Resign)),
    "cancelled_when_late": story(Life.in_progress, passes(8 * DAY + HOUR), does(C, c.Cancel)),
    "abandoned": story(Life.in_progress, silence),
    "settled": story(Life.in_review, does(C, c.OfferSettlement), does(F, c.AcceptSettlement)),
    "declined": story(Life.offered, does(F, c.Decline)),
    "lapsed_unanswered": story(Life.offered, silence),
    "lapsed_unfunded": story(Life.awaiting_funds, silence, wallet=0),
    "lapsed_withdrawn": story(Life.offered, does(C, c.WithdrawOffer)),
    "funded_later": story(Life.awaiting_funds, money_comes, does(F, c.Resign), wallet=0),
    "rejection_accepted": story(Life.rejected, does(F, c.AcceptRejection)),
    "not_settled_in_time": story(Life.rejected, silence),
    "dismissed": story(Life.rejected, does(C, c.Approve)),
    "withdrawn": story(Life.rejected, does(C, c.WithdrawRejection), does(C, c.Approve)),
    "settled_in_dispute": story(
        Life.rejected, does(F, c.OfferSettlement), does(C, c.AcceptSettlement)
    ),
    "revision_overdue": story(Life.revising, silence, does(F, c.AcceptRejection)),
    "proposal_by_both": story(Life.proposed, does(C, c.AcceptProposal), does(F, c.AcceptProposal)),
    "proposal_by_silence": story(Life.proposed, silence),
    "ruling": story(Life.staff_review, does(S, c.Resolve)),
    "ruling_confirmed": story(Life.ruled, another_confirms, price=LARGE),
    "stuck": story(Life.offered, does(F, c.Decline), stuck=True),
    "continued_as_new": story(Life.in_review, *REVISED * 2, does(C, c.Approve), short=True),
}
"""By the name of the file that keeps its histories."""
