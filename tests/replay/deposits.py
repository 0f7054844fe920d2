"""One life for each ending of a deposit, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.deposits.paying import Paying

DAY = timedelta(hours=24)
Act = Callable[[Paying], Awaitable[dict[str, Any]]]


async def credited(paying: Paying) -> dict[str, Any]:
    """The client pays, and a webhook says so."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    return await paying.stands(deposit, "credited")


async def expired(paying: Paying) -> dict[str, Any]:
    """Nobody pays for a day."""
    deposit = await paying.begun()
    await paying.goes_on(deposit, DAY)
    return await paying.stands(deposit, "expired")


async def failed(paying: Paying) -> dict[str, Any]:
    """The processor makes no such page."""
    paying.stand.control("methods", alipay=False)
    answer = await paying.asks(method="alipay")
    paying.stand.control("methods")
    return await paying.stands(answer.json(), "failed")


DEPOSITS: Mapping[str, Act] = {
    "deposit_credited": credited,
    "deposit_expired": expired,
    "deposit_failed": failed,
}
