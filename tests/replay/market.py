"""One life for each ending of what the market asks for, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from tests.holding.hands import ended
from tests.life import eventually
from tests.market.posting import Posting
from tests.world import World

Act = Callable[[World], Awaitable[str]]
"""Lives it, and gives the id of the case whose history is kept."""


async def awarded(world: World) -> str:
    """Two bids are awarded at once, a third later; then the client closes it."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00, 120_00, 140_00)
    await it.awards(0, 1)
    await it.does("extend")
    await it.awards(2)
    await it.does("close")
    return await _over(it)


async def ran_out(world: World) -> str:
    """Nobody decides; after thirty days it closes by itself."""
    it = await (await (await Posting.begin(world)).posted()).with_bids(100_00)
    await it.until(datetime.fromisoformat((await it.shown())["if_nobody_acts"]["at"]))
    return await _over(it)


async def _over(it: Posting) -> str:
    await eventually(lambda: ended(it.world, it.project_id))
    return it.project_id


MARKET: Mapping[str, Act] = {"project_awarded": awarded, "project_ran_out": ran_out}
