"""What a card network does to a payment while a process dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from domain import commands as c
from tests.fakestripe.stand import Stand
from tests.faults.stories import (
    SEEN_WITHIN,
    Story,
    begins_a_deposit,
    by_freelancer,
    page_of,
    pays,
)
from tests.life import Life, eventually

PAYMENT = text("select data ->> 'payment' from cases where kind = 'deposit' and client_id = :who")
DISPUTES = text(
    "select data ->> 'dispute' from cases where kind = 'chargeback' and client_id = :who"
)


async def has_paid_in(life: Life) -> None:
    """The client has what they paid in by card, and offers a job they cannot start yet."""
    await life.offered()
    await begins_a_deposit(life)
    await page_of(life)
    await pays(life)
    await eventually(lambda: _has(life, life.price), SEEN_WITHIN)


async def takes_it_back(life: Life) -> None:
    """The client's bank disputes the payment, and wants an answer tomorrow."""
    async with life.world.engine.connect() as books:
        payment = str(await books.scalar(PAYMENT, {"who": life.client.id}))
    with _stand(life) as stand:
        charge = stand.stripe.v1.payment_intents.retrieve(payment).latest_charge
        stand.control("disputes", charge=str(charge), days=1)


async def answered_once_and_won(life: Life) -> None:
    """One chargeback took the money once; the answer went out once; then it is back."""
    await eventually(lambda: _stands(life, "answered"), SEEN_WITHIN)
    assert await _has(life, 0)
    async with life.world.engine.connect() as books:
        [dispute] = await books.scalars(DISPUTES, {"who": life.client.id})
    with _stand(life) as stand:
        details = stand.stripe.v1.disputes.retrieve(dispute).evidence_details
        assert details.submission_count == 1
        stand.control(f"disputes/{dispute}", won=True)
    await eventually(lambda: _stands(life, "won"), SEEN_WITHIN)
    assert await _has(life, life.price)
    await by_freelancer(c.Decline)(life)


async def _stands(life: Life, state: str) -> bool:
    listed = (await life.client.get("/v1/chargebacks")).json()["items"]
    return [one["state"] for one in listed] == [state]


async def _has(life: Life, minor: int) -> bool:
    shown = (await life.client.get("/v1/me/wallet")).json()
    return bool(shown["total"]["amount_minor"] == minor)


@contextmanager
def _stand(life: Life) -> Iterator[Stand]:
    url = life.world.settings.stripe_url
    assert url is not None, "this world has a stand-in for Stripe"
    stand = Stand(url)
    yield stand
    stand.close()


DISPUTED = Story(
    "disputed",
    has_paid_in,
    takes_it_back,
    answered_once_and_won,
    "declined",
    ("job_offered", "offer_declined"),
    wallet=0,
)
