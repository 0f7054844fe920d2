"""What the card network takes back is taken back once, answered in time, and ends in the books."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.announcements import Announcements
from activities.chargebacks import Chargebacks
from activities.disputed import Disputed
from activities.processor import Processor
from domain.policy import Policy
from ledger.calendars import business_calendar
from ledger.journal import FloorBroken
from tests.api.people import code
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.life import eventually
from workflows.doors import Doors

DAY = timedelta(days=1)


async def test_a_disputed_payment_leaves_the_wallet_and_comes_back_when_it_is_won(
    paying: Paying,
) -> None:
    """To the cent as Stripe has it, before and after; the client is told of both."""
    one = await Disputing.begun(paying)
    shown = await one.opened()
    assert (shown["amount"]["amount_minor"], shown["owed"]["amount_minor"]) == (100_00, 0)
    assert await paying.wallet() == 0
    assert await one.agrees()
    shown = await one.decided("won", won=True)
    assert await paying.wallet() == 100_00 and shown["over"]
    assert await one.agrees()
    path = f"/v1/chargebacks/{shown['id']}/timeline"
    events = (await one.client.get(path)).json()["items"]
    assert [event["kind"] for event in events] == ["chargeback_won", "chargeback_opened"]
    notices = (await one.client.get("/v1/me/notices")).json()["items"]
    told = [notice["kind"] for notice in notices if notice["case_id"] == shown["id"]]
    assert told == ["chargeback_won", "chargeback_opened"]


async def test_what_was_released_already_is_owed_and_in_the_end_written_off(
    paying: Paying,
) -> None:
    """The freelancer keeps what they earned; after 90 days it is the platform's loss."""
    one = await Disputing.begun(paying)
    life = await one.released(80_00)
    losses = await one.balance("losses", "platform")
    shown = await one.opened()
    assert (shown["from_credits"]["amount_minor"], shown["owed"]["amount_minor"]) == (20_00, 80_00)
    assert await one.balance("receivable") == -80_00
    shown = await one.decided("owing", won=False)
    assert await one.agrees()
    await one.passes(shown, 90 * DAY)
    await one.stands("lost")
    assert await one.balance("receivable") == 0
    assert await one.balance("losses", "platform") == losses - 80_00
    assert await one.balance("earnings", life.freelancer.id) == 72_00


async def test_announcements_that_come_twice_and_in_any_order_open_one_chargeback(
    paying: Paying,
) -> None:
    """Even when the first that is heard says that it is over."""
    one = await Disputing.begun(paying)
    one.disputes()
    one.decides(won=False)
    events = one.events() * 2
    random.Random(5).shuffle(events)
    await paying.hears(events)
    await one.stands("lost")
    await paying.hears(events)
    assert await paying.wallet() == 0
    assert await one.agrees()


async def test_a_dispute_that_no_webhook_told_is_only_later(paying: Paying) -> None:
    """The worker lists what was announced."""
    one = await Disputing.begun(paying)
    one.disputes()
    processor = Processor(paying.world.settings)
    looking = Announcements(paying.world.engine, processor, DAY)
    assert await looking.once() > 0
    await one.stands("opened")
    one.decides(won=True)
    assert await looking.once() > 0
    await one.stands("won")
    await processor.close()
    assert await paying.wallet() == 100_00


async def test_the_case_file_goes_out_two_days_before_the_deadline_once(paying: Paying) -> None:
    """With what was paid for in words; then the network decides."""
    one = await Disputing.begun(paying)
    life = await one.released(100_00)
    shown = await one.opened(days=10)
    due = datetime.fromisoformat(shown["evidence_due"])
    assert one.at_stripe().evidence_details.due_by == int((due + 2 * DAY).timestamp())
    assert shown["state"] == "opened" and not one.at_stripe().evidence_details.has_evidence
    await one.until(shown, due)
    await one.stands("answered")
    sent = one.at_stripe()
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    file = one.stand.stripe.v1.files.retrieve(str(sent.evidence.service_documentation))
    assert (file.type, file.purpose) == ("pdf", "dispute_evidence")
    said = str(sent.evidence.uncategorized_text)
    assert life.job_id in said and "delivery approved" in said and shown["deposit"] in said
    await one.decided("owing", won=False)


async def test_a_deadline_that_is_near_is_answered_at_once(paying: Paying) -> None:
    """A day is less than two; without a job the words alone go out."""
    one = await Disputing.begun(paying)
    await one.opened(days=1)
    await one.stands("answered")
    assert one.at_stripe().evidence.service_documentation is None
    assert one.at_stripe().evidence.uncategorized_text
    await one.decided("won", won=True)


