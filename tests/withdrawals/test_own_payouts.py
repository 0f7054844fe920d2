"""What Stripe pays to our own bank account: booked once, by its name, and back when it fails."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
import stripe
from sqlalchemy import text

from activities.own_payouts import OwnPayouts
from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from ledger import differences, outside
from ledger.outside import OutsideLine
from tests.api.people import code
from tests.api.test_bank_statements import imports, statement
from tests.fakestripe.stand import Stand
from tests.outside import EARLIER, compared, found, key
from tests.withdrawals.connected import DAY_S, Connected
from tests.withdrawals.leaving import Leaving
from tests.world import World

AVAILABLE_AT_ONCE = "4000000000000077"
ENTRIES = text("""
    select e.kind, e.reference, max(l.amount_minor) as minor
      from journal_entry e join leg l on l.entry_id = e.id
     where e.cause like :payout || '%' group by e.id order by e.id
""")


def pays_us(stand: Stand, minor: int = 30_00) -> stripe.Payout:
    """Stripe pays what it holds for us to our bank."""
    stand.charge(minor * 2, AVAILABLE_AT_ONCE)
    return stand.stripe.v1.payouts.create({"amount": minor, "currency": "usd"})


def arrival(payout: stripe.Payout) -> date:
    """The day from which the bank should have it."""
    return datetime.fromtimestamp(payout.arrival_date, UTC).date()


async def entries(world: World, payout: str) -> list[tuple[str, str, int]]:
    """What the book has of this payout."""
    async with world.engine.connect() as c:
        return [tuple(row) for row in await c.execute(ENTRIES, {"payout": payout})]


async def told(world: World, *names: str) -> dict[str, str]:
    """What differs about it at Stripe or at the bank, after all that Stripe booked was fetched."""
    both = await compared(world) | await found(world.engine, Source.BANK)
    return {
        name: f"{one.comparison}: {one.side}"
        for name, one in both.items()
        if any(name.startswith(each) for each in names)
    }


def booked(payout: str, minor: int = 30_00) -> tuple[str, str, int]:
    """Out of Stripe, into the bank."""
    return ("processor_payout", f"processor-payout/{payout}", minor)


def booked_back(payout: str, minor: int = 30_00) -> tuple[str, str, int]:
    """The reverse."""
    return ("processor_payout_back", f"processor-payout/{payout}/back", minor)


async def test_a_payout_to_our_bank_agrees_with_stripe_and_with_the_statement(
    leaving: Leaving, out_stand: Stand
) -> None:
    """By Stripe's id there, and here by what the bank calls it, which Stripe says later."""
    world, payout = leaving.world, pays_us(out_stand)
    ada, _ = world.house.accountants
    assert await told(world, payout.id) == {}
    assert await entries(world, payout.id) == [booked(payout.id)]
    await imports(ada, statement((key("B"), "1.00"), day=arrival(payout)))
    assert await told(world, payout.id) == {payout.id: "bank: only here"}
    out_stand.control(f"payouts/{payout.id}/pay")
    trace = out_stand.stripe.v1.payouts.retrieve(payout.id).trace_id
    assert trace is not None and trace.value
    assert await told(world, payout.id, trace.value) == {trace.value: "bank: only here"}
    await imports(ada, statement((trace.value, "30.00"), day=arrival(payout)))
    assert await told(world, payout.id, trace.value) == {}
    assert await entries(world, payout.id) == [booked(payout.id)]


async def test_a_process_that_dies_before_it_is_booked_leaves_it_to_the_next(
    leaving: Leaving, out_stand: Stand
) -> None:
    """Its line is kept; whoever fetches next books it, two at once too, and once."""
    world, payout = leaving.world, pays_us(out_stand)
    processor = Processor(world.settings)
    lines = ProcessorLines(world.engine, processor)
    out_stand.control("faults", kind="500", path="/v1/payouts/*", count=9)
    with pytest.raises(stripe.APIError):
        await lines.fetch()
    assert await entries(world, payout.id) == []
    async with world.engine.connect() as c:
        kept = "select count(*) from outside_line where key = :key"
        assert await c.scalar(text(kept), {"key": payout.id}) == 1
    out_stand.http.delete("/_control/faults")
    await asyncio.gather(*(OwnPayouts(world.engine, processor).book() for _ in range(4)))
    assert await lines.fetch() == 0
    await processor.close()
    assert await entries(world, payout.id) == [booked(payout.id)]
    assert payout.id not in await compared(world)


