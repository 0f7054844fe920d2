"""A worker dies with a step that counts; what comes meanwhile is seen by the next all the same."""

from datetime import UTC, datetime

from domain.outcome import TOLD, StepRequest
from domain.policy import Policy
from ledger import payment_runs, payouts
from ledger.calendars import banking_calendar
from ledger.payment_runs import Seen
from tests.holding.hands import books
from tests.withdrawals.leaving import Leaving, falls_due


async def test_an_answer_that_comes_while_its_worker_is_dead_is_taken(leaving: Leaving) -> None:
    """It is told once of both, and what it asks for was taken before: so it looks again."""
    withdrawal = await leaving.requested()
    run, world = await falls_due(leaving.world, withdrawal), leaving.world
    by = world.house.accountants[0].id
    async with world.engine.begin() as c:
        seen, now = Seen(1, 99_00), datetime.now(UTC)
        assert await payment_runs.approve(c, run.on, by, seen, now, Policy(), banking_calendar())
    request = StepRequest(case_id=withdrawal["id"], version=1, at=datetime.now(UTC))
    taken = await books(world).commit_step(request)
    assert taken.case.state == "sent" and not taken.look_again
    async with world.engine.begin() as c:
        await payouts.answer(c, run.on, by, paid=[withdrawal["id"]], failed={}, returned={})
    handle = world.temporal.get_workflow_handle(f"withdrawal/{withdrawal['id']}")
    await handle.signal(TOLD)
    assert (await leaving.stands(withdrawal, "paid"))["over"] is False
