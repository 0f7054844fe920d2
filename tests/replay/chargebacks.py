"""One life for each ending of a chargeback, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying

DAY = timedelta(days=1)
Act = Callable[[Paying], Awaitable[dict[str, Any]]]


async def won(paying: Paying) -> dict[str, Any]:
    """Its deadline is near, the evidence goes out at once, and wins."""
    one = await Disputing.begun(paying)
    await one.opened(days=1)
    await one.stands("answered")
    return await one.decided("won", won=True)


async def refilled(paying: Paying) -> dict[str, Any]:
    """It is lost, and the client fills the escrow again."""
    one = await Disputing.begun(paying)
    await one.works(100_00)
    await one.opened()
    shown = await one.decided("refilling", won=False)
    await Disputing.begun(paying)
    await one.client.post(f"/v1/chargebacks/{shown['id']}/refill", {})
    return await one.stands("lost")


async def given_up(paying: Paying) -> dict[str, Any]:
    """It is lost, nobody fills the escrow again, and the job is cancelled."""
    one = await Disputing.begun(paying)
    await one.works(100_00)
    await one.opened()
    await one.passes(await one.decided("refilling", won=False), 7 * DAY)
    return await one.stands("lost")


async def written_off(paying: Paying) -> dict[str, Any]:
    """What was released is owed, and nobody pays it."""
    one = await Disputing.begun(paying)
    await one.released(100_00)
    await one.opened()
    await one.passes(await one.decided("owing", won=False), 90 * DAY)
    return await one.stands("lost")


async def booked(paying: Paying) -> dict[str, Any]:
    """Another sum comes back, two accountants book it, and a deposit pays what is owed still."""
    one = await Disputing.begun(paying)
    await one.released(100_00)
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=60_00)
    ada, bob = paying.world.house.accountants
    path = f"/v1/staff/chargebacks/{shown['id']}"
    said = {"back": shown["given_back"], "client": shown["given_back"], "reason": "a part"}
    booking = (await ada.post(f"{path}/book-return", said)).json()["booking"]
    await bob.post(f"{path}/confirm-booking", {"booking_id": booking["id"]})
    await one.stands("owing")
    await Disputing.begun(paying)
    return await one.stands("lost")


CHARGEBACKS: Mapping[str, Act] = {
    "chargeback_won": won,
    "chargeback_refilled": refilled,
    "chargeback_given_up": given_up,
    "chargeback_written_off": written_off,
    "chargeback_booked": booked,
}
