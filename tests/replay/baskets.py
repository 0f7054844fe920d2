"""One life for each ending of a basket, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping

from httpx import Response

from tests.holding.hands import ended
from tests.life import eventually
from tests.market.selling import Shop
from tests.world import World

Act = Callable[[World], Awaitable[str]]


async def bought(world: World) -> str:
    """Two of three are still there, and each becomes a job."""
    shop = await Shop.begin(world, 10_00, 20_00, 30_00)
    await shop.does(shop.listings[1], "unpublish")
    return await _over(shop, await shop.fills(0, 1, 2, mode="those_still_there"))


async def refused(world: World) -> str:
    """The wallet does not hold enough."""
    shop = await Shop.begin(world, 10_00, wallet=9_99)
    return await _over(shop, await shop.fills(0))


async def _over(shop: Shop, answer: Response) -> str:
    assert answer.status_code in (201, 402), answer.text
    [basket] = (await shop.client.get("/v1/baskets")).json()["items"]
    basket_id = str(basket["id"])
    await eventually(lambda: ended(shop.world, basket_id))
    return basket_id


BASKETS: Mapping[str, Act] = {"basket_bought": bought, "basket_refused": refused}
