"""What was paid on the processor's page is credited once, whatever became of the webhooks."""

import asyncio
import random
import time
from datetime import timedelta
from typing import Any

import pytest

from activities.announcements import Announcements
from activities.processor import Processor
from tests.api.people import code, pointers
from tests.deposits.paying import DECLINED, Paying
from tests.life import Life, asks, eventually

DAY = timedelta(hours=24)


@pytest.mark.parametrize("method", ["card", "paypal", "alipay"])
async def test_a_paid_page_is_credited(paying: Paying, method: str) -> None:
    """The wallet has what was paid; the fee the processor keeps is the platform's cost."""
    deposit = await paying.begun(100_00, method)
    assert (await paying.pays(deposit)).status_code == 303
    assert await paying.wallet() == 0
    assert set(await paying.hears(paying.events(deposit))) == {200}
    shown = await paying.stands(deposit, "credited")
    assert shown["credited"] == {"amount_minor": 100_00, "currency": "USD"}
    assert shown["checkout_url"] is None and shown["if_nobody_acts"] is None
    assert await paying.wallet() == 100_00


async def test_announcements_that_come_twice_and_in_any_order_credit_once(paying: Paying) -> None:
    """What a webhook says only makes us look."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    events = paying.events(deposit) * 2
    random.Random(4).shuffle(events)
    await paying.hears(events)
    await paying.stands(deposit, "credited")
    await paying.hears(events)
    assert await paying.wallet() == 100_00


@pytest.mark.parametrize(("secret", "age_s"), [("whsec_forged", 0), ("whsec_now", 3600)])
async def test_a_forged_or_replayed_announcement_is_refused(
    paying: Paying, secret: str, age_s: int
) -> None:
    """Nothing is kept of it; without another one the deposit waits."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    assert set(await paying.hears(paying.events(deposit), secret, age_s)) == {400}
    assert (await paying.stands(deposit, "checkout"))["state"] == "checkout"


async def test_an_announcement_before_the_payment_changes_nothing(paying: Paying) -> None:
    """Somebody who knows a secret of ours still cannot make money: the page is fetched."""
    deposit = await paying.begun()
    lie = {
        "id": "evt_lie",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1_700_000_000,
        "data": {"object": {"id": "cs_1", "metadata": {"case": deposit["id"]}, "paid": True}},
    }
    assert await paying.hears([lie], "whsec_before") == [200]
    # The workflow is told after the answer, and looks.
    await asyncio.sleep(2)
    assert (await paying.stands(deposit, "checkout"))["credited"] is None
    assert await paying.wallet() == 0


async def test_a_lost_webhook_only_makes_it_later(paying: Paying) -> None:
    """The worker asks Stripe for what was announced, and tells the same workflow."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    processor = Processor(paying.world.settings)
    looking = Announcements(paying.world.engine, processor, DAY)
    assert await looking.once() > 0
    await paying.stands(deposit, "credited")
    assert await looking.once() == 0
    await processor.close()
    assert await paying.wallet() == 100_00


async def test_what_was_announced_later_hides_nothing_that_was_lost(paying: Paying) -> None:
    """Where the next look begins does not follow from what others have heard since."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    created = int(time.time()) + 3600
    about = {"id": "cs_1", "metadata": {}}
    later = {"id": f"evt_{created}", "type": "x", "created": created, "data": {"object": about}}
    assert await paying.hears([later]) == [200]
    processor = Processor(paying.world.settings)
    await Announcements(paying.world.engine, processor, DAY).once()
    await paying.stands(deposit, "credited")
    await processor.close()


async def test_a_processor_that_is_away_is_on_the_radar_and_can_be_hurried(paying: Paying) -> None:
    """Staff see which deposits wait for it; when it is back, `retry` asks at once."""
    fault = {"kind": "500", "path": "/v1/checkout/sessions", "method": "POST", "count": 40}
    paying.stand.control("faults", **fault)
    answer = await paying.asks()
    deposit = answer.json()
    staff = paying.world.house.staff

    async def on_the_radar() -> bool:
        listed = (await staff.get("/v1/staff/cases", stuck=True)).json()["items"]
        return any(one["id"] == deposit["id"] for one in listed)

    await eventually(on_the_radar)
    paying.stand.http.delete("/_control/faults")
    assert (await staff.post(f"/v1/staff/cases/{deposit['id']}/retry")).status_code == 200
    await paying.stands(deposit, "checkout")

    async def mended() -> bool:
        return not await on_the_radar()

    await eventually(mended)


async def test_what_is_told_while_a_page_is_made_does_not_hide_the_payment(paying: Paying) -> None:
    """A question that is not the case's any more is dropped for the one that is."""
    paying.stand.control("faults", kind="slow", path="/v1/checkout/sessions", count=1, seconds=2.0)
    asking = asyncio.create_task(paying.begun())

    async def listed() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await paying.client.get("/v1/deposits")).json()["items"]
        return items

    async def page_is_made() -> bool:
        return any([await asks(paying.workflow(one)) for one in await listed()])

    await eventually(page_is_made)
    [waiting] = await listed()
    await paying.world.house.staff.post(f"/v1/staff/cases/{waiting['id']}/retry")
    deposit = await asking
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")
    assert await paying.wallet() == 100_00


