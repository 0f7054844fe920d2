"""The books are checked by a schedule; what is wrong becomes a task, a mail and a metric."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.gauges import Gauges
from ledger import checking
from tests.api.people import code
from tests.api.test_measures import values
from tests.life import Life, eventually
from tests.world import World
from workflows import schedules

MOVED = "update account set balance_minor = balance_minor + :by where owner = :owner"
MAILS = """
    select m.status from mail m join notice n on n.id = m.notice_id
     where n.kind = 'staff_task_invariant' and n.person_id = :person
"""


@asynccontextmanager
async def tampered(superuser: AsyncEngine, owner: str) -> AsyncIterator[None]:
    """A cent appears on somebody's account, past all guards, and goes again."""
    for by in (1, -1):
        async with superuser.begin() as c:
            await c.execute(text("set local session_replication_role = replica"))
            kind = " and kind = 'credits'"
            await c.execute(text(MOVED + kind), {"by": by, "owner": owner})
        if by == 1:
            yield


async def tasks(world: World, **query: Any) -> list[dict[str, Any]]:
    """The tasks of staff that are of no case."""
    items: list[dict[str, Any]] = (await world.house.staff.get("/v1/staff/tasks", **query)).json()[
        "items"
    ]
    return items


async def triggered(world: World, check: str) -> None:
    """The schedule starts its check now."""
    await world.temporal.get_schedule_handle(f"check-books-{check}").trigger()


@pytest.mark.parametrize("check", ["newest", "all"])
async def test_tampering_is_found_by_the_schedule(
    world: World, superuser: AsyncEngine, check: str
) -> None:
    """A task and a mail for staff, a metric for operators; closed with a reason, once."""
    await schedules.ensure(world.temporal)
    life = await Life.begin(world)
    async with tampered(superuser, life.client.id):
        await triggered(world, check)

        async def found() -> bool:
            return any(life.client.id in task["what"] for task in await tasks(world))

        await eventually(found)
        # Found again, it is the same task, and the same mail.
        opened = await tasks(world)
        await checking.check(world.engine, check)
        assert await tasks(world) == opened
        await Gauges(world.engine).read()
        shown = await values(world.http, "peerok_invariant_violations")
        assert shown[check,] >= 1
        assert (await values(world.http, "peerok_staff_tasks"))["invariant",] == len(opened)
        staff = world.house.staff

        async def mailed() -> bool:
            async with world.engine.connect() as c:
                sent = list(await c.scalars(text(MAILS), {"person": staff.id}))
            return len(sent) >= len(opened) and set(sent) == {"accepted"}

        await eventually(mailed)
    for task in opened:
        path = f"/v1/staff/tasks/{task['id']}/close"
        closed = await staff.post(path, {"reason": "the cent was taken out again"})
        assert closed.status_code == 200, closed.text
        assert closed.json()["closed_by"] == staff.id
        again = await staff.post(path, {"reason": "twice"})
        assert (again.status_code, code(again)) == (409, "already_over")
    assert await tasks(world) == []
    assert {task["id"] for task in await tasks(world, closed=True)} >= {t["id"] for t in opened}
    assert await checking.check(world.engine, check) == 0
    await Gauges(world.engine).read()
    assert (await values(world.http, "peerok_invariant_violations"))[check,] == 0
    assert (await values(world.http, "peerok_staff_tasks"))["invariant",] == 0


async def test_schedules_are_made_once_and_what_was_paused_stays_paused(world: World) -> None:
    """A deploy may ensure them each time."""
    names = [f"check-books-{check}" for check in ("newest", "all", "outside")]
    assert await schedules.ensure(world.temporal) == names
    handle = world.temporal.get_schedule_handle("check-books-all")

    async def paused() -> bool:
        # Temporal takes an update and a pause that come at once in any order.
        await handle.pause()
        return (await handle.describe()).schedule.state.paused

    await eventually(paused)
    await schedules.ensure(world.temporal)
    assert (await handle.describe()).schedule.state.paused
    await handle.unpause()
    quick = await world.temporal.get_schedule_handle("check-books-newest").describe()
    assert [one.every for one in quick.schedule.spec.intervals] == [timedelta(minutes=5)]


async def test_only_sworn_staff_see_and_close_tasks(world: World) -> None:
    """A task names accounts; what is not shaped like a task's id is not there."""
    client = await world.person("client")
    assert (await client.get("/v1/staff/tasks")).status_code == 403
    path = "/v1/staff/tasks/task_01m83y1rnyet7bmhrbttj3yvdx/close"
    assert (await client.post(path, {"reason": "x"})).status_code == 403
    assert (await world.house.staff.post(path, {"reason": "x"})).status_code == 404
    assert (await world.house.staff.post(path, {})).status_code == 422


async def test_many_violations_are_few_tasks(
    world: World, superuser: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads a thousand mails; the last task says that there is more."""
    monkeypatch.setattr(checking, "MOST_TASKS", 1)
    life = await Life.begin(world)
    async with tampered(superuser, life.client.id):
        assert await checking.check(world.engine, "all") == 2
    opened = [task["what"] for task in await tasks(world)]
    assert len(opened) == 2 and "the check 'all' found even more" in opened
    for task in await tasks(world):
        path = f"/v1/staff/tasks/{task['id']}/close"
        assert (await world.house.staff.post(path, {"reason": "x"})).status_code == 200
