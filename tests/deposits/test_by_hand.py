"""Bank transfers, money orders and checks, from the notice to their end, through HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, pointers
from tests.deposits.remitting import Remitting, arrived, sum_of
from tests.life import Life, eventually
from tests.world import BANK

DAY = timedelta(days=1)


async def test_what_two_people_saw_at_the_bank_is_credited(remitting: Remitting) -> None:
    """The client knows what to write, and where to send it; then it is in the wallet."""
    deposit = await remitting.announced(sent_on="2026-01-02")
    assert deposit["reference"].startswith("PK") and deposit["pay_to"] == BANK
    assert deposit["receipt"] is None
    shown = await remitting.received(deposit, 90_00)
    assert shown["state"] == "received" and (await remitting.wallet())["total"] == 0
    shown = await remitting.done(remitting.bob, deposit, "confirm", amount=sum_of(90_00))
    assert shown["state"] == "booked" and shown["arrived"] == sum_of(90_00)
    assert (await remitting.wallet())["credits"] == 90_00


async def test_the_client_s_list_has_cards_and_what_comes_by_hand(remitting: Remitting) -> None:
    """Newest first, each with its method."""
    first, second = await remitting.announced(), await remitting.announced(method="check")
    items = (await remitting.client.get("/v1/deposits")).json()["items"]
    assert [(one["id"], one["method"]) for one in items] == [
        (second["id"], "check"),
        (first["id"], "bank_transfer"),
    ]


async def test_a_proof_is_handed_over_with_the_notice(remitting: Remitting) -> None:
    """Only by whoever uploaded it."""
    proof = (await remitting.client.upload(b"a slip")).json()["id"]
    assert (await remitting.announced(files=[proof]))["state"] == "announced"
    stranger = Remitting(remitting.world, await remitting.world.person("stranger"))
    answer = await stranger.asks(files=[proof])
    assert (answer.status_code, code(answer)) == (422, "unknown_reference")


async def test_a_notice_by_mail_is_filed_by_accounting(remitting: Remitting) -> None:
    """It is the client's like any other."""
    body = {"client": remitting.client.email, "method": "check", "amount": sum_of(70_00)}
    filed = await remitting.ada.post("/v1/staff/deposits", body)
    assert filed.status_code == 201, filed.text
    shown = await remitting.client.get(f"/v1/deposits/{filed.json()['id']}")
    assert shown.json()["your_role"] == "client"
    again = await remitting.client.post("/v1/staff/deposits", body)
    assert code(again) == "not_yours"


async def test_nobody_moves_money_into_their_own_wallet(remitting: Remitting) -> None:
    """An accountant's own deposit is received and confirmed by two others."""
    own = Remitting(remitting.world, remitting.ada)
    deposit = await own.announced()
    answer = await own.says(own.ada, deposit, "receive", **arrived(100_00))
    assert (answer.status_code, code(answer)) == (403, "not_yours")
    await own.done(own.bob, deposit, "receive", **arrived(100_00))
    answer = await own.says(own.ada, deposit, "confirm", amount=sum_of(100_00))
    assert code(answer) == "not_yours"


async def test_one_person_alone_credits_nothing(remitting: Remitting) -> None:
    """Nor does whoever does not look: the sum they confirm is the one they saw."""
    deposit = await remitting.announced()
    await remitting.received(deposit)
    alone = await remitting.says(remitting.ada, deposit, "confirm", amount=sum_of(100_00))
    assert code(alone) == "not_yours"
    other = await remitting.says(remitting.bob, deposit, "confirm", amount=sum_of(10_00))
    assert code(other) == "seen_is_stale"
    assert (await remitting.wallet())["total"] == 0


async def test_it_is_received_once(remitting: Remitting) -> None:
    """A second receipt of the same notice is refused; so is the same line of the bank elsewhere."""
    first, second = await remitting.announced(), await remitting.announced()
    line = arrived(100_00)
    await remitting.done(remitting.ada, first, "receive", **line)
    again = await remitting.says(remitting.ada, first, "receive", **arrived(100_00))
    assert (again.status_code, code(again)) == (409, "not_open")
    elsewhere = await remitting.says(remitting.ada, second, "receive", **line)
    assert (elsewhere.status_code, code(elsewhere)) == (409, "seen_is_stale")


