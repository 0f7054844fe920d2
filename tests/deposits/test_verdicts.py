"""What a card network moves otherwise than expected has an owner, and ends in the books."""

from datetime import timedelta
from typing import Any

import pytest
import stripe
from httpx import Response
from temporalio.exceptions import ApplicationError

from activities.chargebacks import said
from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from ledger import differences, outside_comparison
from tests.api.people import Person, code
from tests.deposits.disputing import Disputing
from tests.deposits.paying import Paying
from tests.domain.chargebacks import Chargebacks
from tests.outside import AT_ONCE, compared

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was booked a moment ago is as good as an hour old."""
    monkeypatch.setitem(outside_comparison.UNDER_WAY, Source.STRIPE, AT_ONCE)


async def _books(
    one: Disputing, shown: dict[str, Any], client_minor: int, by: int = 0, **more: Any
) -> Response:
    """An accountant says how much of what came back is the client's."""
    accountant = one.world.house.accountants[by]
    path = f"/v1/staff/chargebacks/{shown['id']}/book-return"
    body = {"back": shown["given_back"], "client": as_amount(client_minor)}
    return await accountant.post(path, {**body, "reason": "as Stripe's support says", **more})


def as_amount(minor: int) -> dict[str, Any]:
    """A sum as it is sent."""
    return {"amount_minor": minor, "currency": "USD"}


async def _confirms(one: Disputing, shown: dict[str, Any], booking: str, by: int = 1) -> Response:
    accountant = one.world.house.accountants[by]
    path = f"/v1/staff/chargebacks/{shown['id']}/confirm-booking"
    return await accountant.post(path, {"booking_id": booking})


async def _differs(one: Disputing, line: str) -> dict[str, Any]:
    """The difference of this line of the dispute's, as the night finds it."""
    processor = Processor(one.world.settings)
    await ProcessorLines(one.world.engine, processor).fetch()
    await processor.close()
    await differences.record(one.world.engine, Source.STRIPE)
    path = "/v1/staff/differences"
    listed = await one.world.house.accountants[0].get(path, open=True, limit=100)
    items = listed.json()["items"]
    return dict(next(each for each in items if each["key"] == f"{one.dispute}/{line}"))


async def _clears(one: Disputing, line: str, kind: str) -> Response:
    """Two accountants say whose the difference of this line is."""
    difference = await _differs(one, line)
    path = f"/v1/staff/differences/{difference['id']}/clear"
    for accountant in one.world.house.accountants:
        body = {"kind": kind, "reason": "as Stripe's support says"}
        answer = await accountant.post(path, body)
    return answer


async def _over(one: Disputing, **wanted: int) -> bool:
    """Whether accounts of the client's stand like this."""
    return {kind: await one.balance(kind) for kind in wanted} == wanted


async def test_another_sum_that_came_back_is_booked_by_two_people_and_the_job_goes_on(
    paying: Paying,
) -> None:
    """Of 100.00, 90.00 came: the escrow is whole, the client lost the rest, and may work."""
    one = await Disputing.begun(paying)
    life = await one.works(60_00)
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=90_00)
    assert (shown["given_back"]["amount_minor"], await paying.wallet()) == (90_00, 0)
    assert (await life.shown())["frozen"]
    proposed = (await _books(one, shown, 90_00)).json()
    assert proposed["booking"]["client"]["amount_minor"] == 90_00
    seen = (await one.client.get(f"/v1/chargebacks/{shown['id']}")).json()
    assert seen["booking"] is None
    own = await _confirms(one, shown, proposed["booking"]["id"], by=0)
    assert (own.status_code, code(own)) == (403, "not_yours")
    booked = (await _confirms(one, shown, proposed["booking"]["id"])).json()
    assert booked["state"] == "lost" and await one.agrees()
    assert await one.balance("escrow", life.job_id) == 60_00 and await paying.wallet() == 30_00
    assert not (await life.shown())["frozen"]
    other = await one.works(10_00)
    assert (await other.shown())["state"] == "in_progress"


async def test_what_the_platform_bears_of_it_is_its_loss(paying: Paying) -> None:
    """The client has all of it back; what Stripe kept is nobody's difference."""
    one = await Disputing.begun(paying)
    losses = await one.balance("losses", "platform")
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=75_00)
    proposed = (await _books(one, shown, 100_00)).json()
    booked = (await _confirms(one, shown, proposed["booking"]["id"])).json()
    assert booked["state"] == "won" and await paying.wallet() == 100_00
    assert await one.balance("losses", "platform") == losses - 25_00
    assert await one.agrees()


