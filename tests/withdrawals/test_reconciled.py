"""Payouts in the books of Stripe: they agree with ours at every moment."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from ledger.outside_comparison import mismatches
from tests.fakestripe.stand import Stand
from tests.withdrawals.connected import DAY_S, Connected
from tests.withdrawals.leaving import Leaving

AT_ONCE = timedelta(0)


@pytest.fixture
async def connected(leaving: Leaving, out_stand: Stand) -> AsyncIterator[Connected]:
    """Somebody with a connected account, and money enough at Stripe to pay them."""
    yield await Connected.paid_by(out_stand, leaving)


async def differs(one: Leaving, source: Source, key: str) -> list[tuple[str, int, int]]:
    """How both sides differ about this, after all that Stripe has booked was fetched."""
    processor = Processor(one.world.settings)
    await ProcessorLines(one.world.engine, processor).fetch()
    await processor.close()
    async with one.world.engine.begin() as c:
        return [
            (str(found.side), found.here_minor, found.there_minor)
            async for found in mismatches(c, source, key, AT_ONCE)
        ]


async def test_what_stripe_pays_agrees_before_and_after_it_is_paid(connected: Connected) -> None:
    """Moved, the money is in transit here and gone there; paid, it is gone here too."""
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    [transfer] = connected.transfers
    assert await differs(connected, Source.STRIPE, transfer.id) == []
    connected.stand.control("clock", seconds=3 * DAY_S)
    await connected.hears(withdrawal)
    await connected.stands(withdrawal, "paid")
    assert await differs(connected, Source.STRIPE, transfer.id) == []


@pytest.mark.parametrize(("when", "ends"), [("before_paid", "failed"), ("after_paid", "returned")])
async def test_what_came_back_agrees_too(connected: Connected, when: str, ends: str) -> None:
    """A transfer and its reversal are one thing here."""
    fate = {"account": connected.account, "code": "no_account"}
    if when == "after_paid":
        connected.stand.control("payouts/fail_next", when=when, **fate)
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    [payout] = connected.payouts
    if when == "before_paid":
        connected.stand.control(f"payouts/{payout.id}/fail", **fate)
    else:
        connected.stand.control("clock", to=payout.arrival_date)
        await connected.hears(withdrawal)
        await connected.stands(withdrawal, "paid")
        connected.stand.control("clock", seconds=DAY_S)
    await connected.hears(withdrawal)
    await connected.stands(withdrawal, ends)
    [transfer] = connected.transfers
    assert transfer.reversed
    assert await differs(connected, Source.STRIPE, transfer.id) == []


async def test_a_payout_that_stripe_knows_nothing_of_differs(connected: Connected) -> None:
    """As when somebody had made up the transfer in our books."""
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    async with connected.world.engine.begin() as c:
        await c.exec_driver_sql(
            "update cases set data = jsonb_set(data, '{transfer}', '\"tr_made_up\"')"
            f" where id = '{withdrawal['id']}'"
        )
    assert await differs(connected, Source.STRIPE, "tr_made_up") == [("only here", -99_00, 0)]