async def test_a_line_of_the_bank_is_known_at_every_door(remitting: Remitting) -> None:
    """The door for receipts without a case knows it too, and the other way round."""
    line = arrived(100_00)
    await remitting.done(remitting.ada, await remitting.announced(), "receive", **line)
    known = {"client": remitting.client.id, "method": "bank_transfer", "amount": line["amount"]}
    known |= {name: line[name] for name in ("bank_reference", "received_on")}
    assert code(await remitting.ada.post("/v1/staff/receipts", known)) == "receipt_known"
    known |= {"bank_reference": f"{line['bank_reference']} B"}
    assert (await remitting.ada.post("/v1/staff/receipts", known)).status_code == 201
    line = arrived(100_00, known["bank_reference"])
    answer = await remitting.says(remitting.ada, await remitting.announced(), "receive", **line)
    assert code(answer) == "seen_is_stale"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": sum_of(4_99)}, "#/amount"),
        ({"amount": sum_of(1_000_000_01)}, "#/amount"),
        ({"amount": {"amount_minor": 100_00, "currency": "EUR"}}, "#/amount/currency"),
        ({"amount": {"amount_minor": 0, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"method": "cash"}, "#/method"),
        ({"sent_on": "tomorrow"}, "#/sent_on"),
        ({"sent_on": 20260102}, "#/sent_on"),
        ({"sent_on": "2126-01-02"}, "#/sent_on"),
        ({"for_case": "deposit_1"}, "#/for_case"),
        ({"for_case": "job_01kgqv9x1vfq5r8ez4a6y3w7mh"}, "#/for_case"),
        ({"method": "card", "sent_on": "2026-01-02"}, "#"),
    ],
)
async def test_what_cannot_be_announced_is_refused(
    remitting: Remitting, body: dict[str, Any], pointer: str
) -> None:
    """The answer names the field; nothing was begun."""
    usual = {"amount": sum_of(100_00), "method": "bank_transfer"}
    answer = await remitting.client.post("/v1/deposits", usual | body)
    assert answer.status_code == 422, answer.text
    assert pointers(answer) == [pointer]
    assert (await remitting.client.get("/v1/deposits")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": sum_of(0)}, "#/amount"),
        ({"amount": {"amount_minor": -1, "currency": "USD"}}, "#/amount/amount_minor"),
        ({"amount": {"amount_minor": 1, "currency": "EUR"}}, "#/amount/currency"),
        ({"received_on": "2126-01-02"}, "#/received_on"),
        ({"bank_reference": ""}, "#/bank_reference"),
    ],
)
async def test_what_cannot_have_arrived_is_refused(
    remitting: Remitting, body: dict[str, Any], pointer: str
) -> None:
    """The notice waits on."""
    deposit = await remitting.announced()
    answer = await remitting.says(remitting.ada, deposit, "receive", **(arrived(1_00) | body))
    assert (answer.status_code, pointers(answer)) == (422, [pointer]), answer.text
    assert (await remitting.stands(deposit, "announced"))["arrived"] is None


async def test_a_notice_lapses_and_what_comes_later_is_found(remitting: Remitting) -> None:
    """After 30 days it is over; the money then comes without a notice."""
    deposit = await remitting.announced()
    await remitting.passes(deposit, 30 * DAY)
    assert (await remitting.stands(deposit, "lapsed"))["over"]
    late = await remitting.says(remitting.ada, deposit, "receive", **arrived(100_00))
    assert (late.status_code, code(late)) == (409, "already_over")
    found = await remitting.suspended()
    await remitting.done(
        remitting.bob, found, "match", client=remitting.client.email, reason="the reference"
    )
    assert (await remitting.wallet())["credits"] == 100_00
    [newest, _] = (await remitting.client.get("/v1/deposits")).json()["items"]
    assert newest["id"] == found["id"]


async def test_money_in_suspense_is_matched_by_the_reference_of_a_notice(
    remitting: Remitting,
) -> None:
    """A reference of which a sign is wrong is nobody's; one says who it is in one way."""
    notice, found = await remitting.announced(), await remitting.suspended()
    why = {"reason": "written on the slip"}
    wrong = await remitting.says(remitting.bob, found, "match", reference="PK12345678X", **why)
    assert (wrong.status_code, pointers(wrong)) == (422, ["#/reference"])
    both = {"reference": notice["reference"], "client": remitting.client.id, **why}
    assert (await remitting.says(remitting.bob, found, "match", **both)).status_code == 422
    written = notice["reference"].lower()
    await remitting.done(remitting.bob, found, "match", reference=written, **why)
    assert (await remitting.wallet())["credits"] == 100_00
    shown = await remitting.done(remitting.bob, notice, "withdraw-notice", reason="it came so")
    assert shown["state"] == "lapsed"


async def test_a_client_takes_a_notice_back(remitting: Remitting) -> None:
    """Nothing comes by it."""
    deposit = await remitting.announced()
    path = f"/v1/deposits/{deposit['id']}/withdraw-notice"
    assert (await remitting.client.post(path, {})).json()["state"] == "lapsed"


