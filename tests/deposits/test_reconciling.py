"""The book and Stripe's own say the same of every payment, to the cent, or it is told."""

import asyncio
import random
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from activities import processor_lines
from activities.announcements import Announcements
from activities.checks import Checks
from activities.gauges import Gauges
from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from domain.outcome import Said, Status
from ledger import outside
from ledger.outside import SaidOtherwise
from ledger.reconciling import Side
from local.places import CLONE
from tests.api.test_measures import values
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.deposits.test_steps import says
from tests.life import eventually
from tests.outside import AT_ONCE, booked, compared, found, key, posted
from tests.world import World, variables, without_ours
from workflows import schedules

STANDS = "select sum(balance_minor) from account where kind = 'processor_clearing'"
SECOND_ON = 4
"""With this seed a fault spares the first request, and none of the next."""
PAYMENT = "select data ->> 'payment' from cases where id = :id"


async def credited(paying: Paying, minor: int = 100_00, method: str = "card") -> str:
    """A deposit that came all the way; its PaymentIntent."""
    deposit = await paying.begun(minor, method)
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")
    async with paying.world.engine.connect() as c:
        return str(await c.scalar(text(PAYMENT), {"id": deposit["id"]}))


def only_at_stripe(paying: Paying, minor: int = 50_00) -> str:
    """Somebody pays Stripe without us; the PaymentIntent."""
    return str(paying.stand.charge(minor).payment_intent)


async def test_the_book_is_stripes_own_to_the_cent(paying: Paying) -> None:
    """By every method, with webhooks doubled, shuffled and lost: line by line, and as a whole."""
    before, deposits = await _apart(paying), []
    for method, minor in (("card", 100_00), ("paypal", 33_33), ("alipay", 7_01)):
        deposit = await paying.begun(minor, method)
        await paying.pays(deposit)
        if method == "alipay":
            # No webhook tells of this one.
            processor = Processor(paying.world.settings)
            await Announcements(paying.world.engine, processor, timedelta(hours=1)).once()
            await processor.close()
        else:
            events = paying.events(deposit) * 2
            random.Random(7).shuffle(events)
            await paying.hears(events)
        await paying.stands(deposit, "credited")
        deposits.append(deposit)
    told = await compared(paying.world)
    assert not {_intent(paying, deposit) for deposit in deposits} & set(told)
    assert await _apart(paying) == before


async def _apart(paying: Paying) -> int:
    """By how much the whole account here and the one there differ, as other tests have left it."""
    there = paying.stand.look("books")["balances"].get("platform", {})
    async with paying.world.engine.connect() as c:
        here = int(await c.scalar(text(STANDS)) or 0)
    return here + int(sum(there.get("usd", {}).values()))


async def test_a_payment_that_only_stripe_knows_is_told(paying: Paying) -> None:
    """With its fee; it stays told until somebody does something about it."""
    payment = only_at_stripe(paying)
    for _ in range(2):
        found = (await compared(paying.world))[payment]
        assert (found.side, found.there) == (Side.ONLY_THERE, "there 50.00 USD, fee 1.75")


async def test_what_is_under_way_is_not_told_yet(paying: Paying) -> None:
    """A page that was paid a moment ago has its webhook and its step before it."""
    payment = only_at_stripe(paying)
    reference = await posted(paying.world.engine, "under-way", 9_00)
    assert {payment, reference} & set(await compared(paying.world, timedelta(hours=1))) == set()
    assert {payment, reference} <= set(await compared(paying.world))


async def test_an_entry_that_only_we_have_is_told(paying: Paying) -> None:
    """It names nothing at Stripe, so it is told by its own reference."""
    reference = await posted(paying.world.engine, "only-here", 12_00)
    found = (await compared(paying.world))[reference]
    assert (found.side, found.here) == (Side.ONLY_HERE, "here 12.00 USD")


