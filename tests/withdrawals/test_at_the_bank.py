"""What was paid out, and the books of whoever carried it: both say the same of each payment."""

from datetime import UTC, datetime

from domain.difference import Source
from domain.withdrawal import end_to_end_id
from ledger.reconciling import Finding
from papers.bank_csv import COLUMNS
from tests.api.test_bank_statements import imports, said
from tests.fakestripe.stand import Stand
from tests.outside import compared, found, key
from tests.withdrawals.connected import Connected
from tests.withdrawals.leaving import Leaving


async def test_a_payment_agrees_with_the_statement_when_it_goes_and_when_it_comes_back(
    leaving: Leaving,
) -> None:
    """By the name that we gave it, whatever the bank's own is."""
    withdrawal, run = await leaving.sent()
    await run.answered(paid=[withdrawal["id"]])
    await leaving.stands(withdrawal, "paid")
    await _booked(leaving, withdrawal["id"], "-99.00")
    assert await _told(leaving, withdrawal["id"]) == []
    back = [{"withdrawal": withdrawal["id"], "reason": "No such account"}]
    await run.answered(returned=back)
    await leaving.stands(withdrawal, "returned")
    assert len(await _told(leaving, withdrawal["id"])) == 1
    await _booked(leaving, withdrawal["id"], "99.00")
    assert await _told(leaving, withdrawal["id"]) == []


async def test_what_others_name_like_a_payment_of_ours_is_not_one(leaving: Leaving) -> None:
    """Whoever sends us money may call it what they like."""
    withdrawal, run = await leaving.sent()
    await run.answered(paid=[withdrawal["id"]])
    await leaving.stands(withdrawal, "paid")
    await _booked(leaving, withdrawal["id"], "-99.00")
    await _booked(leaving, withdrawal["id"], "5.00", returned="no")
    assert await _told(leaving, withdrawal["id"]) == []


async def test_what_is_under_way_at_stripe_is_no_difference(
    leaving: Leaving, out_stand: Stand
) -> None:
    """It is moved days before it is paid; the book has it in transit meanwhile."""
    one = await Connected.paid_by(out_stand, leaving)
    out_stand.control("faults", kind="500", path="/v1/payouts", method="POST", count=1000)
    withdrawal, _ = await one.sent()
    await one.waits(withdrawal, "transfer")
    assert await one.known(withdrawal, "transfer") not in await compared(one.world)


async def _booked(leaving: Leaving, case_id: str, amount: str, returned: str = "") -> None:
    """The bank's statement of today has this payment."""
    is_back = returned or ("no" if amount.startswith("-") else "yes")
    day, name = datetime.now(UTC).date(), end_to_end_id(case_id)
    line = f"123,{key('B')},{day},{amount},USD,Ana,,{name},{is_back}"
    ada, _ = leaving.world.house.accountants
    assert said(await imports(ada, f"{','.join(COLUMNS)}\n{line}".encode())) == (1, 1)


async def _told(leaving: Leaving, case_id: str) -> list[Finding]:
    """What the book and the bank say differently of this payment."""
    told = await found(leaving.world.engine, Source.BANK)
    names = (case_id, end_to_end_id(case_id))
    return [one for one in told.values() if any(name in one.about for name in names)]