async def test_a_typed_sum_is_corrected_before_and_after_it_is_credited(
    remitting: Remitting,
) -> None:
    """By two people, with a reason; the entry that was wrong stays, and its mirror beside it."""
    deposit = await remitting.announced()
    await remitting.received(deposit, 1000_00)
    reason = "a zero too many"
    await remitting.done(remitting.ada, deposit, "correct", amount=sum_of(500_00), reason=reason)
    await remitting.done(remitting.bob, deposit, "confirm", amount=sum_of(500_00))
    shown = await remitting.done(
        remitting.bob, deposit, "correct", amount=sum_of(100_00), reason=reason
    )
    assert shown["state"] == "correcting" and (await remitting.wallet())["credits"] == 500_00
    named = {"correction_id": shown["receipt"]["correction"]["id"]}
    alone = await remitting.says(remitting.bob, deposit, "confirm-correction", **named)
    assert code(alone) == "not_yours"
    await remitting.done(remitting.ada, deposit, "confirm-correction", **named)
    assert (await remitting.wallet())["credits"] == 100_00


async def test_a_correction_that_was_wrong_itself_is_taken_back(remitting: Remitting) -> None:
    """By typing the sum in the books once more; a second person confirms it, and nothing moves."""
    deposit = await remitting.announced()
    await remitting.received(deposit, 500_00)
    await remitting.done(remitting.bob, deposit, "confirm", amount=sum_of(500_00))
    for typed in (100_00, 500_00):
        asked = {"amount": sum_of(typed), "reason": "read anew"}
        shown = await remitting.done(remitting.bob, deposit, "correct", **asked)
    named = {"correction_id": shown["receipt"]["correction"]["id"]}
    shown = await remitting.done(remitting.ada, deposit, "confirm-correction", **named)
    assert shown["state"] == "booked" and (await remitting.wallet())["credits"] == 500_00


async def test_money_from_a_stranger_waits_until_staff_decide(remitting: Remitting) -> None:
    """It goes back to them, by a second person."""
    deposit = await remitting.announced()
    shown = await remitting.received(deposit, wrong_name=True)
    assert shown["state"] == "suspense" and (await remitting.wallet())["total"] == 0
    alone = await remitting.says(remitting.ada, deposit, "return", reason="not theirs")
    assert code(alone) == "not_yours"
    shown = await remitting.done(remitting.bob, deposit, "return", reason="not theirs")
    assert shown["state"] == "returned" and shown["over"]


async def test_the_queue_of_staff_is_by_the_time_left(remitting: Remitting) -> None:
    """What has to be credited comes before what may come; a reference finds its notice."""
    notice, money = await remitting.announced(), await remitting.announced()
    await remitting.received(money)
    listed = (await remitting.ada.get("/v1/staff/deposits", limit=100)).json()["items"]
    order = [one["id"] for one in listed]
    assert order.index(money["id"]) < order.index(notice["id"])
    written = f"{notice['reference'][:4]} {notice['reference'][4:].lower()}"
    found = (await remitting.ada.get("/v1/staff/deposits", reference=written)).json()["items"]
    assert [one["id"] for one in found] == [notice["id"]]
    wrong = await remitting.ada.get("/v1/staff/deposits", reference="PK12345678X")
    assert wrong.status_code == 422
    assert (await remitting.client.get("/v1/staff/deposits")).status_code == 403
    first = (await remitting.ada.get("/v1/staff/deposits", limit=1)).json()
    rest = await remitting.ada.get("/v1/staff/deposits", limit=100, cursor=first["next_cursor"])
    assert [one["id"] for one in rest.json()["items"]] == order[1:]


async def test_a_check_clears_with_what_was_earned_of_it(remitting: Remitting) -> None:
    """Ten business days later, in every wallet it is in."""
    life = await _released(remitting, "check")
    deposit = (await remitting.client.get("/v1/deposits")).json()["items"][0]
    assert (await remitting.wallet())["provisional"] == 20_00
    assert (await remitting.wallet(life.freelancer))["provisional"] == 72_00
    await remitting.passes(deposit, 20 * DAY)
    assert (await remitting.stands(deposit, "cleared"))["over"]
    assert (await remitting.wallet())["credits"] == 20_00
    assert (await remitting.wallet(life.freelancer))["earnings"] == 72_00
    late = await remitting.says(remitting.bob, deposit, "bounce", reason="no cover")
    assert (late.status_code, code(late)) == (409, "already_over")


async def test_a_bounced_check_is_taken_back_along_its_way(remitting: Remitting) -> None:
    """The client's provisional money, what was earned of it, and a debt for the fee."""
    life = await _released(remitting, "money_order")
    deposit = (await remitting.client.get("/v1/deposits")).json()["items"][0]
    await remitting.done(remitting.bob, deposit, "bounce", reason="no cover")
    assert (await remitting.stands(deposit, "bounced"))["over"]
    assert (await remitting.wallet())["receivable"] == 8_00
    assert (await remitting.wallet())["total"] == 0
    assert (await remitting.wallet(life.freelancer))["total"] == 0


