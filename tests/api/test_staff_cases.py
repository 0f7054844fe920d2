"""Staff find the cases that need somebody, and can have a failing step tried again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from domain import commands as c
from domain.cases import Role
from ledger import radar
from tests.api.people import Person, code
from tests.holding.hands import decided, ended, leaves, rows, workflow
from tests.life import Life, eventually
from tests.world import World


async def found(life: Life, **query: Any) -> dict[str, dict[str, Any]]:
    """The lines of this life's cases in the list of staff, by their id."""
    staff, ours = life.world.house.staff, {life.job_id, life.dispute_id}
    lines: dict[str, dict[str, Any]] = {}
    while True:
        page = (await staff.get("/v1/staff/cases", limit=100, **query)).json()
        lines |= {line["id"]: line for line in page["items"] if line["id"] in ours}
        if page["next_cursor"] is None:
            return lines
        query["cursor"] = page["next_cursor"]


async def seen(world: World, **query: Any) -> list[str]:
    """The ids of all cases in the list of staff, in its order, from pages of two."""
    ids: list[str] = []
    query |= {"limit": 2}
    while query.get("cursor", "") is not None:
        page = (await world.house.staff.get("/v1/staff/cases", **query)).json()
        ids += [line["id"] for line in page["items"]]
        query["cursor"] = page["next_cursor"]
    return ids


async def test_open_cases_are_listed_with_whose_turn_it_is(life: Life) -> None:
    """The job and its dispute, until they are over."""
    await life.rejected()
    await life.open_dispute()
    lines = await found(life)
    assert lines.keys() == {life.job_id, life.dispute_id}
    job, dispute = lines[life.job_id], lines[life.dispute_id]
    assert (job["kind"], job["state"], job["turn"]) == ("job", "rejection_open", "freelancer")
    assert (dispute["kind"], dispute["turn"]) == ("dispute", "freelancer")
    assert job["due_at"] == dispute["due_at"] == (await life.shown())["if_nobody_acts"]["at"]
    assert (job["title"], job["overdue"], job["staff_tasks"]) == ("A logo", False, [])
    await life.client_does(c.Approve)
    assert await found(life) == {}


async def test_cases_are_listed_newest_first_and_each_once(world: World) -> None:
    """Jobs and disputes together, in pages."""
    ours = []
    for _ in range(3):
        other = await (await Life.begin(world)).rejected()
        ours += [other.job_id, await other.open_dispute()]
    found = await seen(world)
    assert len(found) == len(set(found))
    assert [case for case in found if case in ours] == ours[::-1]


@pytest.mark.parametrize(
    ("reach", "turn"),
    [
        ("offered", "freelancer"),
        ("in_review", "client"),
        ("in_mediation", "mediator"),
        ("staff_review", "staff"),
    ],
)
async def test_cases_can_be_listed_by_whose_turn_it_is(life: Life, reach: str, turn: str) -> None:
    """In that list, and in no other."""
    await getattr(life, reach)()
    await life.open_dispute()
    for other in ("client", "freelancer", "mediator", "staff"):
        assert bool(await found(life, turn=other)) == (other == turn)
    answer = await life.world.house.staff.get("/v1/staff/cases", turn="clock")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "turn")


async def test_what_waits_for_staff_counts_as_stuck(life: Life) -> None:
    """A case others still have time for does not."""
    await life.in_review()
    assert await found(life, stuck=True) == {}
    await life.client_does(c.RequestRejection)
    await life.open_dispute()
    assert await found(life, stuck=True) == {}
    await life.freelancer_does(c.HireMediator)
    await life.mediator_does(c.AcceptAppointment)
    await life.mediator_does(c.Propose)
    await life.client_does(c.RefuseProposal)
    assert (await found(life, stuck=True)).keys() == {life.job_id, life.dispute_id}


