"""A purchase whose payment is taken back: nobody keeps both the money and the work."""

from datetime import timedelta

from domain import commands as c
from tests.api.people import code
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.life import eventually
from tests.market.selling import Shop

WEEK = timedelta(days=7)


async def _shop(paying: Paying) -> Shop:
    return Shop(paying.world, await paying.world.person("seller"), paying.client)


async def test_a_purchase_that_nobody_refills_is_its_sellers_draft_again(paying: Paying) -> None:
    """The step of the lost payment ends the job, and gives the listing back with it."""
    one, shop = await Disputing.begun(paying, 100_00), await _shop(paying)
    life = await shop.bought(100_00)
    await one.opened()
    shown = await one.decided("refilling", won=False)
    assert (await shop.shown())["state"] == "sold"
    await one.passes(shown, WEEK)
    await one.stands("lost")

    async def cancelled() -> bool:
        return (await life.states())[0] == "cancelled"

    await eventually(cancelled)
    back = await shop.shown()
    assert (back["state"], back["had_a_buyer"], back["job_id"]) == ("draft", True, None)
    assert await one.agrees()


async def test_an_approved_purchase_stays_sold_when_its_payment_is_won(paying: Paying) -> None:
    """The approval waits with the money; the listing waits with both."""
    one, shop = await Disputing.begun(paying, 100_00), await _shop(paying)
    life = await shop.bought(100_00)
    await one.opened()
    await life.client_does(c.Approve)
    await one.decided("won", won=True)

    async def completed() -> bool:
        return (await life.states())[0] == "completed"

    await eventually(completed)
    assert (await shop.shown())["state"] == "sold"
    assert await one.balance("earnings", shop.seller.id) == 90_00


async def test_nothing_is_bought_while_a_payment_is_disputed(paying: Paying) -> None:
    """Whatever else is in the wallet; the listing stays for sale."""
    one, shop = await Disputing.begun(paying, 100_00), await _shop(paying)
    listing = await shop.listed(20_00)
    await Disputing.begun(paying, 50_00)
    await one.opened()
    assert code(await shop.buys(listing)) == "chargeback_open"
    assert (await shop.shown())["state"] == "listed"
    await one.decided("won", won=True)
    assert (await shop.buys(listing)).status_code == 201