async def test_a_booking_that_cannot_be_is_refused(paying: Paying) -> None:
    """More than there is, another sum than came, or by somebody who keeps no books."""
    one = await Disputing.begun(paying)
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=75_00)
    more = await _books(one, shown, 100_01)
    other = await _books(one, shown, 1, back=as_amount(74_00))
    assert (more.status_code, code(more)) == (422, "invalid_amount")
    assert (other.status_code, code(other)) == (409, "seen_is_stale")
    below = await _books(one, shown, -1)
    assert below.status_code == 422
    nothing = await _confirms(one, shown, "booking_1")
    assert (nothing.status_code, code(nothing)) == (409, "condition_missing")
    path = f"/v1/staff/chargebacks/{shown['id']}/book-return"
    body = {"back": as_amount(75_00), "client": as_amount(75_00), "reason": "mine"}
    staff, client = paying.world.house.staff, one.client
    assert (await staff.post(path, body)).status_code == 403
    assert (await client.post(path, body)).status_code in (403, 404)
    proposed = (await _books(one, shown, 75_00)).json()
    await _confirms(one, shown, proposed["booking"]["id"])
    assert await paying.wallet() == 75_00 and await one.agrees()


async def test_what_will_be_booked_by_its_chargeback_is_not_cleared(paying: Paying) -> None:
    """The comparison tells of it, and says where it is booked; else it would be there twice."""
    one = await Disputing.begun(paying)
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=75_00)
    for kind in ("client", "losses"):
        refused = await _clears(one, "dispute_reversal", kind)
        assert (refused.status_code, code(refused)) == (409, "condition_missing")
        assert shown["id"] in refused.text
    proposed = (await _books(one, shown, 75_00)).json()
    await _confirms(one, shown, proposed["booking"]["id"])
    assert await one.agrees()


async def test_a_won_payment_that_goes_after_all_is_its_clients_loss(paying: Paying) -> None:
    """As far as credits go, then they owe it; the case that is over stays as it is."""
    one = await Disputing.begun(paying)
    await one.opened()
    shown = await one.decided("won", won=True)
    await one.works(70_00)
    await one.reverses()
    assert (await one.stands("won"))["version"] == shown["version"]
    assert f"{one.dispute}/dispute" in await compared(one.world)
    cleared = await _clears(one, "dispute", "client")
    assert cleared.status_code == 200 and cleared.json()["gone_at"], cleared.text
    assert await _over(one, credits=0, receivable=-70_00) and await one.agrees()
    notices = (await one.client.get("/v1/me/notices")).json()["items"]
    assert "chargeback_moved" in [notice["kind"] for notice in notices]


async def test_a_lost_payment_that_comes_after_all_is_its_clients(paying: Paying) -> None:
    """What they owe is paid first, which ends the wait for it; the rest is credits."""
    one = await Disputing.begun(paying)
    await one.released(80_00)
    await one.opened()
    await one.decided("owing", won=False)
    await one.reverses()
    cleared = await _clears(one, "dispute_reversal", "client")
    assert cleared.status_code == 200, cleared.text
    assert await _over(one, credits=20_00, receivable=0) and await one.agrees()
    await one.stands("lost")


async def test_what_comes_after_all_refills_the_escrow_that_is_short(paying: Paying) -> None:
    """While the client may still fill it: the job goes on."""
    one = await Disputing.begun(paying)
    life = await one.works(100_00)
    await one.opened()
    shown = await one.decided("refilling", won=False)
    await one.reverses()
    assert (await _clears(one, "dispute_reversal", "client")).status_code == 200
    assert await paying.wallet() == 100_00
    refilled = await one.client.post(f"/v1/chargebacks/{shown['id']}/refill", {})
    assert refilled.json()["state"] == "lost", refilled.text
    assert await one.balance("escrow", life.job_id) == 100_00 and await one.agrees()
    assert not (await life.shown())["frozen"]


async def test_what_was_written_off_and_comes_after_all_is_no_loss(paying: Paying) -> None:
    """The platform had borne it; of the client's credits only what had been theirs comes back."""
    one = await Disputing.begun(paying)
    await one.released(80_00)
    losses = await one.balance("losses", "platform")
    await one.opened()
    shown = await one.decided("owing", won=False)
    await one.passes(shown, 90 * DAY)
    await one.stands("lost")
    await one.reverses()
    assert (await _clears(one, "dispute_reversal", "client")).status_code == 200
    assert await one.balance("losses", "platform") == losses
    assert await _over(one, credits=20_00, receivable=0) and await one.agrees()


async def test_a_verdict_that_is_turned_twice_is_cleared_line_by_line(paying: Paying) -> None:
    """Nothing is lost, and nothing there twice."""
    one = await Disputing.begun(paying)
    await one.opened()
    await one.decided("won", won=True)
    for _ in range(2):
        await one.reverses()
    for line in ("dispute_reversal", "dispute"):
        assert (await _clears(one, line, "client")).status_code == 200
    assert await _over(one, credits=100_00, receivable=0) and await one.agrees()