async def test_a_declined_card_can_be_followed_by_another(paying: Paying) -> None:
    """The page stays open."""
    deposit = await paying.begun()
    assert (await paying.pays(deposit, DECLINED)).status_code == 402
    assert (await paying.stands(deposit, "checkout"))["checkout_url"]
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")


async def test_a_page_that_nobody_paid_on_expires(paying: Paying) -> None:
    """After 24 hours it is closed at Stripe, so that nobody can pay on it any more."""
    deposit = await paying.begun()
    url = deposit["checkout_url"]
    await paying.goes_on(deposit, DAY)
    shown = await paying.stands(deposit, "expired")
    assert shown["over"] and shown["checkout_url"] is None
    assert (await paying.pays(deposit)).status_code != 303
    assert url and await paying.wallet() == 0


async def test_a_payment_in_the_last_moment_counts(paying: Paying) -> None:
    """Nobody told us of it; before the deposit expires the page is asked."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    await paying.goes_on(deposit, DAY)
    await paying.stands(deposit, "credited")
    assert await paying.wallet() == 100_00


async def test_a_page_that_the_processor_does_not_make_fails_the_deposit(paying: Paying) -> None:
    """Nothing was paid, and the client may begin another."""
    paying.stand.control("methods", alipay=False)
    answer = await paying.asks(method="alipay")
    paying.stand.control("methods")
    shown = await paying.stands(answer.json(), "failed")
    assert shown["checkout_url"] is None and await paying.wallet() == 0


@pytest.mark.parametrize("kind", ["500", "429", "lost_answer"])
async def test_bad_luck_at_the_processor_makes_one_page_all_the_same(
    paying: Paying, kind: str
) -> None:
    """It is asked again with the same key, longer than the SDK itself tries."""
    before = len(paying.stand.stripe.v1.checkout.sessions.list({"limit": 100}).data)
    fault = {"kind": kind, "path": "/v1/checkout/sessions", "method": "POST", "count": 4}
    paying.stand.control("faults", **fault)
    deposit = await paying.begun()
    after = len(paying.stand.stripe.v1.checkout.sessions.list({"limit": 100}).data)
    assert after == before + 1
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")


async def test_the_same_request_begins_one_deposit(paying: Paying) -> None:
    """The key is the deposit's; another body with it is refused."""
    body = {"amount": {"amount_minor": 50_00, "currency": "USD"}, "method": "card"}
    first = await paying.client.post("/v1/deposits", body, key="once")
    again = await paying.client.post("/v1/deposits", body, key="once")
    assert first.json()["id"] == again.json()["id"]
    other = await paying.client.post("/v1/deposits", body | {"method": "paypal"}, key="once")
    assert (other.status_code, code(other)) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": {"amount_minor": 4_99, "currency": "USD"}}, "#/amount"),
        ({"amount": {"amount_minor": 100_000_01, "currency": "USD"}}, "#/amount"),
        ({"amount": {"amount_minor": 100_00, "currency": "EUR"}}, "#/amount/currency"),
        ({"amount": {"amount_minor": 100.5, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"for_case": "job_01kgqv9x1vfq5r8ez4a6y3w7mh"}, "#/for_case"),
        ({"method": "cash"}, "#/method"),
        ({"wallet": "mine"}, "#/wallet"),
    ],
)
async def test_what_cannot_be_paid_in_is_refused(
    paying: Paying, body: dict[str, Any], pointer: str
) -> None:
    """The answer names the field; nothing was begun."""
    usual = {"amount": {"amount_minor": 100_00, "currency": "USD"}, "method": "card"}
    answer = await paying.client.post("/v1/deposits", usual | body)
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]
    assert (await paying.client.get("/v1/deposits")).json()["items"] == []


async def test_somebody_else_does_not_learn_of_it(paying: Paying) -> None:
    """A deposit is its client's alone."""
    deposit = await paying.begun()
    stranger = await paying.world.person("stranger")
    for path in ("", "/timeline"):
        assert (await stranger.get(f"/v1/deposits/{deposit['id']}{path}")).status_code == 404
    happened = (await paying.client.get(deposit["timeline"])).json()["items"]
    assert [one["kind"] for one in happened] == ["checkout_opened", "deposit_begun"]


async def test_money_that_comes_starts_the_job_that_waits_for_it(paying: Paying) -> None:
    """The deposit tells who waits; the job takes its money in a step of its own."""
    freelancer = await paying.world.person("freelancer")
    life = await Life(paying.world, paying.client, freelancer, 80_00).awaiting_funds()
    deposit = await paying.begun(100_00)
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))

    async def started() -> bool:
        return (await life.states())[0] == "in_progress"

    await eventually(started)
    assert await paying.wallet() == 20_00


async def test_money_for_one_job_starts_that_one_alone(paying: Paying) -> None:
    """Not one that has waited longer."""
    world, client = paying.world, paying.client
    longer = await Life(world, client, await world.person("freelancer"), 80_00).awaiting_funds()
    chosen = await Life(world, client, await world.person("freelancer"), 90_00).awaiting_funds()
    deposit = await paying.begun(95_00, for_case=chosen.job_id)
    assert deposit["for_case"] == chosen.job_id
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))

    async def started() -> bool:
        return (await chosen.states())[0] == "in_progress"

    await eventually(started)
    assert (await longer.states())[0] == "awaiting_funds"
