"""Every way money comes on a page or leaves, as people live it beside their jobs."""

from random import Random
from typing import Any

from domain.accounts import PLATFORM
from local.actors import Refused
from local.deal import Deal
from tests.chaos.outside import CARDS, DECLINED
from tests.chaos.served import Served
from tests.chaos.ways import NOTHING, Ending, Gains, delivered, over, paid, until, working

METHODS = ("card", "card", "paypal", "alipay")
SMALLEST = 20_00
SEE_OTHER = 303


async def paid_on_a_page(deal: Served, price: int, chance: Random) -> Gains:
    """By card, by PayPal, by Alipay; some cards are declined at first."""
    method = chance.choice(METHODS)
    await working(deal, price)
    page = (await deal.begins_deposit(price, method))["checkout_url"]
    if method == "card" and chance.random() < 0.3:
        await deal.outside.pays(page, method, DECLINED)
    assert await deal.outside.pays(page, method, chance.choice(CARDS)) == SEE_OTHER
    await until(deal, lambda: deal.job["state"] != "awaiting_funds")
    await deal.deliver("Here it is")
    await deal.approve()
    return {**paid(deal, price), deal.client.id: 0}


async def left_the_page(deal: Served, price: int, chance: Random) -> Gains:
    """The client looks for a way to pay, and finds none."""
    await working(deal, price)
    deposit = await deal.begins_deposit(price, chance.choice(METHODS))
    await over(deal)
    await deal.outside.closes(deposit["checkout_url"])
    await deal.deposit_is(deposit, "expired")
    return NOTHING


async def paid_out(deal: Served, price: int, chance: Random) -> Gains:
    gains, withdrawal = await _earned_and_withdrawn(deal, price, chance)
    await deal.reaches_the_bank(withdrawal)
    await deal.bank_says(withdrawal, "paid")
    await deal.withdrawal_is(withdrawal, "closed")
    return _gone(deal, gains, withdrawal)


async def payout_failed(deal: Served, price: int, chance: Random) -> Gains:
    gains, withdrawal = await _earned_and_withdrawn(deal, price, chance)
    await deal.reaches_the_bank(withdrawal)
    await deal.bank_says(withdrawal, "failed")
    await deal.withdrawal_is(withdrawal, "failed")
    return gains


async def payout_returned(deal: Served, price: int, chance: Random) -> Gains:
    """Unless the time for that was over before anybody could say so."""
    gains, withdrawal = await _earned_and_withdrawn(deal, price, chance)
    await deal.reaches_the_bank(withdrawal)
    await deal.bank_says(withdrawal, "paid")
    await deal.withdrawal_is(withdrawal, "paid", "closed")
    try:
        await deal.bank_says(withdrawal, "returned")
    except Refused as refusal:
        if refusal.code != "unknown_reference":
            raise
    end = await deal.withdrawal_is(withdrawal, "returned", "closed")
    gone = _gone(deal, gains, withdrawal)
    if end["state"] == "closed":
        return gone
    arrived = withdrawal["arrives"]["amount_minor"]
    return {**gone, deal.freelancer.id: gone[deal.freelancer.id] + arrived}


async def withdrawal_cancelled(deal: Served, price: int, chance: Random) -> Gains:
    gains, withdrawal = await _earned_and_withdrawn(deal, price, chance)
    await deal.freelancer.post(f"/v1/withdrawals/{withdrawal['id']}/cancel")
    await deal.withdrawal_is(withdrawal, "cancelled")
    return gains


async def _earned_and_withdrawn(
    deal: Served, price: int, chance: Random
) -> tuple[Gains, dict[str, Any]]:
    """A job is paid, and somebody wants money of it."""
    await delivered(deal, price)
    await deal.approve()
    return paid(deal, price), await deal.withdraws(chance.randrange(SMALLEST, price))


def _gone(deal: Deal, gains: Gains, withdrawal: dict[str, Any]) -> Gains:
    """It has left the wallet, and the fee was earned."""
    amount, fee = (withdrawal[name]["amount_minor"] for name in ("amount", "fee"))
    freelancer, platform = deal.freelancer.id, gains[PLATFORM]
    return {**gains, freelancer: gains[freelancer] - amount, PLATFORM: platform + fee}


APPROVED = ("delivery_approved", "completed")
ENDINGS = (
    Ending(paid_on_a_page, *APPROVED, weight=5, poor=True),
    Ending(left_the_page, "offer_lapsed", "lapsed", hasty=True, poor=True),
    Ending(paid_out, *APPROVED, weight=4, waits=True),
    Ending(payout_failed, *APPROVED, waits=True),
    Ending(payout_returned, *APPROVED, waits=True),
    Ending(withdrawal_cancelled, *APPROVED),
)