async def test_what_an_escrow_holds_of_a_bounced_check_is_taken_out_of_it(
    remitting: Remitting,
) -> None:
    """Nothing is owed; the job stands still, and a freelancer may still give it back."""
    freelancer = await remitting.world.person("freelancer")
    life = await Life(remitting.world, remitting.client, freelancer, 80_00).awaiting_funds()
    deposit = await remitting.credited(100_00, "check")
    await eventually(lambda: _in_progress(life))
    shown = await remitting.done(remitting.bob, deposit, "bounce", reason="no cover")
    assert shown["state"] == "refilling" and set((await remitting.wallet()).values()) == {0}
    [piece] = shown["from_escrows"]
    assert (piece["job"], piece["amount"]["amount_minor"]) == (life.job_id, 80_00)
    assert (await life.shown())["frozen"]
    await life.freelancer_does(c.Resign)
    await remitting.passes(deposit, 9 * DAY)
    await remitting.stands(deposit, "bounced")
    assert set((await remitting.wallet()).values()) == {0}


async def test_a_job_that_a_bounced_check_paid_is_refilled_or_cancelled(
    remitting: Remitting,
) -> None:
    """In seven days, with money that is there; else the client has back what is left."""
    freelancer = await remitting.world.person("freelancer")
    life = await Life(remitting.world, remitting.client, freelancer, 80_00).awaiting_funds()
    check = await remitting.credited(100_00, "check")
    await eventually(lambda: _in_progress(life))
    await remitting.done(remitting.bob, check, "bounce", reason="no cover")
    path = f"/v1/deposits/{check['id']}/refill"
    assert code(await remitting.client.post(path, {})) == "insufficient_funds"
    await remitting.credited(30_00)
    assert (await remitting.client.post(path, {})).json()["state"] == "refilling"
    assert (await life.shown())["escrow"]["amount_minor"] == 30_00
    await remitting.passes(check, 9 * DAY)
    await remitting.stands(check, "bounced")
    assert (await life.states())[0] == "cancelled"
    assert (await remitting.wallet())["credits"] == 30_00


async def test_money_that_comes_starts_the_job_that_waits_for_it(remitting: Remitting) -> None:
    """The deposit tells who waits; the job takes its money in a step of its own."""
    freelancer = await remitting.world.person("freelancer")
    life = await Life(remitting.world, remitting.client, freelancer, 80_00).awaiting_funds()
    await remitting.credited(100_00)
    await eventually(lambda: _in_progress(life))
    assert (await remitting.wallet())["credits"] == 20_00


async def test_money_for_one_job_starts_that_one_alone(remitting: Remitting) -> None:
    """Not one that has waited longer; what is over when it has started is money like any other."""
    world, client = remitting.world, remitting.client
    longer = await Life(world, client, await world.person("freelancer"), 80_00).awaiting_funds()
    chosen = await Life(world, client, await world.person("freelancer"), 90_00).awaiting_funds()
    await remitting.credited(85_00, for_case=chosen.job_id)
    assert await longer.refused(Role.CLIENT, c.Fund) == "insufficient_funds"
    await remitting.credited(20_00)
    await eventually(lambda: _in_progress(chosen))
    assert (await longer.states())[0] == "awaiting_funds"
    await remitting.credited(65_00)
    await eventually(lambda: _in_progress(longer))
    assert (await remitting.wallet())["total"] == 0


async def test_somebody_else_does_not_learn_of_it(remitting: Remitting) -> None:
    """A deposit is its client's and the house's."""
    deposit = await remitting.announced()
    stranger = await remitting.world.person("stranger")
    assert (await stranger.get(f"/v1/deposits/{deposit['id']}")).status_code == 404


async def test_accounting_is_told_before_the_time_for_crediting_is_over(
    remitting: Remitting,
) -> None:
    """Half of it, four fifths, all of it; then a task stays open."""
    deposit = await remitting.announced()
    await remitting.received(deposit)
    await remitting.passes(deposit, 7 * DAY)
    shown = await remitting.stands(deposit, "received")
    assert [task["kind"] for task in shown["staff_tasks"]] == ["not_credited_in_time"]
    inbox = (await remitting.ada.get("/v1/me/notices", limit=100)).json()["items"]
    kinds = [one["kind"] for one in inbox if one["case_id"] == deposit["id"]]
    assert kinds.count("crediting_due") == 2 and "crediting_late" in kinds


async def _released(remitting: Remitting, method: str) -> Life:
    """A deposit of 100.00 of which 80.00 were paid for work, less the fee of 8.00."""
    freelancer: Person = await remitting.world.person("freelancer")
    await remitting.credited(100_00, method)
    life = await Life(remitting.world, remitting.client, freelancer, 80_00).in_review()
    await life.client_does(c.Approve)
    return life


async def _in_progress(life: Life) -> bool:
    return (await life.states())[0] == "in_progress"
