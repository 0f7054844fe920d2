"""Silence moves money only when the silent one was provably told, by real mails and notices."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY, HOUR
from local.mail import MailCatcher
from tests.life import Life
from tests.workflows.recipes import LARGE, D, J, stalled_review
from tests.workflows.waits import MOMENT, WAITS, Wait
from tests.world import World

MINUTE = timedelta(minutes=1)
every_wait = pytest.mark.parametrize("wait", WAITS.values(), ids=list(WAITS))


@every_wait
async def test_reminders_are_notices_and_mails_on_the_days_of_the_law(
    world: World, mail: MailCatcher, wait: Wait
) -> None:
    """Each is in the app's inbox and in the mailbox, on its day, and its delivery is recorded."""
    life = await wait.begun(world)
    begin, end = await life.now(), await life.due()
    await life.until(end - HOUR)
    reminders = await life.told("reminder")
    for role in wait.reminded:
        person = await life.person(role)
        theirs = [one for one in reminders if one.person_id == person.id]
        _on_time([one.at for one in theirs], _days(wait, begin, end))
        inbox = (await person.get("/v1/me/notices", limit=100)).json()["items"]
        assert {one.id for one in theirs} <= {one["id"] for one in inbox}
        caught = {one["message_id"]: one for one in mail.messages(person.email)}
        for one in theirs:
            assert (one.status, one.answer) == ("accepted", "OK")
            read = caught[f"<{one.mail_id}@peerok>"]["text"]
            assert one.body in read.replace("\r\n", "\n")
    assert len(reminders) == len(wait.reminded) * len(_days(wait, begin, end))


async def test_a_mailbox_that_refuses_for_good_was_told(world: World) -> None:
    """A working address is a duty under the terms: silence counts at its time."""

    async def silent(wait: Wait) -> None:
        life = await wait.begun(world, "refuse.example")
        await life.until(await life.due() + MOMENT)
        assert await life.states() == wait.states
        assert await life.moved() == wait.money
        person = await life.person(wait.silent)
        theirs = [one for one in await life.told("reminder") if one.person_id == person.id]
        assert {one.answer for one in theirs} == {"550 5.1.1 No such mailbox here"}

    await asyncio.gather(*(silent(wait) for wait in WAITS.values()))


async def test_whoever_opens_a_reminder_in_the_app_was_told(world: World) -> None:
    """Whatever becomes of the mails, silence counts at its time."""

    async def silent(wait: Wait) -> None:
        life = await wait.begun(world, "later.example")
        end = await life.due()
        await life.until(end - HOUR)
        await _open(life, wait.silent)
        await life.until(end + MOMENT)
        assert await life.states() == wait.states
        assert await life.moved() == wait.money

    await asyncio.gather(*(silent(wait) for wait in WAITS.values()))


async def test_without_proof_the_end_moves_by_five_days_until_there_is_some(world: World) -> None:
    """A passing fault of the mailbox proves nothing: the end moves, staff are told, every day."""

    async def silent(wait: Wait) -> None:
        life = await wait.begun(world, "later.example")
        # Any other notice of the case proves nothing of this wait.
        await _open(life, wait.silent, reminder=False)
        end = await _extended(life, times=2)
        await life.until(end - HOUR)
        await _open(life, wait.silent)
        await life.until(end + MOMENT)
        assert await life.states() == wait.states
        assert await life.moved() == wait.money

    await asyncio.gather(*(silent(wait) for wait in WAITS.values()))


async def _extended(life: Life, times: int) -> datetime:
    """The end moves so many times; staff have a task meanwhile, their head hears of it daily."""
    before, end = await life.states(), await life.due()
    for extension in range(1, times + 1):
        await life.until(end + MOMENT)
        extended = await life.event_times("deadline_extended")
        assert len(extended) == extension
        assert end <= extended[-1] < end + MINUTE
        assert await life.states() == before
        assert await _open_tasks(life) == ["notice_not_proven"]
        end = await life.due()
        assert end == extended[-1] + 5 * DAY
    first = (await life.event_times("deadline_extended"))[0]
    escalated = await life.event_times("task_escalated")
    _on_time(escalated, [first + n * DAY for n in range(1, len(escalated) + 1)])
    assert len(escalated) in (5 * (times - 1) - 1, 5 * (times - 1))
    head = life.world.house.head.id
    told = [one.at for one in await life.told("escalation") if one.person_id == head]
    assert told == [first, *escalated]
    return end


