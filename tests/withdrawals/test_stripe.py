"""Payouts by Stripe: once, whatever is lost on the way, and back with the reason when they fail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.payouts import KEY_LASTS, SETTLES_IN, Payouts
from activities.processor import Processor
from ledger.sealed_values import SealingKeys
from tests.fakestripe.stand import Stand
from tests.withdrawals.connected import CLOSED, DAY_S, INSTANTLY_AVAILABLE, Connected
from tests.withdrawals.leaving import PAYOUT_KEYS, Leaving, falls_due
from tests.world import World


@pytest.fixture
async def connected(leaving: Leaving, out_stand: Stand) -> AsyncIterator[Connected]:
    """Somebody with a connected account, and money enough at Stripe to pay them."""
    yield await Connected.paid_by(out_stand, leaving)


async def test_a_payout_reaches_the_bank_and_is_paid(connected: Connected) -> None:
    """Moved, sent off, and paid when Stripe says so; each once."""
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    connected.stand.control("clock", seconds=3 * DAY_S)
    await connected.hears(withdrawal)
    await connected.hears(withdrawal)
    await connected.stands(withdrawal, "paid")
    assert [one.amount for one in connected.transfers] == [99_00]
    assert [one.amount for one in connected.payouts] == [99_00]


@pytest.mark.parametrize("kind", ["500", "429", "lost_answer"])
@pytest.mark.parametrize("path", ["/v1/transfers", "/v1/payouts"])
async def test_bad_luck_pays_once_all_the_same(connected: Connected, kind: str, path: str) -> None:
    """It is asked again with the same key, longer than the SDK itself tries."""
    fault = {"kind": kind, "path": path, "method": "POST", "count": 4}
    connected.stand.control("faults", **fault)
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    assert (len(connected.transfers), len(connected.payouts)) == (1, 1)


async def test_while_stripe_is_away_for_an_hour_a_payout_waits_and_is_made_once(
    connected: Connected,
) -> None:
    """It is asked for again and again, and at once when staff see that Stripe is back."""
    connected.stand.control("faults", kind="500", path="/v1/*", method="POST", count=100_000)
    withdrawal, _ = await connected.sent()
    await asyncio.sleep(2)
    connected.stand.control("clock", seconds=3600)
    assert connected.transfers == [] and await connected.known(withdrawal, "transfer") is None
    connected.stand.http.delete("/_control/faults")
    staff = connected.world.house.staff
    assert (await staff.post(f"/v1/staff/cases/{withdrawal['id']}/retry")).status_code == 200
    await connected.waits(withdrawal, "payout")
    assert len(connected.transfers) == len(connected.payouts) == 1


async def test_a_payout_that_fails_is_back_with_stripes_reason(
    leaving: Leaving, out_stand: Stand
) -> None:
    """What was moved to the account comes back first; the books and Stripe's agree."""
    out_stand.charge(200_00, INSTANTLY_AVAILABLE)
    account = out_stand.account(CLOSED).id
    await leaving.is_paid_at(stripe={"account": account})
    one = Connected(leaving, out_stand, account)
    withdrawal, _ = await one.sent()
    await one.waits(withdrawal, "payout")
    out_stand.control("clock", seconds=3 * DAY_S)
    await one.hears(withdrawal)
    shown = await one.stands(withdrawal, "failed")
    assert shown["reason"] == "account_closed" and await one.earnings() == 100_00
    assert [transfer.reversed for transfer in one.transfers] == [True]


async def test_a_payout_that_fails_after_it_was_paid_is_returned(connected: Connected) -> None:
    """Its fee stays."""
    connected.stand.control(
        "payouts/fail_next", account=connected.account, when="after_paid", code="no_account"
    )
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    [payout] = connected.payouts
    connected.stand.control("clock", to=payout.arrival_date)
    await connected.hears(withdrawal)
    await connected.stands(withdrawal, "paid")
    connected.stand.control("clock", seconds=DAY_S)
    await connected.hears(withdrawal)
    assert (await connected.stands(withdrawal, "returned"))["reason"] == "no_account"
    assert await connected.earnings() == 99_00
    assert [transfer.amount_reversed for transfer in connected.transfers] == [99_00]


async def test_an_account_that_cannot_be_paid_fails_at_once(
    leaving: Leaving, out_stand: Stand
) -> None:
    """Nothing was moved; the money is back with Stripe's code."""
    await leaving.is_paid_at(stripe={"account": "acct_nobody12345"})
    withdrawal = await leaving.requested()
    run = await falls_due(leaving.world, withdrawal)
    assert (await run.approved()).json()["approved"]
    await leaving.stands(withdrawal, "failed")
    assert await leaving.earnings() == 100_00


async def test_what_stripe_pays_is_not_in_the_banks_file(connected: Connected) -> None:
    """Nor can accounting answer for it."""
    withdrawal, run = await connected.sent()
    assert (await run.file()).status_code == 404
    answer = await run.answered(paid=[withdrawal["id"]])
    assert answer.status_code == 422
    assert (await run.answered(others_paid=True)).json()["paid"] == 0


@pytest.mark.parametrize("known", ["transfer", "payout"])
async def test_what_an_old_key_did_is_looked_for_before_another_is_used(
    connected: Connected, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer was lost, each time: what is about this withdrawal is found, and there once."""
    stand = connected.stand
    monkeypatch.setattr("activities.payouts.KEY_LASTS", timedelta(seconds=3))
    monkeypatch.setattr("activities.payouts.SETTLES_IN", timedelta(seconds=0.5))
    fault = {"kind": "lost_answer", "path": f"/v1/{known}s", "method": "POST", "count": 1000}
    stand.control("faults", **fault)
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, known)
    made = connected.transfers if known == "transfer" else connected.payouts
    assert [one.id for one in made] == [await connected.known(withdrawal, known)]


async def test_nothing_is_asked_while_the_last_try_may_be_under_way(connected: Connected) -> None:
    """When a key has just become too old, what it began may not be listed yet."""
    stand = connected.stand
    stand.control("faults", kind="500", path="/v1/transfers", method="POST", count=1000)
    withdrawal, _ = await connected.sent()
    soon = datetime.now(UTC) + KEY_LASTS + SETTLES_IN / 2
    with pytest.raises(Exception, match="under way"):
        await _asked(connected.world, withdrawal["id"], soon)
    assert connected.transfers == []


async def _asked(world: World, case_id: str, now: datetime) -> Any:
    """What the activity answers when it is this late."""
    processor = Processor(world.settings)
    try:
        hands = Payouts(world.engine, processor, SealingKeys(PAYOUT_KEYS), lambda: now)
        return (await hands.pay_out(case_id)).said
    finally:
        await processor.close()
