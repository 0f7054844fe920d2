"""Each way in which a case can stick is on the radar, with its reason, until it is solved."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

import metrics
from activities.gauges import Gauges
from domain import commands as c
from domain.cases import Role
from ledger import radar
from tests.holding.faults import Failing
from tests.holding.hands import (
    commit,
    decided,
    ended,
    hands,
    leaves,
    policy,
    rows,
    unstarted_dispute,
    workflow,
)
from tests.holding.test_failures import FOR_GOOD, PASSING, retried, stuck
from tests.life import Life, eventually
from tests.world import World

SOON = timedelta(seconds=1.5)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is late at all is on the radar."""
    monkeypatch.setattr(radar, "UNDECIDED_AFTER", timedelta(0))
    monkeypatch.setattr(radar, "OVERDUE_AFTER", timedelta(0))


async def seen(life: Life, case_id: str = "") -> list[str]:
    """Why the case, by default the job, is on the radar of staff."""
    staff, why, query = life.world.house.staff, [], {"stuck": True, "limit": 100}
    while True:
        page = (await staff.get("/v1/staff/cases", **query)).json()
        found = [one for one in page["items"] if one["id"] == (case_id or life.job_id)]
        why += [reason["why"] for line in found for reason in line["stuck"]]
        assert all(_past(reason["since"]) for line in found for reason in line["stuck"])
        if page["next_cursor"] is None:
            return why
        query["cursor"] = page["next_cursor"]


async def becomes(life: Life, *why: str, case_id: str = "") -> None:
    """The radar says this of the case, now or in a moment; nothing: it has left the radar."""
    now: list[str] = []

    async def says() -> bool:
        now[:] = await seen(life, case_id)
        return now == list(why)

    await eventually(says)
    assert now == list(why)
    await Gauges(life.world.engine).read()
    assert all(_gauged(reason) for reason in why)


async def test_a_decision_whose_step_keeps_failing(
    world: World, life: Life, impatient: None
) -> None:
    """Undecided, and `Stuck` in Temporal; staff have it tried again."""
    fault = Failing("commit_step", PASSING, times=0)
    async with hands(world, fault):
        await life.in_review()
        fault.times = 1_000
        approval = await leaves(life, Role.CLIENT, c.Approve)
        await becomes(life, "undecided")
        await eventually(lambda: stuck(life))
        fault.times = 0
        assert await retried(life)
        await eventually(lambda: decided(world, approval))
        await becomes(life)


async def test_a_clock_whose_step_keeps_failing(world: World, life: Life, impatient: None) -> None:
    """Overdue, and `Stuck` in Temporal; staff have it tried again."""
    fault = Failing("commit_step", PASSING, times=0)
    with policy(world, offer_period=SOON):
        async with hands(world, fault):
            await life.offered()
            fault.times = 1_000
            await becomes(life, "overdue")
            await eventually(lambda: stuck(life))
            fault.times = 0
            assert await retried(life)
            await becomes(life)
    assert await life.states() == ("lapsed", None)


async def test_no_worker(world: World, life: Life) -> None:
    """Overdue, until there is one; operators find it by its deadline too."""
    with policy(world, offer_period=SOON):
        async with hands(world):
            await life.offered()
        await becomes(life, "overdue")
        late = f"ExecutionStatus = 'Running' and NextDeadline < '{datetime.now(UTC).isoformat()}'"
        await eventually(lambda: _found(life, late))
        async with hands(world):
            await becomes(life)
            await eventually(lambda: _lost(life, late))


async def test_a_timer_that_waits_for_a_later_moment(world: World, life: Life) -> None:
    """Overdue by its row; staff have its workflow look again."""
    async with hands(world):
        await life.offered()
        past = "now() - '1 h'::interval"
        moved = f"data = jsonb_set(data, '{{timers,0,at}}', to_jsonb({past})), wake_at = {past}"
        await rows(world, f"update cases set {moved} where id = :job returning id", job=life.job_id)
        await becomes(life, "overdue")
        assert await retried(life)
        await becomes(life)


