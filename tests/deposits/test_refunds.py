"""Unspent credits go back to the card or account that paid, once, whatever happens on the way."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.announcements import Announcements
from activities.processor import Processor
from activities.refunds import Refunds
from tests.api.people import code, pointers
from tests.deposits.paying import Paying
from tests.deposits.refunding import Refunding
from tests.life import Life
from tests.outside import compared

FAILS_LATER = "4000000000005126"
"""Stripe's card whose refunds fail after they succeeded."""
HOUR_S = 3600


@pytest.fixture
def refunding(paying: Paying) -> Refunding:
    """A client who has paid in."""
    return Refunding(paying)


@pytest.mark.parametrize("method", ["card", "paypal", "alipay"])
async def test_unspent_credits_go_back_the_way_they_came(refunding: Refunding, method: str) -> None:
    """They leave the wallet when asked for, go back when approved, and Stripe's books agree."""
    deposit = await refunding.paid_in(100_00, method)
    refund = await refunding.requested(deposit, 60_00)
    assert await refunding.credits() == 40_00 and refunding.there(refund) == []
    await refunding.approved(refund)
    shown = await refunding.stands(refund, "paid")
    assert (shown["deposit"], shown["method"]) == (deposit["id"], method)
    assert [one.amount for one in refunding.there(refund)] == [60_00]
    assert await refunding.credits() == 40_00
    assert not {one.id for one in refunding.there(refund)} & set(await compared(refunding.world))


