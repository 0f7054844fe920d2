"""What came by hand goes back by hand: one person approves it, another one sends it."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from tests.api.people import Person, code
from tests.deposits.remitting import Remitting, sum_of


async def asked(remitting: Remitting, deposit: dict[str, Any], minor: int = 60_00) -> Response:
    """The client wants so much of it back."""
    path = f"/v1/deposits/{deposit['id']}/refund-to-source"
    return await remitting.client.post(path, {"amount": sum_of(minor)})


async def says(who: Person, refund: dict[str, Any], what: str, **body: Any) -> Response:
    """An accountant decides."""
    return await who.post(f"/v1/staff/refunds/{refund['id']}/{what}", body)


async def approved(remitting: Remitting, minor: int = 60_00) -> dict[str, Any]:
    """Ada approved a refund of a bank transfer of 100.00."""
    deposit = await remitting.credited()
    refund: dict[str, Any] = (await asked(remitting, deposit, minor)).json()
    answer = await says(remitting.ada, refund, "approve")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    assert shown["state"] == "to_send"
    return shown


async def test_a_second_person_sends_it_to_whoever_paid(remitting: Remitting) -> None:
    """The house sees to whom; whoever approved it cannot send it."""
    refund = await approved(remitting)
    assert refund["pay_to"]["payer"] == "Cara Client" and refund["pay_to"]["bank_reference"]
    assert code(await says(remitting.ada, refund, "sent", bank_reference="OUT 7")) == "not_yours"
    answer = await says(remitting.bob, refund, "sent", bank_reference="OUT 7")
    assert answer.json()["state"] == "paid"
    assert (await remitting.wallet())["credits"] == 40_00
    mine = (await remitting.client.get(f"/v1/refunds/{refund['id']}")).json()
    assert mine["pay_to"] is None and mine["approved_by"] is None


@pytest.mark.parametrize(
    ("what", "body", "state"),
    [
        ("failed", {"reason": "The account is closed"}, "failed"),
        ("came-back", {"reason": "No such account", "bank_reference": "IN 8"}, "returned"),
    ],
)
async def test_what_does_not_arrive_is_the_clients_again(
    remitting: Remitting, what: str, body: dict[str, str], state: str
) -> None:
    """Whether it was sent before or not; with the reason."""
    refund = await approved(remitting)
    if what == "came-back":
        await says(remitting.bob, refund, "sent", bank_reference="OUT 8")
    answer = await says(remitting.bob, refund, what, **body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["reason"]) == (state, body["reason"])
    assert (await remitting.wallet())["credits"] == 100_00


async def test_what_is_provisional_does_not_go_back_before_it_clears(remitting: Remitting) -> None:
    """A check can still bounce for ten business days."""
    deposit = await remitting.credited(method="check")
    refused = await asked(remitting, deposit)
    assert (refused.status_code, code(refused)) == (409, "not_refundable")
    await remitting.passes(deposit, timedelta(days=21))
    await remitting.stands(deposit, "cleared")
    assert (await asked(remitting, deposit)).status_code == 201


async def test_what_is_questioned_after_the_request_is_not_approved(remitting: Remitting) -> None:
    """Somebody says that another sum arrived; until that is settled nothing leaves."""
    deposit = await remitting.credited()
    refund = (await asked(remitting, deposit)).json()
    correction = {"amount": sum_of(10_00), "reason": "a typing error"}
    await remitting.done(remitting.ada, deposit, "correct", **correction)
    refused = await says(remitting.bob, refund, "approve")
    assert (refused.status_code, code(refused)) == (409, "not_refundable")
    assert (await says(remitting.bob, refund, "decline", reason="not yours")).status_code == 200
    assert (await remitting.wallet())["credits"] == 100_00


@pytest.mark.parametrize("what", ["sent", "failed", "came-back", "decline"])
async def test_a_decision_without_its_words_is_refused(remitting: Remitting, what: str) -> None:
    """The bank's reference, or the reason; nothing moves."""
    refund = await approved(remitting)
    assert (await says(remitting.bob, refund, what)).status_code == 422
    blank = {"reason": " ", "bank_reference": " "} if what == "came-back" else {"reason": " "}
    assert (await says(remitting.bob, refund, what, **blank)).status_code == 422


async def test_so_many_deposits_wait_and_no_more(remitting: Remitting) -> None:
    """One that was withdrawn makes room; what accounting file by mail always has some."""
    first, *_ = [await remitting.announced() for _ in range(20)]
    refused = await remitting.asks()
    assert (refused.status_code, code(refused)) == (409, "too_many_open_deposits")
    assert refused.json()["facts"] == {"most": 20}
    by_mail = {"client": remitting.client.email, "method": "check", "amount": sum_of(70_00)}
    assert (await remitting.ada.post("/v1/staff/deposits", by_mail)).status_code == 201
    for _ in range(2):
        withdrawn = await remitting.client.post(f"/v1/deposits/{first['id']}/withdraw-notice")
        assert withdrawn.status_code == 200, withdrawn.text
        listed = (await remitting.client.get("/v1/deposits")).json()["items"]
        first = next(one for one in listed if one["state"] == "announced")
    await remitting.announced()