async def test_a_signal_that_was_lost(world: World, life: Life, unheard: AsyncClient) -> None:
    """Undecided; staff have it signalled again."""
    async with hands(world):
        await life.offered()
        refusal = await leaves(life, Role.FREELANCER, c.Decline, unheard)
        await becomes(life, "undecided")
        assert await retried(life)
        await eventually(lambda: decided(world, refusal))
        await becomes(life)


async def test_a_workflow_that_is_gone(world: World, life: Life) -> None:
    """Somebody terminated it: overdue when its moment comes; staff have it started again."""
    with policy(world, offer_period=SOON):
        async with hands(world):
            await life.offered()
            await workflow(world, life.job_id).terminate()
            await becomes(life, "overdue")
            assert await retried(life)
            await becomes(life)
            await eventually(lambda: ended(world, life.job_id))


async def test_a_dispute_whose_workflow_never_started(world: World, life: Life) -> None:
    """Its parent died between the row and the child; staff have it started from its row."""
    with policy(world, rejection_period=SOON, rejection_reminders=()):
        dispute = await unstarted_dispute(world, life)
        await becomes(life, "overdue", case_id=dispute)
        async with hands(world):
            assert await retried(life, dispute)
            # It lives again: its clock finds that nobody was reminded, and asks staff to look.
            await becomes(life, "task_open", case_id=dispute)
            await life.freelancer_does(c.AcceptRejection)
            await becomes(life, case_id=dispute)


@pytest.mark.parametrize("fails", [False, True], ids=["refused later", "activity fails"])
async def test_a_reminder_that_nobody_got(world: World, life: Life, fails: bool) -> None:
    """Silence proves nothing: a task opens; staff rule by hand."""
    life = await Life.begin(world, client_at="example.com" if fails else "later.example")
    faults = [Failing("send_reminder", FOR_GOOD)] if fails else []
    async with hands(world, *faults):
        await life.in_review()
        await life.until(await life.due())
        await eventually(lambda: _has_task(life))
        assert await _tasks(life) == ["task_open"]
        await eventually(lambda: _found(life, "StaffTask = 'notice_not_proven'"))
        await life.staff_does(c.Resolve, ends="release")
        await eventually(lambda: _found(life, "StaffTask is null"))
        assert await _tasks(life) == []


async def test_what_waits_for_a_ruling(world: World, life: Life) -> None:
    """The mediation failed: staff owe the next step, on job and dispute; they rule."""
    async with hands(world):
        await life.staff_review()
        await becomes(life, "waits_for_staff")
        await becomes(life, "waits_for_staff", case_id=await life.open_dispute() or "")
        await eventually(lambda: _found(life, "Owner = 'staff'"))
        await life.staff_does(c.Resolve)
        await becomes(life)
        await eventually(lambda: _lost(life, "Owner = 'staff'"))


async def test_a_ruling_that_waits_for_a_second_person(world: World) -> None:
    """A large one is nobody's alone; the second person confirms."""
    life = await Life.begin(world, price=6_000_00)
    async with hands(world):
        await life.ruled()
        await becomes(life, "waits_for_staff")
        answer = await life.asks(Role.STAFF, c.Confirm, world.house.second)
        assert answer.status_code == 200, answer.text
        await becomes(life)


async def test_a_pause_that_nobody_ends(world: World, life: Life) -> None:
    """A pause ends by itself; when that did not happen it is overdue, and staff end it."""
    async with hands(world):
        await life.in_review()
        until = (datetime.now(UTC) + SOON).isoformat()
        await life.staff_does(c.PauseClock, until=until, reason="illness")
    await becomes(life, "overdue")
    resumed = await leaves(life, Role.STAFF, c.ResumeClock)
    async with hands(world):
        await eventually(lambda: decided(world, resumed))
        await becomes(life)


async def test_each_reason_is_counted(world: World, life: Life) -> None:
    """The metric says how many cases there are for each, none included."""
    async with hands(world):
        async with world.engine.connect() as connection:
            before = await radar.counted(connection)
        await life.staff_review()
        async with world.engine.connect() as connection:
            now = await radar.counted(connection)
    await Gauges(world.engine).read()
    assert set(now) == set(radar.REASONS)
    assert all(_gauged(why) >= 0 for why in now)
    assert _gauged("waits_for_staff") == now["waits_for_staff"].many
    assert now["waits_for_staff"].many == before["waits_for_staff"].many + 2
    assert now["waits_for_staff"].oldest_s >= before["waits_for_staff"].oldest_s
    assert (now["failing"].many > 0) == (now["failing"].oldest_s > 0)