@pytest.mark.parametrize("told_before", [True, False])
@pytest.mark.parametrize("when", ["before_paid", "after_paid", "cancelled"])
async def test_a_payout_that_fails_is_booked_back(
    leaving: Leaving, out_stand: Stand, when: str, told_before: bool
) -> None:
    """Whether Stripe told of it before it failed, or of both at once; Stripe has the money."""
    if when == "after_paid":
        out_stand.control("payouts/fail_next", account="", when=when, code="account_closed")
    world, payout = leaving.world, pays_us(out_stand)
    if told_before:
        assert payout.id not in await compared(world)
        assert await entries(world, payout.id) == [booked(payout.id)]
    if when == "cancelled":
        out_stand.stripe.v1.payouts.cancel(payout.id)
    elif when == "before_paid":
        out_stand.control(f"payouts/{payout.id}/fail")
    else:
        out_stand.control("clock", to=payout.arrival_date + DAY_S)
    for _ in range(2):
        assert await told(world, payout.id) == {}
        assert await entries(world, payout.id) == [booked(payout.id), booked_back(payout.id)]
    ada, _ = world.house.accountants
    await imports(ada, statement((key("B"), "1.00"), day=arrival(payout)))
    trace = out_stand.stripe.v1.payouts.retrieve(payout.id).trace_id
    assert trace is not None
    assert await told(world, payout.id, trace.value or payout.id) == {}


async def test_what_stripe_pays_for_a_withdrawal_is_no_payout_to_us(
    leaving: Leaving, out_stand: Stand
) -> None:
    """It leaves the account of whoever is paid, whose lines are not ours."""
    connected = await Connected.paid_by(out_stand, leaving)
    withdrawal, _ = await connected.sent()
    await connected.waits(withdrawal, "payout")
    [payout] = connected.payouts
    await compared(leaving.world)
    assert await entries(leaving.world, payout.id) == []


async def kept(world: World, payout: str, kind: str, minor: int) -> None:
    """A line of a payout that Stripe told of a while ago."""
    name = payout if kind == "payout" else f"{payout}/payout_reversal"
    when = datetime.now(UTC) - EARLIER
    line = OutsideLine(Source.STRIPE, "", key("txn"), name, kind, minor, 0, "USD", when)
    async with world.engine.begin() as c:
        await outside.keep(c, [line])
        await outside.is_complete(c, Source.STRIPE, datetime.now(UTC))


async def books(world: World) -> None:
    """Book what was kept."""
    processor = Processor(world.settings)
    await OwnPayouts(world.engine, processor).book()
    await processor.close()


async def test_what_two_people_have_cleared_is_not_booked_again(leaving: Leaving) -> None:
    """As they had to before: nor is what comes back of it, which they have to clear too."""
    world, payout = leaving.world, key("po")
    await kept(world, payout, "payout", -30_00)
    await differences.record(world.engine, Source.STRIPE)
    cleared = {"kind": "losses", "reason": "it is at the bank"}
    for who in world.house.accountants:
        listed: list[Any] = (await who.get("/v1/staff/differences", open=True)).json()["items"]
        [one] = [each for each in listed if each["key"] == payout]
        answer = await who.post(f"/v1/staff/differences/{one['id']}/clear", cleared)
        assert answer.status_code == 200, code(answer)
    await books(world)
    await kept(world, payout, "payout_failure", 30_00)
    await books(world)
    assert await entries(world, payout) == []


async def test_what_stripe_takes_from_our_bank_is_left_to_people(leaving: Leaving) -> None:
    """A payout of less than nothing, when the balance is: somebody has to see why."""
    payout = key("po")
    await kept(leaving.world, payout, "payout", 30_00)
    await books(leaving.world)
    assert await entries(leaving.world, payout) == []
