"""Payouts by Stripe: once, whatever is lost on the way, and back with the reason when they fail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from activities.announcements import Announcements
from activities.payouts import KEY_LASTS, OURS_FOR, SETTLES_IN, Payouts
from activities.processor import Processor
from ledger import payouts
from ledger.reconciling import Finding
from ledger.sealed_values import SealingKeys
from tests.api.people import code
from tests.fakestripe.stand import Stand
from tests.holding.hands import policy
from tests.outside import compared
from tests.withdrawals.connected import CLOSED, DAY_S, INSTANTLY_AVAILABLE, Connected
from tests.withdrawals.leaving import PAYOUT_KEYS, Leaving, falls_due
from tests.world import World

TELLS = text("select count(*) from tell where workflow_id = :id")


@pytest.fixture
async def connected(leaving: Leaving, out_stand: Stand) -> AsyncIterator[Connected]:
    """Somebody with a connected account, and money enough at Stripe to pay them."""
    yield await Connected.paid_by(out_stand, leaving)


async def test_a_payout_reaches_the_bank_and_is_paid(connected: Connected) -> None:
    """Moved, sent off, and paid when Stripe says so; each once."""
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    assert await _told(connected, withdrawal) == []
    connected.stand.control("clock", seconds=3 * DAY_S)
    await connected.hears(withdrawal)
    await connected.hears(withdrawal)
    await connected.stands(withdrawal, "paid")
    assert [one.amount for one in connected.transfers] == [99_00]
    assert [one.amount for one in connected.payouts] == [99_00]
    assert await _told(connected, withdrawal) == []


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
    assert await _told(one, withdrawal) == []


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
    assert await _told(connected, withdrawal) == []


async def test_what_no_webhook_told_of_a_payout_is_asked_for(connected: Connected) -> None:
    """That it was paid, and that the bank sent it back after all."""
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    [payout] = connected.payouts
    at = {"account": connected.account}
    connected.stand.control(f"payouts/{payout.id}/pay", **at)
    await _some_time_passes(connected.world)
    await connected.stands(withdrawal, "paid")
    connected.stand.control(f"payouts/{payout.id}/fail", **at, code="no_account")
    await _some_time_passes(connected.world)
    assert (await connected.stands(withdrawal, "returned"))["reason"] == "no_account"


async def test_each_payout_has_its_turn_once_in_a_pause(connected: Connected) -> None:
    """However often somebody looks, it is neither left out nor asked about each time."""
    withdrawal, _ = await connected.sent()
    pause, now = timedelta(hours=6), datetime.now(UTC)
    looks = [now + n * pause / 72 for n in range(73)]
    workflow = {"id": f"withdrawal/{withdrawal['id']}"}
    async with connected.world.engine.connect() as c:
        before = await c.scalar(TELLS, workflow)
        for since, until in pairwise(looks):
            await payouts.ask(c, since, until, pause)
        asked = await c.scalar(TELLS, workflow) - before
        await c.rollback()
    assert asked == 1


async def test_what_was_taken_back_is_not_paid_out_any_more(connected: Connected) -> None:
    """By staff at Stripe, or by us before the books knew: the money is in the wallet again."""
    stand = connected.stand
    stand.control("faults", kind="500", path="/v1/payouts", method="POST", count=1000)
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "transfer")
    [transfer] = connected.transfers
    stand.stripe.v1.transfers.reversals.create(transfer.id)
    stand.http.delete("/_control/faults")
    assert (await connected.stands(withdrawal, "failed"))["reason"] == "transfer_reversed"
    assert await connected.earnings() == 100_00 and connected.payouts == []


async def test_what_hangs_at_stripe_is_answered_for_by_accounting(connected: Connected) -> None:
    """Once it is their task: what was moved to the account reached its owner in another way."""
    stand = connected.stand
    stand.control("faults", kind="500", path="/v1/payouts", method="POST", count=1000)
    with policy(connected.world, payout_cool_down="PT0S", payout_answer_period="PT1S"):
        withdrawal, run = await connected.sent()
    await connected.waits(withdrawal, "transfer")
    await connected.waits(withdrawal, "tasks")
    failed = [{"withdrawal": withdrawal["id"], "reason": "unknown"}]
    assert code(await run.answered(failed=failed)) == "unknown_reference"
    assert (await run.answered(paid=[withdrawal["id"]])).json()["paid"] == 1
    await connected.stands(withdrawal, "paid")
    hands = Payouts(connected.world.engine, Processor(connected.world.settings), None)
    assert (await hands.read_payout(withdrawal["id"])).said is None


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


async def _some_time_passes(world: World) -> None:
    """A worker looks at the payouts whose turn has come."""
    processor = Processor(world.settings)
    looking = Announcements(world.engine, processor, timedelta(hours=1), timedelta(milliseconds=1))
    await looking.once()
    await processor.close()


async def _told(one: Connected, withdrawal: dict[str, Any]) -> list[Finding]:
    """What the book and Stripe's own say differently of it, however far ahead Stripe's clock is."""
    found = await compared(one.world)
    backs = [back.id for transfer in one.transfers for back in transfer.reversals.data]
    names = [withdrawal["id"], *(transfer.id for transfer in one.transfers), *backs]
    return [told for told in found.values() if any(name in told.about for name in names)]


async def test_what_we_lack_ourselves_is_asked_for_now_and_then(
    leaving: Leaving, out_stand: Stand
) -> None:
    """Nobody is refused for it; and a run that waits for money does not ask all the time."""
    rich = Leaving(leaving.world, await leaving.world.person("rich", earnings_minor=10_000_00))
    one = await Connected.paid_by(out_stand, await rich.ready())
    withdrawal, _ = await one.sent(10_000_00)
    with pytest.raises(ApplicationError, match="balance_insufficient") as refused:
        await _asked(one.world, withdrawal["id"], datetime.now(UTC))
    assert refused.value.next_retry_delay == OURS_FOR
    assert (await one.shown(withdrawal))["state"] == "sent"


async def _asked(world: World, case_id: str, now: datetime) -> Any:
    """What the activity answers when it is this late."""
    processor = Processor(world.settings)
    try:
        hands = Payouts(world.engine, processor, SealingKeys(PAYOUT_KEYS), lambda: now)
        return (await hands.pay_out(case_id)).said
    finally:
        await processor.close()