@pytest.mark.parametrize(("minor", "fee_minor"), [(99_99, 3_20), (100_00, 3_19), (100_00, 0)])
async def test_an_amount_or_a_fee_that_differs_by_a_cent_is_told(
    paying: Paying, minor: int, fee_minor: int
) -> None:
    """Stripe has 100.00 and kept 3.20; the step was told something else."""
    deposit = await paying.begun(100_00)
    await paying.pays(deposit)
    payment = _intent(paying, deposit)
    body = {"payment": payment, "amount_minor": minor, "fee_minor": fee_minor, "currency": "USD"}
    said = Said(command="paid", body=body, key=payment)
    assert (await says(paying, deposit["id"], said)).status is Status.APPLIED
    found = (await compared(paying.world))[payment]
    assert (found.side, found.there) == (Side.DIFFERS, "there 100.00 USD, fee 3.20")
    assert found.about == f"{payment} (deposit/{deposit['id']}/credit)"


async def test_what_is_refunded_in_stripes_dashboard_is_told(paying: Paying) -> None:
    """The payment itself agrees as before: a refund is a line of its own."""
    payment = await credited(paying)
    refund = paying.stand.stripe.v1.refunds.create({"payment_intent": payment, "amount": 40_00})
    found = await compared(paying.world)
    assert payment not in found
    assert (found[refund.id].side, found[refund.id].there) == (Side.ONLY_THERE, "there -40.00 USD")


async def test_a_dispute_is_told_when_the_money_goes_and_when_it_comes_back(
    paying: Paying,
) -> None:
    """Two lines with one source; the network's fee stays gone."""
    payment = await credited(paying)
    charge = paying.stand.stripe.v1.charges.list({"payment_intent": payment}).data[0]
    dispute = paying.stand.control("disputes", charge=charge.id)["id"]
    paying.stand.control(f"disputes/{dispute}", won=True)
    found = await compared(paying.world)
    assert found[f"{dispute}/dispute"].there == "there -100.00 USD, fee 15.00"
    assert found[f"{dispute}/dispute_reversal"].there == "there 100.00 USD"


async def test_lines_are_fetched_once_and_only_the_new_ones_again(paying: Paying) -> None:
    """What was listed whole is complete; a process that died before has everything to list."""
    await compared(paying.world)
    payment = only_at_stripe(paying)
    processor = Processor(paying.world.settings)
    lines = ProcessorLines(paying.world.engine, processor)
    assert (await lines.fetch(), await lines.fetch()) == (1, 0)
    await processor.close()
    async with paying.world.engine.connect() as c:
        assert await outside.complete_to(c, Source.STRIPE) is not None
    assert payment in await compared(paying.world)


