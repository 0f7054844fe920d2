"""A request whose step is late: its run waits for it, or was approved and takes nobody in."""

import asyncio
from datetime import timedelta

from domain.cases import Withdrawal
from domain.paydays import Paydays
from domain.policy import Policy
from ledger import cases, payment_runs
from ledger.calendars import banking_calendar
from tests.withdrawals.leaving import Leaving, Run, falls_due

BANKING = banking_calendar()


async def test_while_a_request_gets_its_date_nobody_approves_the_run(leaving: Leaving) -> None:
    """Afterwards it is known that it was approved, and the request is for a later one."""
    withdrawal = await leaving.requested()
    run = await falls_due(leaving.world, withdrawal)
    late = await _asked_in_time(leaving, withdrawal["id"], run)
    async with leaving.world.engine.begin() as c:
        assert run.on not in await payment_runs.approved(c, late, BANKING)
        approving = asyncio.create_task(run.approved())
        await asyncio.sleep(0.5)
        assert not approving.done()
    assert (await approving).json()["approved"]
    async with leaving.world.engine.connect() as c:
        assert run.on in await payment_runs.approved(c, late, BANKING)


async def _asked_in_time(leaving: Leaving, case_id: str, run: Run) -> Withdrawal:
    """A withdrawal whose request met the run's cut-off by a second."""
    async with leaving.world.engine.connect() as c:
        pair = await cases.read(c, case_id)
    assert pair is not None and isinstance(pair.first, Withdrawal)
    ends = Paydays().cut_off(run.on, BANKING.of_banks, Policy().timezone)
    return pair.first.model_copy(update={"opened_at": ends - timedelta(seconds=1)})
