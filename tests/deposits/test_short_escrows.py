"""A payment that is taken back out of an escrow: frozen, won, refilled, or given up."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

from domain import commands as c
from domain.cases import Role
from ledger import remittances
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.deposits.refunding import Refunding
from tests.life import Life, eventually
from tests.sums import as_sent

WEEK = timedelta(days=7)


async def _job(life: Life, **wanted: Any) -> dict[str, Any]:
    """The job, once it stands like this."""
    found: dict[str, Any] = {}

    async def so() -> bool:
        found.update(await life.shown())
        return all(found[name] == value for name, value in wanted.items())

    await eventually(so)
    return found


async def _escrow(one: Disputing, life: Life) -> int:
    return await one.balance("escrow", life.job_id)


async def _refills(one: Disputing, shown: dict[str, Any]) -> Any:
    return await one.client.post(f"/v1/chargebacks/{shown['id']}/refill", as_sent({}))


async def test_the_newest_job_is_frozen_first_and_goes_on_when_it_is_won(paying: Paying) -> None:
    """Its clock as if nothing had been; both are told; the older one never stood still."""
    one = await Disputing.begun(paying, 100_00)
    older, newer = await one.works(40_00), await one.works(60_00)
    due = datetime.fromisoformat((await newer.shown())["due_at"])
    one.disputes()
    await one.hears()
    shown = await one.stands("opened")
    pieces = {piece["job"]: piece["amount"]["amount_minor"] for piece in shown["from_escrows"]}
    assert pieces == {newer.job_id: 60_00, older.job_id: 40_00}
    frozen = await _job(newer, frozen=True)
    assert frozen["escrow"]["amount_minor"] == 0 and await _escrow(one, newer) == 0
    assert frozen["if_nobody_acts"]["what"].startswith("nothing")
    assert "job_frozen" in [line.kind for line in await newer.told()]
    await one.decided("won", won=True)
    thawed = await _job(newer, frozen=False)
    moved = datetime.fromisoformat(thawed["due_at"]) - due
    assert timedelta(0) < moved < timedelta(minutes=5) and thawed["paused_until"] is None
    assert (await _escrow(one, newer), await _escrow(one, older)) == (60_00, 40_00)
    assert await one.agrees()


async def test_a_payment_that_was_refunded_paid_for_no_job(paying: Paying) -> None:
    """So the job is frozen whose money the disputed one was, and nothing is owed."""
    refunding = Refunding(paying)
    refund = await refunding.requested(await refunding.paid_in(100_00), 100_00)
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    shown = await one.opened()
    assert [piece["job"] for piece in shown["from_escrows"]] == [life.job_id]
    assert shown["owed"]["amount_minor"] == 0
    assert await one.agrees()


async def test_a_disputed_payment_is_kept_for_no_job_any_more(paying: Paying) -> None:
    """What was paid in for one job alone is gone, so other jobs need not leave it alone."""
    life = await Life.begin(paying.world, price=300_00, wallet=0)
    life.client = paying.client
    await life.awaiting_funds()
    one = await Disputing.begun(paying, 100_00, for_case=life.job_id)

    async def meant() -> dict[str, int]:
        async with paying.world.engine.connect() as books:
            return await remittances.meant_for(books, paying.client.id)

    assert await meant() == {life.job_id: 100_00}
    await one.opened()
    assert await meant() == {life.job_id: 0}
    await one.decided("won", won=True)
    assert await meant() == {life.job_id: 100_00}


async def test_an_approval_waits_and_is_paid_when_it_is_won(paying: Paying) -> None:
    """The client decides once; the freelancer delivers and is paid."""
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    await life.client_does(c.OfferSettlement)
    await one.opened()
    await _job(life, frozen=True)
    assert await life.refused(Role.FREELANCER, c.AcceptSettlement) == "escrow_short"
    await life.freelancer_does(c.Deliver)
    approved = await life.client_does(c.Approve)
    assert approved["state"] == "in_review"
    await one.decided("won", won=True)
    await _job(life, state="completed")
    assert await one.balance("earnings", life.freelancer.id) == 90_00


async def test_a_refund_stays_open_and_what_comes_back_then_is_the_clients(
    paying: Paying,
) -> None:
    """The freelancer resigns from a frozen job."""
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    await one.opened()
    await _job(life, frozen=True)
    await life.freelancer_does(c.Resign)
    await one.decided("won", won=True)
    assert await paying.wallet() == 100_00
    assert await one.agrees()


async def test_a_lost_payment_is_refilled_in_parts_and_the_job_goes_on(paying: Paying) -> None:
    """With another deposit; too little of it is not enough."""
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    await one.opened()
    shown = await one.decided("refilling", won=False)
    assert (await _refills(one, shown)).json()["code"] == "insufficient_funds"
    for minor, state in ((60_00, "refilling"), (70_00, "lost")):
        await Disputing.begun(paying, minor)
        assert (await _refills(one, shown)).json()["state"] == state
    job = await _job(life, frozen=False)
    assert job["escrow"]["amount_minor"] == 100_00 and await paying.wallet() == 30_00
    await life.freelancer_does(c.Deliver)
    await life.client_does(c.Approve)
    assert await one.balance("earnings", life.freelancer.id) == 90_00
    assert await one.agrees()


async def test_what_nobody_refills_is_cancelled_after_seven_days(paying: Paying) -> None:
    """Reminded of it, by mails that arrive; the freelancer keeps the work."""
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    await one.opened()
    shown = await one.decided("refilling", won=False)
    await one.passes(shown, WEEK)
    await one.stands("lost")
    job = await _job(life, state="cancelled")
    assert job["ip"] == "freelancer" and await _escrow(one, life) == 0
    assert "job_unfunded" in [line.kind for line in await life.told()]


async def test_what_was_approved_is_paid_as_far_as_it_is_filled(paying: Paying) -> None:
    """Thirty of a hundred came: of them the platform takes its fee."""
    one = await Disputing.begun(paying, 100_00)
    life = await one.works(100_00)
    await one.opened()
    await _job(life, frozen=True)
    await life.freelancer_does(c.Deliver)
    await life.client_does(c.Approve)
    shown = await one.decided("refilling", won=False)
    await Disputing.begun(paying, 30_00)
    assert (await _refills(one, shown)).json()["state"] == "refilling"
    await one.passes(shown, WEEK)
    await one.stands("lost")
    await _job(life, state="completed")
    assert await one.balance("earnings", life.freelancer.id) == 27_00


async def test_an_approval_and_a_chargeback_at_the_same_moment_agree(paying: Paying) -> None:
    """Whichever is first, nothing is released that was taken back, and the books are right."""
    for _ in range(4):
        one = await Disputing.begun(await _another(paying), 100_00)
        life = await one.works(100_00)
        await life.freelancer_does(c.Deliver)
        one.disputes()
        waits = asyncio.create_task(one.hears())
        await asyncio.sleep(random.uniform(0, 2))
        approved = await life.client_does(c.Approve)
        await waits
        shown = await one.stands("opened")
        if approved["state"] == "completed":
            assert shown["owed"]["amount_minor"] == 100_00
        else:
            assert shown["from_escrows"][0]["amount"]["amount_minor"] == 100_00
        await one.decided("won", won=True)
        await _job(life, state="completed")
        assert await one.balance("earnings", life.freelancer.id) == 90_00


async def _another(paying: Paying) -> Paying:
    return Paying(paying.world, paying.stand, await paying.world.person("client"))
