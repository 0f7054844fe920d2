"""One life for each ending of what the market asks for, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from tests.holding.hands import ended
from tests.life import eventually
from tests.market.contesting import Contesting
from tests.market.posting import Posting
from tests.replay.baskets import BASKETS
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


async def handed_over(world: World) -> str:
    """A finalist; two winners of one award, one of whom gives up; a third hands over instead."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(3)
    await it.done("add-prize", {"amount": {"amount_minor": 50_00, "currency": "USD"}})
    await it.judged()
    await it.client.post(it.of_entry(2, "finalist"))
    await it.done("extend")
    first, second = await it.awarded(it.choice(0, 1), it.choice(1, 2))
    await it.entrants[0].post(f"/v1/jobs/{first}/resign")
    await it.settles(1, "open")
    await it.hands_over(second, 1)
    await it.settles(2, "settled")
    [third] = await it.awarded(it.choice(2, 1))
    await it.hands_over(third, 2)
    await it.settles(1, "settled")
    await it.ends()
    await it.ends()
    return await _closed(it)


async def shared(world: World) -> str:
    """Guaranteed, and nobody decides: the prizes are shared."""
    it = await (await (await Contesting.begin(world)).posted(guaranteed=True)).with_entries(2)
    for _ in ("entries", "judging", "the last time"):
        await it.ends()
    return await _closed(it)


async def given_back(world: World) -> str:
    """Nobody decides, and nothing was promised."""
    it = await (await (await Contesting.begin(world)).posted()).with_entries(1)
    for _ in ("entries", "judging"):
        await it.ends()
    return await _closed(it)


async def never_funded(world: World) -> str:
    """The prizes never come."""
    it = await (await Contesting.begin(world, wallet=0)).posted()
    await it.ends()
    return await _closed(it)


async def _closed(it: Contesting) -> str:
    await eventually(lambda: ended(it.world, it.contest_id))
    return it.contest_id


MARKET: Mapping[str, Act] = {
    "project_awarded": awarded,
    "project_ran_out": ran_out,
    "contest_handed_over": handed_over,
    "contest_shared": shared,
    "contest_given_back": given_back,
    "contest_never_funded": never_funded,
    **BASKETS,
}
