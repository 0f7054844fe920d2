"""People go before the clock: what reached us counts, also when nobody was there to act on it."""

import asyncio

from tests.holding.house import House
from tests.holding.parties import Cast, delivered, leaves, seconds, unheard

SOON = {"review_period": seconds(2), "mails_that_prove": 1, "reminders_before_end": ()}


async def test_an_approval_committed_before_the_review_ended_wins(house: House, cast: Cast) -> None:
    """The row was there; that the worker was down and no signal was sent changes nothing."""
    async with house.working():
        deal = await delivered(house, cast, **SOON)
    body = {"delivery_id": await deal.delivery()}
    await leaves(unheard(house, cast.client), f"jobs/{deal.id}/approve", body)
    await asyncio.sleep(2)
    async with house.working():
        await deal.until("completed")
    assert (await deal.kinds())[-1] == "delivery_approved"
