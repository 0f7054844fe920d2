"""One life for each ending of a deposit, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.deposits.paying import Paying
from tests.life import eventually

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


async def ended(paying: Paying) -> dict[str, Any]:
    """Stripe is away for good, and two people of staff end it."""
    deposit = await paying.begun()
    paying.stand.control("faults", kind="500", path="/v1/checkout/sessions/*", count=10_000)
    await paying.goes_on(deposit, DAY)
    await paying.stands(deposit, "closing")
    house, path = paying.world.house, f"/v1/staff/deposits/{deposit['id']}"
    shown = (await house.staff.post(f"{path}/end", {"reason": "Stripe is away"})).json()
    await paying.goes_on(deposit, timedelta(hours=1))
    named = {"end_id": shown["end"]["id"]}

    async def confirmed() -> bool:
        return (await house.second.post(f"{path}/confirm-end", named)).is_success

    await eventually(confirmed)
    paying.stand.http.delete("/_control/faults")
    return await paying.stands(deposit, "ended")


DEPOSITS: Mapping[str, Act] = {
    "deposit_credited": credited,
    "deposit_expired": expired,
    "deposit_failed": failed,
    "deposit_ended": ended,
}
