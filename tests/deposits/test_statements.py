"""A deposit by hand is confirmed by the statement's line, as by a second person."""

from typing import Any

import pytest

from ledger import agreeing
from tests.api.test_bank_statements import imports, said, statement
from tests.deposits.remitting import Remitting, arrived
from tests.outside import key


async def waits(remitting: Remitting, name: str, minor: int = 100_00) -> dict[str, Any]:
    """A deposit that Ada has seen under this name of the bank's."""
    deposit = await remitting.announced()
    return await remitting.done(remitting.ada, deposit, "receive", **arrived(minor, name))


@pytest.mark.parametrize("first", ["typed", "statement"])
async def test_the_line_credits_what_was_typed_in_either_order(
    remitting: Remitting, first: str
) -> None:
    """Once, and it is as if whoever imported the statement had confirmed it."""
    name = key("B")
    if first == "statement":
        said(await imports(remitting.bob, statement((name, "100.00"))))
    deposit = await waits(remitting, name)
    if first == "typed":
        said(await imports(remitting.bob, statement((name, "100.00"))))
    for _ in range(2):
        await agreeing.confirm(remitting.world.engine)
        booked = await remitting.stands(deposit, "booked")
    assert booked["receipt"]["confirmed_by"] == remitting.bob.id
    assert (await remitting.wallet())["credits"] == 100_00


async def test_a_receipt_typed_wrong_is_confirmed_when_it_is_corrected(
    remitting: Remitting,
) -> None:
    """The line differs from what was typed, and agrees with what is typed then."""
    name = key("B")
    deposit = await waits(remitting, name, 10_00)
    said(await imports(remitting.bob, statement((name, "100.00"))))
    assert await agreeing.confirm(remitting.world.engine) == 0
    assert (await remitting.stands(deposit, "received"))["receipt"]["confirmed_by"] is None
    amount = {"amount_minor": 100_00, "currency": "USD"}
    await remitting.done(remitting.ada, deposit, "correct", amount=amount, reason="A typo")
    await agreeing.confirm(remitting.world.engine)
    await remitting.stands(deposit, "booked")
    assert (await remitting.wallet())["credits"] == 100_00


async def test_the_importers_own_receipt_waits_for_somebody_else(remitting: Remitting) -> None:
    """Ada typed it and brought the statement: Bob has to look."""
    name = key("B")
    deposit = await waits(remitting, name)
    said(await imports(remitting.ada, statement((name, "100.00"))))
    assert await agreeing.confirm(remitting.world.engine) == 0
    confirmed = await remitting.done(
        remitting.bob, deposit, "confirm", amount={"amount_minor": 100_00, "currency": "USD"}
    )
    assert confirmed["state"] == "booked"
