"""Withdrawals made by SQL are due, and a whole run is checked as each of them would be."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks import due, parties
from domain.policy import Policy
from ledger import agreements, payment_runs
from ledger.calendars import banking_calendar
from ledger.payment_runs import Seen
from ledger.payment_tables import payout
from ledger.sealed_values import SealingKeys

RUN, COUNT = date(2023, 3, 15), 8
NOT_IN_ORDER = (
    "update work_permission set result = 'not_allowed' where person_id like '%2'",
    "update work_permission set result = 'unclear' where person_id like '%3'",
    "update tax_form set state = 'superseded' where person_id like '%4'",
    "update payout_method set replaced_at = now() where person_id like '%5'",
    "update payout_method set replaced_at = now() where person_id like '%6'",
    "insert into payout_method (id, person_id, via, payload, key_id, last_four)"
    " select 'another', person_id, via, payload, key_id, last_four"
    "   from payout_method where person_id like '%6'",
)


async def test_a_run_is_checked_as_each_of_its_withdrawals_would_be(app: AsyncEngine) -> None:
    """People who lack different things are told apart, also once all of it is written."""
    by = await _made(app)
    at = datetime.now(UTC)
    async with app.begin() as c:
        for query in NOT_IN_ORDER:
            await c.execute(text(query))
        each = await _each(c, at)
        now = await payment_runs.summary(c, RUN, at)
        held = [one.withdrawal.id for one in await payment_runs.failing(c, RUN, at, now)]
        seen = Seen(now.count, now.sum_minor)
        given = Policy(second_approval_above_minor=seen.sum_minor), banking_calendar()
        assert await payment_runs.approve(c, RUN, by, seen, at, *given)
        rows = await c.execute(select(payout.c.withdrawal_id, payout.c.refusal))
        written = {row.withdrawal_id: row.refusal for row in rows}
    assert len(each) == COUNT and len(set(each.values())) == 6
    assert written == each and now.passing == 3
    assert held == [one for one, lacks in each.items() if lacks]


async def test_new_bank_details_are_told_from_old_ones(app: AsyncEngine) -> None:
    """A moment before their cool-down is over all are kept back, at that moment none is."""
    await _made(app)
    async with app.begin() as c:
        added_at = await c.scalar(text("select max(added_at) from payout_method"))
        over = added_at + Policy().payout_cool_down
        for at, passes in ((over - timedelta(microseconds=1), False), (over, True)):
            last = list((await _each(c, at)).values())[-1]
            now = await payment_runs.summary(c, RUN, at)
            assert (last is None) is passes
            assert (now.passing == COUNT) is passes


async def _made(app: AsyncEngine) -> str:
    """A run of eight, and somebody who may approve it."""
    async with app.begin() as c:
        await agreements.ensure(c)
    template = await due.paid_somewhere(app, SealingKeys(f"p1:{'3c' * 32}"), COUNT)
    await due.requested(app, template, RUN, COUNT)
    [accountant] = await parties.made(app, 1, roles=["accounting"])
    return accountant.id


async def _each(c: AsyncConnection, at: datetime) -> dict[str, str | None]:
    """What the law says of each, asked one by one."""
    page = await payment_runs.page(c, RUN, at, None, 50)
    return {one.withdrawal.id: one.refusal.detail if one.refusal else None for one in page}