async def test_no_more_goes_back_than_came(refunding: Refunding) -> None:
    """Of two requests at once for more than there is, one is granted."""
    deposit = await refunding.paid_in(100_00)
    await refunding.paid_in(50_00)
    answers = await asyncio.gather(*(refunding.asks(deposit, 60_00) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [201, 422, 422]
    assert {code(one) for one in answers if one.status_code == 422} == {"invalid_amount"}
    again = await refunding.asks(deposit, 40_01)
    assert pointers(again) == ["#/amount"] and again.json()["facts"]["left_minor"] == 40_00
    await refunding.requested(deposit, 40_00)
    assert await refunding.credits() == 50_00


async def test_what_was_spent_does_not_go_back(refunding: Refunding) -> None:
    """Only what is left in the wallet."""
    deposit = await refunding.paid_in(100_00)
    freelancer = await refunding.world.person("freelancer")
    await Life(refunding.world, refunding.client, freelancer, 80_00).in_progress()
    answer = await refunding.asks(deposit, 20_01)
    assert (answer.status_code, code(answer)) == (402, "insufficient_funds")
    await refunding.requested(deposit, 20_00)


@pytest.mark.parametrize(("path", "state"), [("withdraw", "withdrawn"), ("decline", "declined")])
async def test_what_is_not_sent_is_in_the_wallet_again(
    refunding: Refunding, path: str, state: str
) -> None:
    """The client keeps it after all, or staff say why not; then it may be asked for again."""
    deposit = await refunding.paid_in()
    refund = await refunding.requested(deposit, 100_00)
    if path == "withdraw":
        answer = await refunding.client.post(f"/v1/refunds/{refund['id']}/withdraw")
    else:
        why = {"reason": "Please answer our question first"}
        answer = await refunding.staff.post(f"/v1/staff/refunds/{refund['id']}/decline", why)
    assert answer.status_code == 200, answer.text
    shown = await refunding.stands(refund, state)
    assert shown["over"] and await refunding.credits() == 100_00
    happened = (await refunding.client.get(shown["timeline"])).json()["items"]
    assert [one["kind"] for one in happened] == [f"refund_{state}", "refund_requested"]
    late = await refunding.staff.post(f"/v1/staff/refunds/{refund['id']}/approve")
    assert code(late) == "already_over"
    await refunding.requested(deposit, 100_00)


async def test_the_same_request_is_one_refund(refunding: Refunding) -> None:
    """The key is the refund's; another sum with it is refused."""
    deposit = await refunding.paid_in()
    first = await refunding.asks(deposit, key="once")
    again = await refunding.asks(deposit, key="once")
    assert first.json()["id"] == again.json()["id"]
    other = await refunding.asks(deposit, 1_00, key="once")
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


async def test_staff_see_what_has_the_least_time_left_first(refunding: Refunding) -> None:
    """The queue says who is to act, until when; strangers do not learn of a refund."""
    deposit = await refunding.paid_in()
    first = await refunding.requested(deposit, 10_00)
    second = await refunding.requested(deposit, 20_00)
    listed = (await refunding.staff.get("/v1/staff/refunds", state="requested", limit=100)).json()
    ours = [one for one in listed["items"] if one["deposit"] == deposit["id"]]
    assert [one["id"] for one in ours] == [first["id"], second["id"]]
    assert ours[0]["turn"] == "staff" and ours[0]["due_at"]
    stranger = await refunding.world.person("stranger")
    assert (await stranger.get(f"/v1/refunds/{first['id']}")).status_code == 404
    assert (await stranger.get("/v1/staff/refunds")).status_code == 403
    path = f"/v1/deposits/{deposit['id']}/refund-to-source"
    body = {"amount": {"amount_minor": 1_00, "currency": "USD"}}
    assert (await stranger.post(path, body)).status_code == 404
    assert code(await refunding.staff.post(path, body)) == "not_yours"
    mine = (await refunding.client.get("/v1/refunds")).json()["items"]
    assert [one["id"] for one in mine] == [second["id"], first["id"]]


@pytest.mark.parametrize("body", [{}, {"amount": {"amount_minor": 0, "currency": "USD"}}])
async def test_a_body_that_does_not_fit_is_refused(
    refunding: Refunding, body: dict[str, Any]
) -> None:
    """Nothing moves."""
    deposit = await refunding.paid_in()
    path = f"/v1/deposits/{deposit['id']}/refund-to-source"
    assert (await refunding.client.post(path, body)).status_code == 422
    assert await refunding.credits() == 100_00


async def test_a_page_nobody_paid_on_gives_nothing_back(refunding: Refunding) -> None:
    """There is nothing of it."""
    deposit = await refunding.paying.begun()
    answer = await refunding.asks(deposit)
    assert (answer.status_code, code(answer)) == (409, "not_refundable")


@pytest.mark.parametrize("kind", ["500", "429", "lost_answer"])
async def test_bad_luck_at_stripe_makes_one_refund_all_the_same(
    refunding: Refunding, kind: str
) -> None:
    """It is asked again with the same key."""
    refund = await refunding.requested(await refunding.paid_in())
    fault = {"kind": kind, "path": "/v1/refunds", "method": "POST", "count": 4}
    refunding.stand.control("faults", **fault)
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    assert [one.amount for one in refunding.there(refund)] == [60_00]


async def test_what_stripe_refuses_is_the_clients_again(refunding: Refunding) -> None:
    """The charge was given back by hand at Stripe: nothing is given back twice."""
    deposit = await refunding.paid_in()
    refund = await refunding.requested(deposit, 100_00)
    charged = refunding.stand.stripe.v1.payment_intents.list({"limit": 1}).data[0]
    by_hand = refunding.stand.stripe.v1.refunds.create({"payment_intent": charged.id})
    await refunding.approved(refund)
    shown = await refunding.stands(refund, "failed")
    assert shown["reason"] == "charge_already_refunded"
    assert await refunding.credits() == 100_00
    assert by_hand.id in await compared(refunding.world)


async def test_a_refund_that_fails_later_is_the_clients_again(refunding: Refunding) -> None:
    """The bank of the card gives it back; told by a webhook, and Stripe's books agree."""
    deposit = await refunding.paid_in(card=FAILS_LATER)
    refund = await refunding.requested(deposit, 60_00)
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    refunding.stand.control("clock", seconds=HOUR_S + 1)
    assert set(await refunding.hears(refund)) == {200}
    shown = await refunding.stands(refund, "returned")
    assert shown["reason"] == "expired_or_canceled_card"
    assert await refunding.credits() == 100_00
    assert not {one.id for one in refunding.there(refund)} & set(await compared(refunding.world))


async def test_a_failure_that_no_webhook_told_is_found(refunding: Refunding) -> None:
    """The worker asks Stripe for what was announced."""
    deposit = await refunding.paid_in(card=FAILS_LATER)
    refund = await refunding.requested(deposit, 60_00)
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    refunding.stand.control("clock", seconds=HOUR_S + 1)
    processor = Processor(refunding.world.settings)
    looking = Announcements(refunding.world.engine, processor, timedelta(hours=1))
    assert await looking.once() > 0
    await processor.close()
    await refunding.stands(refund, "returned")
    assert await refunding.credits() == 100_00


async def test_what_an_old_key_did_is_looked_for_before_another_is_used(
    refunding: Refunding,
) -> None:
    """A day later Stripe has forgotten the key: the refund is found by what it is about."""
    refund = await refunding.requested(await refunding.paid_in())
    processor = Processor(refunding.world.settings)
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    later = Refunds(
        refunding.world.engine, processor, lambda: datetime.now(UTC) + timedelta(hours=30)
    )
    one = (await later._refund(refund["id"])).model_copy(update={"refund": None})
    said = await later._made(one)
    await processor.close()
    assert [there.id for there in refunding.there(refund)] == [said.body["refund"]]


async def test_after_a_month_it_is_closed(refunding: Refunding) -> None:
    """It cannot come back any more."""
    refund = await refunding.requested(await refunding.paid_in())
    await refunding.approved(refund)
    await refunding.stands(refund, "paid")
    await refunding.goes_on(refund, timedelta(days=31))
    assert (await refunding.stands(refund, "closed"))["over"]
