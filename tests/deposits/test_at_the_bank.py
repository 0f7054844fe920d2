"""What came by hand, and the bank's statement: both say the same of each line."""

from domain.difference import Source
from tests.api.test_bank_statements import imports, said, statement
from tests.deposits.remitting import Remitting, arrived, sum_of
from tests.outside import found, key


async def test_what_was_recorded_by_hand_agrees_with_the_statement(remitting: Remitting) -> None:
    """Announced, without a notice, or typed wrongly at first: by the bank's reference."""
    announced, nobodys, wrong = names = [key("FED") for _ in range(3)]
    for name, typed in ((announced, 100_00), (wrong, 300_00)):
        deposit = await remitting.announced(typed)
        await remitting.done(remitting.ada, deposit, "receive", **arrived(typed, name))
        await remitting.done(remitting.bob, deposit, "confirm", amount=sum_of(typed))
    anew = {"amount": sum_of(30_00), "reason": "a zero too many"}
    shown = await remitting.done(remitting.bob, deposit, "correct", **anew)
    seen = {"correction_id": shown["receipt"]["correction"]["id"]}
    await remitting.done(remitting.ada, deposit, "confirm-correction", **seen)
    unmatched = {"method": "bank_transfer", **arrived(50_00, nobodys)}
    there = await remitting.ada.post("/v1/staff/deposits/suspense", unmatched)
    assert there.status_code == 201, there.text
    lines = [(announced, "100.00"), (nobodys, "50.00"), (wrong, "30.00")]
    assert said(await imports(remitting.ada, statement(*lines))) == (3, 3)
    told = await found(remitting.world.engine, Source.BANK)
    ours = [*names, deposit["id"], there.json()["id"]]
    assert [one for one in told.values() if any(name in one.about for name in ours)] == []
