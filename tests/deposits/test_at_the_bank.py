"""What came by hand, and the bank's statement: both say the same of each line."""

import pytest
from sqlalchemy import text

from domain.difference import Source
from tests.api.people import code
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


@pytest.mark.parametrize("named", [True, False])
async def test_what_leaves_again_agrees_by_what_the_bank_calls_it(
    remitting: Remitting, named: bool
) -> None:
    """A check that bounces, and what is sent back; unnamed, each line stands for itself."""
    came, bounced, stray, back = names = [key("FED") for _ in range(4)]
    check = await remitting.announced(method="check")
    await remitting.done(remitting.ada, check, "receive", **arrived(100_00, came))
    await remitting.done(remitting.bob, check, "confirm", amount=sum_of(100_00))
    says = {"reason": "no cover"} | ({"bank_reference": bounced} if named else {})
    await remitting.done(remitting.bob, check, "bounce", **says)
    money = {"method": "bank_transfer", **arrived(50_00, stray)}
    nobodys = (await remitting.ada.post("/v1/staff/deposits/suspense", money)).json()
    says = {"reason": "nobody's"} | ({"bank_reference": back} if named else {})
    await remitting.done(remitting.bob, nobodys, "return", **says)
    moved = zip(names, ("100.00", "-100.00", "50.00", "-50.00"), strict=True)
    assert said(await imports(remitting.ada, statement(*moved))) == (4, 4)
    told = await found(remitting.world.engine, Source.BANK)
    about = [one for one in told.values() if any(name in one.about for name in names)]
    ours = [one for one in told.values() if check["id"] in one.about or nobodys["id"] in one.about]
    assert (len(about), len(ours)) == ((0, 0) if named else (2, 2))


async def test_a_name_of_nothing_is_refused(remitting: Remitting) -> None:
    """Whoever does not know what the bank calls it leaves it out."""
    deposit = await remitting.suspended()
    blank = {"reason": "nobody's", "bank_reference": " "}
    refused = await remitting.says(remitting.bob, deposit, "return", **blank)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/bank_reference"
    assert (await remitting.stands(deposit, "suspense"))["state"] == "suspense"


async def test_what_could_not_be_recorded_is_over(remitting: Remitting) -> None:
    """The same receipt typed twice is refused, and leaves nothing open; nor does one's own."""
    twice = {"method": "bank_transfer", **arrived(50_00, key("FED"))}
    answers = [
        await remitting.ada.post("/v1/staff/deposits/suspense", twice | {"payer": payer})
        for payer in ("Cora", "Cora Ng")
    ]
    assert [one.status_code for one in answers] == [201, 409]
    own = {"client": remitting.ada.id, "method": "bank_transfer", "amount": sum_of(50_00)}
    theirs = await remitting.ada.post("/v1/staff/deposits", own)
    assert (theirs.status_code, code(theirs)) == (403, "not_yours")
    drafts = "select count(*) from cases where state = 'draft'"
    async with remitting.world.engine.connect() as c:
        assert await c.scalar(text(drafts)) == 0
