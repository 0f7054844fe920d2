"""A refund of which Stripe says nothing: on the radar at once, and accounting's after its time."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.api.people import code, pointers
from tests.deposits.paying import Paying
from tests.deposits.refunding import Refunding
from tests.holding.hands import policy
from tests.life import eventually
from tests.outside import compared

AWAY = {"kind": "500", "path": "/v1/refunds", "method": "POST", "count": 10_000}


@pytest.fixture
def refunding(paying: Paying) -> Refunding:
    """A client who has paid in."""
    return Refunding(paying)


async def test_accounting_answer_for_a_refund_that_hangs(refunding: Refunding) -> None:
    """It is on the radar at once; after its time they say what Stripe calls what it has made."""
    deposit = await refunding.paid_in()
    with policy(refunding.world, payout_answer_period="PT1S"):
        refund = await refunding.requested(deposit)
    accountant, stand = refunding.world.house.accountants[0], refunding.stand
    path = f"/v1/staff/refunds/{refund['id']}/found"
    made = await its_refund(refunding, refund)
    stand.control("faults", **AWAY)
    await refunding.approved(refund)
    assert code(await accountant.post(path, {"refund": made})) == "condition_missing"
    await eventually(lambda: on_the_radar(refunding, refund))

    async def task() -> bool:
        seen = (await accountant.get(f"/v1/refunds/{refund['id']}")).json()
        return [one["kind"] for one in seen["staff_tasks"]] == ["refund_unanswered"]

    await eventually(task)
    assert pointers(await accountant.post(path, {})) == ["#/refund"]
    assert code(await refunding.staff.post(path, {"refund": made})) == "not_yours"
    answer = await accountant.post(path, {"refund": made})
    assert answer.status_code == 200, answer.text
    stand.http.delete("/_control/faults")
    await refunding.stands(refund, "paid")
    assert await refunding.credits() == 40_00
    await eventually(lambda: on_the_radar(refunding, refund, is_there=False))
    assert [one.id for one in refunding.there(refund)] == [made]
    assert made not in await compared(refunding.world)


async def its_refund(refunding: Refunding, refund: dict[str, Any]) -> str:
    """Stripe makes it, and its answer is lost."""
    async with refunding.world.engine.connect() as c:
        query = "select data ->> 'payment' from cases where id = :id"
        payment = await c.scalar(text(query), {"id": refund["id"]})
    return str(
        refunding.stand.stripe.v1.refunds.create(
            {"payment_intent": payment, "amount": 60_00, "metadata": {"case": refund["id"]}},
            {"idempotency_key": f"{refund['id']}/refund/0"},
        ).id
    )


async def on_the_radar(
    refunding: Refunding, refund: dict[str, Any], *, is_there: bool = True
) -> bool:
    """Whether the radar has it as failing, or not."""
    query = "select count(*) from failing_step where case_id = :id"
    async with refunding.world.engine.connect() as c:
        return bool(await c.scalar(text(query), {"id": refund["id"]})) is is_there