async def test_what_the_platform_bore_and_comes_after_all_is_not_its_clients(
    paying: Paying,
) -> None:
    """The client had the payment back already; nobody gets it twice."""
    one = await Disputing.begun(paying)
    losses = await one.balance("losses", "platform")
    await one.opened()
    await one.decided("won", won=True)
    for line, kind in (("dispute", "losses"), ("dispute_reversal", "client")):
        await one.reverses()
        assert (await _clears(one, line, kind)).status_code == 200
    assert await one.balance("losses", "platform") == losses
    assert await _over(one, credits=100_00, receivable=0) and await one.agrees()


async def test_what_is_considered_is_the_houses(paying: Paying) -> None:
    """The client sees that something is, without the sum or a word of it."""
    one = await Disputing.begun(paying)
    await one.opened()
    shown = await one.decided("unbooked", won=True, amount=75_00)
    await _books(one, shown, 75_00)

    async def considered(who: Person) -> dict[str, Any]:
        told = (await who.get(f"/v1/chargebacks/{shown['id']}/timeline")).json()["items"]
        [event] = [event for event in told if event["kind"] == "return_proposed"]
        return dict(event)

    seen = await considered(one.client)
    assert (seen["facts"], seen["said"]) == ({}, None)
    assert (await considered(one.world.house.accountants[0]))["facts"]["client_minor"] == 75_00


WHOLE = {"reporting_category": "dispute", "amount": -100_00, "fee": 15_00, "currency": "usd"}
BACK = {"reporting_category": "dispute_reversal", "amount": 50_00, "fee": 0, "currency": "usd"}


def won(*lines: dict[str, Any]) -> stripe.Dispute:
    """A dispute that Stripe says is won, with these lines."""
    values = {"id": "du_1", "status": "won", "balance_transactions": list(lines)}
    return stripe.Dispute.construct_from(values, "sk_test_standin")


def test_what_was_taken_again_meanwhile_is_not_back() -> None:
    """Given, taken and given again, it is there once."""
    one = Chargebacks().opened().case
    again = WHOLE | {"amount": -50_00, "fee": 0}
    told = said(one, won(WHOLE, BACK, again, BACK))
    assert told is not None and told.body["amount_minor"] == 50_00


def test_what_came_in_another_currency_is_not_booked() -> None:
    """The question fails where operators see it."""
    with pytest.raises(ApplicationError, match="another currency"):
        said(Chargebacks().opened().case, won(WHOLE, BACK | {"currency": "eur"}))


async def test_a_payment_of_nobody_we_know_is_no_clients(paying: Paying) -> None:
    """It is suspense, or a loss."""
    charge = paying.stand.charge(30_00)
    one = Disputing(paying, str(charge.payment_intent))
    one.disputes()
    refused = await _clears(one, "dispute", "client")
    assert (refused.status_code, code(refused)) == (409, "condition_missing")
    assert (await _clears(one, "dispute", "losses")).status_code == 200


async def test_a_dispute_in_another_currency_is_over_and_a_difference(paying: Paying) -> None:
    """Nobody waits for it; what is gone is cleared, as the platform's loss, in its own currency."""
    one = await Disputing.begun(paying)
    one.disputes(currency="eur")
    await one.hears()
    shown = await one.stands("refused")
    assert shown["over"] and shown["actions"] == [] and await paying.wallet() == 100_00
    accountant = one.world.house.accountants[0]
    notices = (await accountant.get("/v1/me/notices", limit=100)).json()["items"]
    assert shown["id"] in [notice["case_id"] for notice in notices]
    difference = await _differs(one, "dispute")
    assert difference["there"]["amount"] == {"amount_minor": -100_00, "currency": "EUR"}
    refused = await _clears(one, "dispute", "client")
    assert (refused.status_code, code(refused)) == (409, "condition_missing")
    cleared = await _clears(one, "dispute", "losses")
    assert cleared.status_code == 200 and cleared.json()["gone_at"], cleared.text
    assert await one.agrees()


async def test_a_debt_that_a_deposit_pays_is_over_at_once(paying: Paying) -> None:
    """Nobody waits for the 90 days."""
    one = await Disputing.begun(paying)
    await one.released(80_00)
    await one.opened()
    await one.decided("owing", won=False)
    await Disputing.begun(paying, 79_99)
    assert await _over(one, credits=0, receivable=-1)
    await one.stands("owing")
    await Disputing.begun(paying, 50_00)
    shown = await one.stands("lost")
    path = f"/v1/chargebacks/{shown['id']}/timeline"
    events = (await one.client.get(path)).json()["items"]
    assert events[0]["kind"] == "debt_paid" and await _over(one, credits=49_99, receivable=0)