async def test_a_list_that_breaks_off_is_listed_whole_the_next_time(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are listed first: what was kept says nothing of what is older."""
    await compared(paying.world)
    async with paying.world.engine.connect() as c:
        before = await outside.complete_to(c, Source.STRIPE)
    older, newer = only_at_stripe(paying), only_at_stripe(paying)
    monkeypatch.setattr(processor_lines, "PAGE", 1)
    monkeypatch.setattr(outside, "BATCH", 1)
    path = "/v1/balance_transactions"
    # The first page comes; the second never does, however often the SDK asks.
    paying.stand.control("faults", kind="500", path=path, rate=0.8, seed=SECOND_ON)
    processor = Processor(paying.world.settings)
    with pytest.raises(stripe.APIError):
        await ProcessorLines(paying.world.engine, processor).fetch()
    await processor.close()
    kept = await found(paying.world.engine, Source.STRIPE, AT_ONCE)
    assert newer in kept and older not in kept
    async with paying.world.engine.connect() as c:
        assert await outside.complete_to(c, Source.STRIPE) == before
    paying.stand.http.delete("/_control/faults")
    assert {older, newer} <= set(await compared(paying.world))


async def test_the_command_compares_with_stripe_too(paying: Paying) -> None:
    """1 and a line for what differs; 2 and a line without any secret when Stripe is away."""
    name = key()
    await booked(paying.world.engine, name, 5_00, 20)
    wrong = await asyncio.to_thread(commanded, paying.world)
    assert wrong.returncode == 1
    assert f"stripe: only there: {name}: there 5.00 USD, fee 0.20" in wrong.stdout.splitlines()
    paying.stand.control("faults", kind="500", path="/v1/balance_transactions", count=9)
    away = await asyncio.to_thread(commanded, paying.world)
    assert (away.returncode, away.stdout) == (2, "")
    assert away.stderr == "Stripe's books cannot be read: APIError\n"


async def test_stripe_is_asked_to_tell_its_fee_with_the_payment(paying: Paying) -> None:
    """Captured later, as is usual, the fee would be missing in the book of each deposit."""
    payment = await credited(paying)
    intent = paying.stand.stripe.v1.payment_intents.retrieve(payment)
    assert intent.capture_method == "automatic"


async def test_without_a_key_nobody_is_asked(paying: Paying) -> None:
    """And nothing is taken for complete."""
    nobody = Processor(paying.world.settings.model_copy(update={"stripe_key": None}))
    assert await ProcessorLines(paying.world.engine, nobody).fetch() is None
    await nobody.close()


async def test_a_line_that_changes_afterwards_is_refused(paying: Paying) -> None:
    """What an outside booked stays as it was booked; else neither line can be believed."""
    await booked(paying.world.engine, "pi_changing", 5_00)
    with pytest.raises(SaidOtherwise, match="line_pi_changing"):
        await booked(paying.world.engine, "pi_changing", 5_01)


async def test_each_night_what_differs_becomes_a_line_a_task_and_a_metric(
    paying: Paying,
) -> None:
    """The schedule fetches, compares and keeps; an hour must have passed since it was booked."""
    world, name = paying.world, key()
    await booked(world.engine, name, 5_00)
    fresh = only_at_stripe(paying)
    await schedules.ensure(world.temporal)
    await world.temporal.get_schedule_handle("check-books-outside").trigger()
    accountant, staff = world.house.accountants[0], world.house.staff

    async def open_ones() -> dict[str, Any]:
        answer = await accountant.get("/v1/staff/differences", open=True, limit=100)
        return {one["key"]: one for one in answer.json()["items"]}

    async def kept() -> bool:
        return name in await open_ones()

    await eventually(kept)
    listed = await open_ones()
    assert listed[name]["there"]["amount"]["amount_minor"] == 5_00 and fresh not in listed
    tasks = (await staff.get("/v1/staff/tasks")).json()["items"]
    says = "stripe and the book differ: see /v1/staff/differences?open=true"
    assert [task["what"] for task in tasks if task["kind"] == "difference"].count(says) == 1

    async def agree() -> bool:
        # What was compared at the bank is kept a moment after what was at Stripe.
        sources = [one["source"] for one in (await open_ones()).values()]
        await Gauges(world.engine).read()
        shown = await values(world.http, "peerok_differences")
        return all(shown[source,] == sources.count(source) for source in ("stripe", "bank"))

    await eventually(agree)
    assert (await values(world.http, "peerok_oldest_difference_seconds"))["stripe",] >= 0


async def test_a_check_that_cannot_ask_stripe_fails_in_sight(paying: Paying) -> None:
    """What was kept before stays as it is; a history gets no word of Stripe's answer."""
    paying.stand.control("faults", kind="500", path="/v1/balance_transactions", count=9)
    processor = Processor(paying.world.settings)
    with pytest.raises(ApplicationError, match="Stripe: "):
        await Checks(paying.world.engine, processor).compare()
    await processor.close()


def commanded(world: World) -> subprocess.CompletedProcess[str]:
    """`python -m cli reconcile`, as an operator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "cli", "reconcile"],
        env=without_ours() | variables(world.settings),
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
    )


def _intent(paying: Paying, deposit: dict[str, Any]) -> str:
    """The PaymentIntent of a deposit that was paid."""
    for intent in paying.stand.stripe.v1.payment_intents.list({"limit": 100}).data:
        if intent.to_dict()["metadata"].get("case") == deposit["id"]:
            return intent.id
    raise AssertionError("nobody paid it")


async def test_a_dispute_over_somebody_elses_payment_is_no_chargeback(paying: Paying) -> None:
    """It is told by the comparison with Stripe instead, as the payment is."""
    charge = paying.stand.charge(30_00)
    made = paying.stand.control("disputes", charge=charge.id)
    one = Disputing(paying, str(charge.payment_intent))
    one.dispute = made["id"]
    await one.hears()
    found = await compared(paying.world)
    assert f"{made['id']}/dispute" in found
    assert (await one.client.get("/v1/chargebacks")).json()["items"] == []
