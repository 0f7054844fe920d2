"""What the outside said is a step of its own: written once, or refused like any other."""

from datetime import UTC, datetime

from sqlalchemy import text

from activities.books import Books
from domain.cases import DepositState
from domain.outcome import Outcome, Said, Status, StepRequest
from ledger.calendars import business_calendar
from tests.deposits.paying import Paying


async def _nobody(_: str) -> bool:
    return True


async def says(paying: Paying, case_id: str, said: Said) -> Outcome:
    books = Books(paying.world.engine, _nobody, business_calendar())
    request = StepRequest(case_id=case_id, version=0, at=datetime.now(UTC), said=said)
    return await books.commit_step(request)


async def test_what_is_said_again_has_the_same_outcome(paying: Paying) -> None:
    """The worker died before its workflow had the answer: the money is there once."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")
    async with paying.world.engine.connect() as c:
        step = "select step_id from event where case_id = :id and kind = 'deposit_credited'"
        step_id = str(await c.scalar(text(step), {"id": deposit["id"]}))
    body = {"payment": "pi_2", "amount_minor": 100_00, "fee_minor": 0, "currency": "USD"}
    key = step_id.rpartition("/")[2]
    again = await says(paying, deposit["id"], Said(command="paid", body=body, key=key))
    assert again.status is Status.APPLIED and again.case.state == DepositState.CREDITED
    assert await paying.wallet() == 100_00


async def test_a_payment_of_what_is_over_is_refused(paying: Paying) -> None:
    """The refusal changes nothing, and the workflow learns how the case stands."""
    deposit = await paying.begun()
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")
    body = {"payment": "pi_2", "amount_minor": 100_00, "fee_minor": 0, "currency": "USD"}
    other = await says(paying, deposit["id"], Said(command="paid", body=body, key="pi_2"))
    assert other.status is Status.REFUSED and other.event == "already_over"
    assert await paying.wallet() == 100_00


async def test_an_answer_that_does_not_fit_is_a_staff_task(paying: Paying) -> None:
    """Another currency, or nothing that can be read: nothing is credited, and staff look."""
    deposit = await paying.begun()
    body = {"payment": "pi_3", "amount_minor": 90_00, "fee_minor": 0, "currency": "EUR"}
    for key, said in (("pi_3", body), ("pi_4", {"payment": "pi_4"})):
        answer = await says(paying, deposit["id"], Said(command="paid", body=said, key=key))
        assert (answer.status, answer.event) == (Status.APPLIED, "answer_refused")
    shown = (await paying.world.house.staff.get(f"/v1/deposits/{deposit['id']}")).json()
    assert [task["kind"] for task in shown["staff_tasks"]] == ["answer_refused"]
    assert shown["state"] == "checkout" and await paying.wallet() == 0
    inbox = (await paying.world.house.staff.get("/v1/me/notices")).json()["items"]
    assert any(one["case_id"] == deposit["id"] for one in inbox)
    await paying.pays(deposit)
    await paying.hears(paying.events(deposit))
    await paying.stands(deposit, "credited")


async def test_a_signature_that_is_no_text_is_refused(paying: Paying) -> None:
    """It is nobody's bug."""
    headers = {b"Stripe-Signature": "t=1,v1=\u00e9".encode()}
    answer = await paying.world.http.post("/v1/webhooks/stripe", content=b"{}", headers=headers)
    assert answer.status_code == 400
