"""One life for each ending of a refund to the source, as golden histories are recorded of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.deposits.refunding import Refunding

Act = Callable[[Refunding], Awaitable[dict[str, Any]]]
FAILS_LATER = "4000000000005126"
HOUR_S = 3600


async def closed(refunding: Refunding) -> dict[str, Any]:
    """Staff let a week pass and approve it; Stripe gives it back, and it stays there."""
    refund = await refunding.requested(await refunding.paid_in())
    await refunding.goes_on(refund, timedelta(days=9))
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    await refunding.goes_on(refund, timedelta(days=31))
    return await refunding.stands(refund, "closed")


async def declined(refunding: Refunding) -> dict[str, Any]:
    """Staff say why not."""
    refund = await refunding.requested(await refunding.paid_in())
    why = {"reason": "Please answer our question first"}
    await refunding.staff.post(f"/v1/staff/refunds/{refund['id']}/decline", why)
    return await refunding.stands(refund, "declined")


async def withdrawn(refunding: Refunding) -> dict[str, Any]:
    """The client keeps the credits."""
    refund = await refunding.requested(await refunding.paid_in())
    await refunding.client.post(f"/v1/refunds/{refund['id']}/withdraw")
    return await refunding.stands(refund, "withdrawn")


async def returned(refunding: Refunding) -> dict[str, Any]:
    """The bank of the card does not take it."""
    refund = await refunding.requested(await refunding.paid_in(card=FAILS_LATER))
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    refunding.stand.control("clock", seconds=HOUR_S + 1)
    await refunding.hears(refund)
    return await refunding.stands(refund, "returned")


REFUNDS: Mapping[str, Act] = {
    "refund_closed": closed,
    "refund_declined": declined,
    "refund_withdrawn": withdrawn,
    "refund_returned": returned,
}