async def test_an_open_staff_task_is_listed_until_staff_decide(world: World) -> None:
    """A reminder that nobody got leaves a task on the case, and opens Resolve to staff."""
    life = await Life.begin(world, client_at="later.example")
    await life.in_review()
    await life.until(await life.due())
    await eventually(lambda: has_tasks(life))
    line = (await found(life, stuck=True))[life.job_id]
    assert [task["kind"] for task in line["staff_tasks"]] == ["notice_not_proven"]
    shown = await life.shown(Role.STAFF)
    assert shown["staff_tasks"] == line["staff_tasks"]
    assert {"resolve", "pause_clock"} == {action["command"] for action in shown["actions"]}
    assert (await life.shown())["staff_tasks"] is None
    await life.staff_does(c.Resolve, ends="release")
    assert await found(life, stuck=True) == {}


async def test_a_decision_nobody_acts_on_counts_as_stuck(
    life: Life, unheard: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its workflow heard nothing; once it has acted, the case is no longer listed."""
    await life.in_review()
    revision = await leaves(life, Role.CLIENT, c.RequestRevision, unheard)
    assert await found(life, stuck=True) == {}
    monkeypatch.setattr(radar, "UNDECIDED_AFTER", timedelta(0))
    assert (await found(life, stuck=True)).keys() == {life.job_id}
    await workflow(life.world, life.job_id).signal("request_revision", revision)
    await eventually(lambda: decided(life.world, revision))
    assert await found(life, stuck=True) == {}


async def test_stuck_cases_are_listed_oldest_first(world: World) -> None:
    """Jobs and disputes together, in pages, as they came on the radar."""
    ours: list[str] = []
    for _ in range(3):
        life = await (await Life.begin(world)).staff_review()
        ours += [life.job_id, await life.open_dispute() or ""]
    assert [case for case in await seen(world, stuck=True) if case in ours] == ours


async def test_a_case_past_its_time_counts_as_stuck(world: World, life: Life) -> None:
    """Its clock should have acted; somebody has to look why it has not."""
    await life.in_review()
    await rows(
        world,
        "update cases set wake_at = now() - interval '1 minute' where id = :job returning id",
        job=life.job_id,
    )
    line = (await found(life, stuck=True))[life.job_id]
    assert line["overdue"] is True
    assert [reason["why"] for reason in line["stuck"]] == ["overdue"]
    await rows(
        world,
        "update cases set wake_at = now() + interval '1 day' where id = :job returning id",
        job=life.job_id,
    )
    assert await found(life, stuck=True) == {}


async def test_a_retry_is_told_to_the_workflow(world: World, life: Life) -> None:
    """Of a job or a dispute; harmless when nothing fails, and when it is repeated."""
    await life.rejected()
    await life.open_dispute()
    for case in (life.job_id, life.dispute_id):
        for _ in range(2):
            answer = await retried(world.house.staff, case)
            assert answer == (200, {"case_id": case, "told": True})
    await life.client_does(c.Approve)
    await eventually(lambda: ended(world, life.job_id))
    answer = await retried(world.house.staff, life.job_id)
    assert answer == (200, {"case_id": life.job_id, "told": False})


async def test_a_retry_needs_a_case_a_key_and_temporal(
    world: World, life: Life, unheard: AsyncClient
) -> None:
    """404, 400 and 503 say which was missing."""
    await life.offered()
    staff = world.house.staff
    assert (await retried(staff, "job_01m83y1rnyet7bmhrbttj3yvdx"))[0] == 404
    path = f"/v1/staff/cases/{life.job_id}/retry"
    answer = await world.http.post(path, headers=staff.headers())
    assert (answer.status_code, code(answer)) == (400, "idempotency_key_missing")
    answer = await replace(staff, http=unheard).post(path)
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def has_tasks(life: Life) -> bool:
    return bool((await life.shown(Role.STAFF))["staff_tasks"])


async def retried(person: Person, case: str) -> tuple[int, dict[str, Any]]:
    answer = await person.post(f"/v1/staff/cases/{case}/retry")
    return answer.status_code, answer.json()
