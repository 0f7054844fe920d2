"""One life for each ending of a withdrawal, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.fakestripe.stand import Stand
from tests.withdrawals.connected import DAY_S, Connected
from tests.withdrawals.leaving import Leaving

Act = Callable[[Leaving, Stand], Awaitable[dict[str, Any]]]


async def cancelled(leaving: Leaving, stand: Stand) -> dict[str, Any]:
    """Its owner takes it back."""
    withdrawal = await leaving.requested()
    await leaving.person.post(f"/v1/withdrawals/{withdrawal['id']}/cancel")
    return await leaving.stands(withdrawal, "cancelled")


async def closed(leaving: Leaving, stand: Stand) -> dict[str, Any]:
    """The bank pays it, and a month later it cannot come back any more."""
    withdrawal, run = await leaving.sent()
    await run.answered(others_paid=True)
    await leaving.stands(withdrawal, "paid")
    await leaving.goes_on(withdrawal, timedelta(days=30))
    return await leaving.stands(withdrawal, "closed")


async def failed(leaving: Leaving, stand: Stand) -> dict[str, Any]:
    """The bank does not pay it."""
    withdrawal, run = await leaving.sent()
    await run.answered(failed=[{"withdrawal": withdrawal["id"], "reason": "closed"}])
    return await leaving.stands(withdrawal, "failed")


async def returned(leaving: Leaving, stand: Stand) -> dict[str, Any]:
    """Stripe pays it, and it fails a day later."""
    one = await Connected.paid_by(stand, leaving)
    fate = {"account": one.account, "when": "after_paid", "code": "no_account"}
    stand.control("payouts/fail_next", **fate)
    withdrawal, _ = await one.sent()
    await one.waits(withdrawal, "payout")
    stand.control("clock", to=one.payouts[0].arrival_date)
    await one.hears(withdrawal)
    await one.stands(withdrawal, "paid")
    stand.control("clock", seconds=DAY_S)
    await one.hears(withdrawal)
    return await one.stands(withdrawal, "returned")


WITHDRAWALS: Mapping[str, Act] = {
    "withdrawal_cancelled": cancelled,
    "withdrawal_closed": closed,
    "withdrawal_failed": failed,
    "withdrawal_returned": returned,
}