async def test_evidence_is_sent_once_however_often_it_is_asked_for(paying: Paying) -> None:
    """A worker that died after it had sent it is asked again, and has another paper by now."""
    one = await Disputing.begun(paying)
    await one.released(50_00)
    await one.opened(days=1)
    shown = await one.stands("answered")
    processor = Processor(paying.world.settings)
    again = Chargebacks(paying.world.engine, processor, _another_paper)
    answer = await again.send_evidence(shown["id"])
    assert answer.said is not None and answer.said.command == "evidence_sent"
    assert one.at_stripe().evidence_details.submission_count == 1
    await processor.close()
    await one.decided("won", won=True)


async def test_a_long_story_is_cut_to_what_stripe_takes(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many jobs with many events the newest are told; longer words it would refuse for ever."""
    one = await Disputing.begun(paying)
    await one.released(50_00)
    shown = await one.opened()

    async def long(_: AsyncConnection, job_id: str) -> str:
        return job_id * 1_000

    monkeypatch.setattr("activities.chargebacks._told", long)
    processor = Processor(paying.world.settings)
    answer = await Chargebacks(paying.world.engine, processor, _another_paper).send_evidence(
        shown["id"]
    )
    assert answer.said is not None and answer.said.command == "evidence_sent"
    await processor.close()


async def test_a_dispute_that_many_workers_find_is_one_chargeback(paying: Paying) -> None:
    """The sum is taken once; whoever comes second leaves it alone."""
    one = await Disputing.begun(paying)
    processor, world = Processor(paying.world.settings), paying.world
    doors, policy = Doors(world.temporal), Policy()
    some = [Disputed(world.engine, processor, doors, business_calendar(), policy) for _ in range(5)]
    one.disputes()
    await one.hears()
    await asyncio.gather(*(each.once() for each in some))
    await one.stands("opened")
    assert await paying.wallet() == 0
    await processor.close()
    await one.decided("won", won=True)
    assert await paying.wallet() == 100_00


async def _another_paper(client: str, job_id: str) -> bytes:
    return b"%PDF-1.7 " + job_id.encode()


async def test_a_dispute_that_cannot_be_booked_keeps_no_other_waiting(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that ends by an error ends the worker, and with it everybody's steps."""

    async def unknown(*_: object, **__: object) -> list[str]:
        return ["du_odd", "du_usual"]

    async def made(_: Disputed, dispute_id: str) -> bool:
        if dispute_id == "du_odd":
            raise FloorBroken("below its floor", "credits", "somebody")
        return True

    monkeypatch.setattr("activities.disputed.chargebacks.unknown", unknown)
    monkeypatch.setattr(Disputed, "_made", made)
    processor, world = Processor(paying.world.settings), paying.world
    doors = Doors(world.temporal, world.settings.task_queue_prefix)
    disputed = Disputed(world.engine, processor, doors, business_calendar(), Policy())
    assert await disputed.once() == 1
    await processor.close()


async def test_a_network_that_does_not_decide_is_a_task_of_staff(paying: Paying) -> None:
    """After 120 days; accounting and staff see it in their list."""
    one = await Disputing.begun(paying)
    await one.opened(days=1)
    shown = await one.stands("answered")
    await one.passes(shown, 120 * DAY)
    staff, accounting = paying.world.house.staff, paying.world.house.accountants[0]

    async def task() -> bool:
        seen = (await accounting.get(f"/v1/chargebacks/{shown['id']}")).json()
        return [found["kind"] for found in seen["staff_tasks"]] == ["network_silent"]

    await eventually(task)
    for person in (staff, accounting):
        listed = (await person.get("/v1/staff/chargebacks", state="answered")).json()["items"]
        assert shown["id"] in [line["id"] for line in listed]
    radar = (await staff.get("/v1/staff/cases", stuck=True, limit=100)).json()["items"]
    assert shown["id"] in [line["id"] for line in radar]
    await one.decided("won", won=True)


async def test_no_new_work_begins_while_a_payment_is_disputed(paying: Paying) -> None:
    """Not by an offer, nor with money that is there; when it is decided, it does."""
    one = await Disputing.begun(paying, 100_00)
    other = await Disputing.begun(paying, 50_00)
    life = await one.works(10_00)
    await one.opened()
    body = {"freelancer": life.freelancer.id, "title": "A logo", "brief": "In red", "days": 7}
    body |= {"price": {"amount_minor": 20_00, "currency": "USD"}}
    refused = await one.client.post("/v1/jobs", body)
    assert (refused.status_code, code(refused)) == (409, "chargeback_open")
    await one.decided("won", won=True)
    assert (await other.client.post("/v1/jobs", body)).status_code == 201


async def test_chargebacks_are_seen_by_their_client_and_the_house_alone(paying: Paying) -> None:
    """Others learn nothing of them, not even that there are any."""
    one = await Disputing.begun(paying)
    shown = await one.opened()
    stranger = await paying.world.person("stranger")
    assert (await stranger.get(f"/v1/chargebacks/{shown['id']}")).status_code == 404
    assert (await stranger.get("/v1/chargebacks")).json()["items"] == []
    assert (await stranger.get("/v1/staff/chargebacks")).status_code == 403
    await one.decided("won", won=True)
