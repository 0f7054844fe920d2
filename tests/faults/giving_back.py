"""What a client and staff do with unspent credits while a process dies."""

from datetime import timedelta
from typing import Any

from domain import commands as c
from tests.fakestripe.stand import Stand
from tests.faults.stories import Story, begins_a_deposit, by_freelancer, pays
from tests.life import Life, eventually

SEEN_WITHIN = timedelta(seconds=100)
HALF = {"amount_minor": 50_00, "currency": "USD"}
ENDED = ("declined", ("job_offered", "offer_declined"))
"""The job beside all this is only offered, and declined at the end."""


async def has_paid_in(life: Life) -> None:
    """The client has credits that came by card."""
    await life.offered()
    await begins_a_deposit(life)
    await pays(life)

    async def credited() -> bool:
        return bool((await _only(life, "deposits"))["state"] == "credited")

    await eventually(credited, SEEN_WITHIN)


async def asks_back(life: Life) -> None:
    """The client wants some of it back."""
    deposit = await _only(life, "deposits")
    path = f"/v1/deposits/{deposit['id']}/refund-to-source"
    assert (await life.client.post(path, {"amount": HALF})).is_success


async def has_asked(life: Life) -> None:
    """And staff are to decide."""
    await has_paid_in(life)
    await asks_back(life)
    await _becomes(life, "requested")


async def approves(life: Life) -> None:
    """Staff have it sent."""
    refund = await _only(life, "refunds")
    path = f"/v1/staff/refunds/{refund['id']}/approve"
    assert (await life.world.house.staff.post(path)).is_success


async def is_approved(life: Life) -> None:
    """One refund was asked for, and is given back; then the job is declined."""
    await _becomes(life, "requested")
    await approves(life)
    await was_given_back_once(life)


async def was_given_back_once(life: Life) -> None:
    """Stripe has made one refund, whatever died; then the job is declined."""
    await _becomes(life, "paid")
    refund = await _only(life, "refunds")
    url = life.world.settings.stripe_url
    assert url is not None, "this world has a stand-in for Stripe"
    stand = Stand(url)
    listed = stand.stripe.v1.refunds.list({"limit": 100}).data
    about = [one.metadata.to_dict().get("case") for one in listed if one.metadata]
    stand.close()
    assert about.count(refund["id"]) == 1
    await by_freelancer(c.Decline)(life)


async def _becomes(life: Life, state: str) -> None:
    async def there() -> bool:
        return bool((await _only(life, "refunds"))["state"] == state)

    await eventually(there, SEEN_WITHIN)


async def _only(life: Life, noun: str) -> dict[str, Any]:
    """The client's one deposit, or refund."""
    [one] = (await life.client.get(f"/v1/{noun}")).json()["items"]
    return dict(one)


ASKS_BACK = Story("asks back", has_paid_in, asks_back, is_approved, *ENDED, wallet=0)
GIVEN_BACK = Story("given back", has_asked, approves, was_given_back_once, *ENDED, wallet=0)