async def test_one_accepted_mail_is_no_proof_and_two_are(world: World, mail: MailCatcher) -> None:
    """While our mail server is dead nobody is told; one mail after that is not enough."""
    life = await WAITS["review"].begun(world)
    end = await life.due()
    mail.stop()
    try:
        await life.until(end - 7 * HOUR)
    finally:
        mail.start()
    assert {one.status for one in await life.told("reminder")} == {"pending"}
    await life.until(end + MOMENT)
    assert [one.status for one in await life.told("reminder")].count("accepted") == 1
    assert await life.states() == (J.IN_REVIEW, None)
    await life.until(end + 5 * DAY + MINUTE)
    assert await life.states() == (J.COMPLETED, None)


async def test_a_decision_closes_the_task_and_proof_begins_anew(world: World) -> None:
    """When the client acts after all staff have nothing to look at any more."""
    life = await Life.begin(world, client_at="later.example")
    await stalled_review(life)
    await life.client_does(c.RequestRevision)
    assert await _open_tasks(life) == []
    assert await life.refused(Role.STAFF, c.Resolve) == "condition_missing"


async def test_staff_resolve_a_large_job_only_with_a_second_person(world: World) -> None:
    """Above the limit the ruling waits; who ruled cannot confirm it, another person can."""
    life = await Life.begin(world, price=LARGE, client_at="later.example")
    await stalled_review(life)
    await life.staff_does(c.Resolve, ends="split", freelancer_minor=500_00)
    assert await life.states() == (J.REJECTION_OPEN, D.RULED)
    assert await life.refused(Role.STAFF, c.Confirm) == "condition_missing"
    await life.staff_does(c.Confirm, person=world.house.second)
    assert await life.states() == (J.SETTLED, D.EXECUTED)
    assert await life.moved() == {"client": -500_00, "freelancer": 450_00, "platform": 50_00}


def _days(wait: Wait, begin: datetime, end: datetime) -> list[datetime]:
    """The days of the table; the usual reminders also come at half time."""
    days = [(begin if day > timedelta(0) else end) + day for day in wait.days]
    if wait.period is None:
        days.append(begin + (end - begin) / 2)
    return sorted({day for day in days if day > begin + MINUTE})


def _on_time(times: Sequence[datetime], wanted: Sequence[datetime]) -> None:
    assert len(times) == len(wanted), (times, wanted)
    late = [time - want for time, want in zip(times, wanted, strict=True)]
    assert all(-MINUTE < by < MINUTE for by in late), late


async def _open(life: Life, role: Role, *, reminder: bool = True) -> None:
    """Somebody opens, in the app, the last reminder they got, or another notice."""
    person = await life.person(role)
    inbox = (await person.get("/v1/me/notices", limit=100)).json()["items"]
    notice = next(one for one in inbox if (one["kind"] == "reminder") is reminder)
    assert (await person.get(f"/v1/me/notices/{notice['id']}")).json()["opened_at"]


async def _open_tasks(life: Life) -> list[str]:
    """What staff find on this case among all that wait for them."""
    lines: list[dict[str, Any]] = []
    query: dict[str, Any] = {"stuck": True, "limit": 100}
    while query.get("cursor", "") is not None:
        page = (await life.world.house.staff.get("/v1/staff/cases", **query)).json()
        lines += [line for line in page["items"] if line["id"] in (life.job_id, life.dispute_id)]
        query["cursor"] = page["next_cursor"]
    return [task["kind"] for line in lines for task in line["staff_tasks"]]
