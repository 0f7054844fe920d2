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
