"""try"""
import time, asyncio
from domain import commands as c
from domain.policy import DAY, HOUR
from tests.life import Life
from datetime import timedelta
from typing import Any
from temporalio.testing import _timeskipping as ts


async def ff(life, moment):
    h = await life.clock()
    sk = life.world.skipper
    now = await sk.get_current_time(h)
    t = time.time()
    orig = sk._client.workflow_service.poll_workflow_execution_time_skipping
    r = await sk.fast_forward(h, moment - now)
    print("ff", moment - now, "->", r, round(time.time() - t, 2), await sk.get_current_time(h))
    print(await sk.get_time_skipping_info(h))


async def test_try(life: Life) -> None:
    """x"""
    await life.in_review()
    due = await life.due()
    await ff(life, due - DAY)
    await asyncio.sleep(2)
    h = await life.clock()
    print((await life.told())[-1].at, await life.now())
    await ff(life, due - DAY / 2)
    await ff(life, due + DAY / 2)
    print(await life.states(), await life.moved(), await life.event_times("review_ended"), due)
    async for e in h.fetch_history_events():
        print(e.event_id, e.event_time.ToDatetime(), e.event_type)