async def test_what_came_too_late_is_on_the_radar_of_a_case_that_is_over(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """Its sender still waits for an answer: the list has what the metric counts."""
    async with hands(world):
        await life.in_review()
    approval = await leaves(life, Role.CLIENT, c.Approve, unheard)
    late = await leaves(life, Role.CLIENT, c.RequestRevision, unheard)
    await commit(world, life.job_id, version=3, instruction_id=approval)
    assert (await life.states())[0] == "completed"
    await becomes(life, "undecided")
    async with world.engine.connect() as connection:
        counted = await radar.counted(connection)
    assert counted["undecided"].many >= 1
    async with hands(world):
        assert await retried(life)
        await eventually(lambda: decided(world, late))
        await becomes(life)


async def test_the_list_begins_with_what_waits_the_longest(world: World) -> None:
    """Whenever the case was opened; page by page, though one may have left the list meanwhile."""
    async with hands(world):
        lives = [await (await Life.begin(world)).offered() for _ in range(3)]
    for hours, one in enumerate(lives, 1):
        past = f"wake_at = now() - '{hours} h'::interval"
        await rows(world, f"update cases set {past} where id = :job returning id", job=one.job_id)
    ids = [one.job_id for one in lives]
    staff, query, found = world.house.staff, {"stuck": True, "limit": 1}, list[str]()
    while True:
        page = (await staff.get("/v1/staff/cases", **query)).json()
        found += [line["id"] for line in page["items"] if line["id"] in ids]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == ids[::-1]
    made_up = await staff.get("/v1/staff/cases", stuck=True, cursor="am9iXzE=")
    assert made_up.status_code == 422
    later = "wake_at = now() + '1 h'::interval"
    for one in lives:
        await rows(world, f"update cases set {later} where id = :job returning id", job=one.job_id)


async def test_a_step_that_keeps_failing_after_money_came(world: World) -> None:
    """Nobody decided and no moment has passed: it is on the radar all the same, while it fails."""
    life = await Life.begin(world, wallet=0)
    terms = "update cases set terms = cast(:terms as jsonb) where id = :job returning terms"
    async with hands(world):
        await life.awaiting_funds()
        [kept] = await rows(world, "select terms from cases where id = :job", job=life.job_id)
        await rows(world, terms, job=life.job_id, terms="{}")
        await life.money_comes(life.price)
        await becomes(life, "failing")
        [noted] = await rows(
            world, "select what from failing_step where case_id = :job", job=life.job_id
        )
        assert noted.what.startswith("ValidationError: in ")
        await rows(world, terms, job=life.job_id, terms=json.dumps(kept.terms))
        await becomes(life)
    assert (await life.states())[0] == "in_progress"


def _gauged(why: str) -> float:
    """How many cases the metric says are on the radar for this."""
    found = metrics.REGISTRY.get_sample_value("peerok_stuck_cases", {"why": why})
    assert found is not None, "each reason has its gauge, at zero too"
    return found


async def _tasks(life: Life) -> list[str]:
    """The open tasks, whatever else is late: here the workflow's time is ahead of the radar's."""
    ids = [life.job_id]
    async with life.world.engine.connect() as connection:
        found = (await radar.blips(connection, ids))[life.job_id]
    return [blip.why for blip in found if blip.why == "task_open"]


async def _has_task(life: Life) -> bool:
    return bool((await life.shown(Role.STAFF))["staff_tasks"])


async def _found(life: Life, query: str) -> bool:
    """Whether operators find the job by this in the Temporal UI."""
    found = life.world.temporal.list_workflows(f"{query} and WorkflowId = 'job/{life.job_id}'")
    return [one.id async for one in found] != []


async def _lost(life: Life, query: str) -> bool:
    """Whether they find it no longer."""
    return not await _found(life, query)


def _past(moment: Any) -> bool:
    return datetime.fromisoformat(moment) <= datetime.now(UTC)
