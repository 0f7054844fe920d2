"""Before a tax form ends its person is told, and when it has, each once, whoever dies meanwhile."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities.housekeeper import Housekeeper
from domain.standing import Permission
from ledger import mails, people, tax_dates
from tests.ledger.test_tax_forms import signed, somebody, states
from tests.tax import w8ben, w9

LAST = date(2029, 12, 31)
"""The last day of a form that was signed in 2026."""
SUBJECTS = "select subject from notice where person_id = :person order by at, id"


def noon(day: date) -> datetime:
    """Of this day, in UTC: morning in New York."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


async def told(engine: AsyncEngine, person: str) -> list[str]:
    """What this person was told, with a mail each."""
    async with engine.connect() as c:
        mailed = (
            "select count(*) from mail join notice n on n.id = notice_id where n.person_id = :p"
        )
        subjects = [row.subject for row in await c.execute(text(SUBJECTS), {"person": person})]
        assert await c.scalar(text(mailed), {"p": person}) == len(subjects)
    return subjects


async def ben(engine: AsyncEngine) -> tuple[str, str]:
    """Somebody with a W-8BEN in force until `LAST`, and the form."""
    async with engine.begin() as c:
        person = await somebody(c, Permission.W8BEN)
        return person, await signed(c, person, w8ben())


async def look(engine: AsyncEngine, *before: int) -> None:
    """The loop looks so many days before the last one, twice each."""
    for days in before:
        for _ in range(2):
            await Housekeeper(engine).look(noon(LAST - timedelta(days=days)))


async def test_each_reminder_is_told_once_on_its_day(app: AsyncEngine) -> None:
    """90, 30 and 7 days before, with mails, and nothing a day earlier."""
    person, _ = await ben(app)
    for days, number in ((91, 0), (90, 1), (31, 1), (30, 2), (8, 2), (7, 3), (0, 3)):
        await look(app, days)
        assert len(await told(app, person)) == number
    assert set(await told(app, person)) == {"Your tax form is valid until December 31, 2029"}


async def test_after_days_without_a_worker_one_reminder_is_told(app: AsyncEngine) -> None:
    """The nearest; those before it are not caught up with."""
    person, _ = await ben(app)
    await look(app, 20, 10, 5)
    assert len(await told(app, person)) == 2


async def test_a_loop_that_dies_before_its_commit_tells_at_the_next_look(app: AsyncEngine) -> None:
    """Neither is lost nor told twice: the note and the notice are one transaction."""
    person, _ = await ben(app)
    async with app.connect() as c:
        assert await tax_dates.remind(c, LAST - timedelta(days=90))
        await c.rollback()
    assert await told(app, person) == []
    await look(app, 90)
    assert len(await told(app, person)) == 1


async def test_two_workers_tell_one_reminder_and_one_end(app: AsyncEngine) -> None:
    """Whoever is second finds it told."""
    person, form = await ben(app)
    keepers = [Housekeeper(app) for _ in range(4)]
    for day, number in ((LAST - timedelta(days=7), 1), (LAST + timedelta(days=1), 2)):
        await asyncio.gather(*(one.look(noon(day)) for one in keepers))
        assert len(await told(app, person)) == number
    async with app.connect() as c:
        assert await states(c, person) == {form: "expired"}


async def test_a_newer_form_ends_the_reminders(app: AsyncEngine) -> None:
    """Of the one before nobody hears any more."""
    person, _ = await ben(app)
    await look(app, 90)
    async with app.begin() as c:
        await signed(c, person, w8ben(), LAST - timedelta(days=60))
    await look(app, 30, 7, -1)
    assert len(await told(app, person)) == 1


async def test_whose_answers_call_for_another_form_is_not_reminded(app: AsyncEngine) -> None:
    """They could not sign this one again."""
    person, _ = await ben(app)
    async with app.begin() as c:
        await people.answer(c, person, us_citizen=True, lives_in_us=True, permitted=None)
    await look(app, 90, 30, 7)
    assert await told(app, person) == []


@pytest.mark.parametrize(("hour", "state"), [(4, "signed"), (5, "expired")])
async def test_the_last_day_ends_at_midnight_in_new_york(
    app: AsyncEngine, hour: int, state: str
) -> None:
    """Five hours after it does in UTC."""
    person, form = await ben(app)
    await Housekeeper(app).look(datetime(2030, 1, 1, hour, tzinfo=UTC) - timedelta(minutes=1))
    async with app.connect() as c:
        before = await states(c, person)
    await Housekeeper(app).look(datetime(2030, 1, 1, hour, tzinfo=UTC))
    async with app.connect() as c:
        assert (before, await states(c, person)) == ({form: "signed"}, {form: state})


async def test_forms_that_end_are_marked_and_told_once(app: AsyncEngine) -> None:
    """A day later than their last; a W-9 never."""
    long_ago, last = date(1990, 5, 1), date(1993, 12, 31)
    async with app.begin() as c:
        person, american = await somebody(c, Permission.W8BEN), await somebody(c)
        await signed(c, person, w8ben(), long_ago)
        await signed(c, american, w9(), long_ago)
        assert await expired(c, last) == [0, 0]
        assert await expired(c, last + timedelta(days=1)) == [1, 0]
    assert await told(app, person) == ["Your tax form has expired"]
    assert await told(app, american) == []


async def test_many_ends_take_many_batches(
    app: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, one transaction tells a few."""
    monkeypatch.setattr(tax_dates, "BATCH", 2)
    begun = [await ben(app) for _ in range(5)]
    told_at = noon(LAST + timedelta(days=1))
    looks = 0
    while await Housekeeper(app).look(told_at):
        looks += 1
    assert looks >= 3
    for person, _ in begun:
        assert await told(app, person) == ["Your tax form has expired"]


async def expired(c: AsyncConnection, today: date) -> list[int]:
    """How many are marked on this day, and how many the second time."""
    return [await tax_dates.expire(c, today) for _ in range(2)]


async def test_a_mail_of_the_end_waits_to_be_sent(app: AsyncEngine) -> None:
    """It goes out with the others, by the loop that sends mails."""
    person, _ = await ben(app)
    await look(app, 90)
    async with app.begin() as c:
        found = set()
        while batch := await mails.claim(c, limit=500):
            found |= {row["address"] for row in batch}
        assert (await people.of(c, person))["email"] in found
        await c.rollback()
