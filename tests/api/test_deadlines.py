"""The calendar of what happens if nobody acts says what the cases say, to whom they say it."""

import hashlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from icalendar import Calendar
from sqlalchemy import text

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, sign, staff
from tests.life import Life
from tests.world import World

PATH = "/v1/me/deadlines.ics"


def events(answer: Response) -> dict[str, Any]:
    """The calendar's events by what they are of."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["UID"]).removesuffix("@peerok"): event for event in found}


async def calendar(person: Person) -> dict[str, Any]:
    return events(await person.get(PATH))


def alarms(event: Any) -> list[timedelta]:
    return [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]


async def address(world: World, person: Person) -> str:
    """A new secret address of the person, as a path of this API."""
    made = await person.http.post("/v1/me/deadlines-feed", headers=person.headers())
    assert made.status_code == 201
    whole = str(made.json()["address"])
    assert whole.startswith(f"{world.settings.public_url}{PATH}?feed=")
    return whole.removeprefix(world.settings.public_url)


async def test_an_open_case_is_an_event_at_its_due_time(life: Life) -> None:
    """In words, with the money it will move, whose turn it is, and where it is."""
    await life.in_review()
    for person, turn, reminded in (
        (life.client, "It is your turn.", [timedelta(days=-1), timedelta(hours=-6)]),
        (life.freelancer, "It is the client's turn.", []),
    ):
        found = await calendar(person)
        assert list(found) == [life.job_id]
        event = found[life.job_id]
        says = "the work counts as approved (freelancer gets 180.00 USD, platform gets 20.00 USD)"
        assert event["SUMMARY"] == f"If nobody acts: {says}"
        assert event["DTSTART"].dt == (await life.due()).replace(microsecond=0)
        link = f"{life.world.settings.public_url}/v1/jobs/{life.job_id}"
        assert str(event["DESCRIPTION"]).split("\n") == ["A logo", turn, link]
        assert alarms(event) == reminded


async def test_a_rejection_says_that_the_client_gets_everything(life: Life) -> None:
    """One event for a job and its open dispute, which decides about both."""
    await life.rejected()
    [event] = (await calendar(life.freelancer)).values()
    assert "rejected automatically" in event["SUMMARY"]
    assert "(client gets 200.00 USD)" in event["SUMMARY"]
    assert event["DTSTART"].dt == (await life.due()).replace(microsecond=0)


async def test_a_deadline_that_moved_replaces_the_event(life: Life) -> None:
    """The same UID with a higher SEQUENCE and a later LAST-MODIFIED."""
    await life.in_review()
    [before] = (await calendar(life.client)).values()
    until = (await life.now() + timedelta(days=3)).isoformat()
    await life.staff_does(c.PauseClock, until=until, reason="our mail is down")
    [after] = (await calendar(life.client)).values()
    assert after["UID"] == before["UID"] and after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after["DTSTART"].dt - before["DTSTART"].dt > timedelta(days=2)


async def test_the_sequence_never_goes_back(life: Life) -> None:
    """Not even when a dispute, with events of its own, is over."""
    seen = []
    await life.in_review()
    for command, role in (
        (c.RequestRejection, Role.CLIENT),
        (c.OfferSettlement, Role.FREELANCER),
        (c.WithdrawRejection, Role.CLIENT),
        (c.RequestRevision, Role.CLIENT),
    ):
        await life.does(role, command)
        [event] = (await calendar(life.client)).values()
        seen.append(int(event["SEQUENCE"]))
    assert seen == sorted(set(seen))


async def test_what_is_over_is_in_no_calendar(life: Life) -> None:
    """Nor is an offer that was never made."""
    await life.in_review()
    await life.client_does(c.Approve)
    assert await calendar(life.client) == {} == await calendar(life.freelancer)


async def test_a_mediator_sees_the_disputes_that_are_theirs(life: Life) -> None:
    """From being asked until it is decided; the others see nothing of it."""
    await life.appointing()
    mediator = await life.person(Role.MEDIATOR)
    event = (await calendar(mediator))[life.dispute_id]
    assert alarms(event) and str(event["DESCRIPTION"]).endswith(f"/v1/disputes/{life.dispute_id}")
    others = [m for m in life.world.house.mediators.values() if m.id != mediator.id]
    for other in others:
        assert life.dispute_id not in await calendar(other)
    await life.mediator_does(c.DeclineAppointment)
    assert life.dispute_id not in await calendar(mediator)


async def test_a_mediator_without_the_undertaking_learns_nothing(world: World, life: Life) -> None:
    """As on the case's own pages."""
    await life.appointing()
    unsigned = await staff(world.app, world.http, "mediator")
    async with world.engine.begin() as connection:
        query = text("update cases set mediator_id = :who where id = :case")
        values = {"who": unsigned.id, "case": life.dispute_id}
        before = await connection.scalar(
            text("select mediator_id from cases where id = :case"), {"case": life.dispute_id}
        )
        await connection.execute(query, values)
    try:
        assert await calendar(unsigned) == {}
        await sign(unsigned, "undertaking")
        assert list(await calendar(unsigned)) == [life.dispute_id]
    finally:
        async with world.engine.begin() as connection:
            await connection.execute(query, {"who": before, "case": life.dispute_id})


async def test_the_calendar_names_nobody(life: Life) -> None:
    """The other is their role; neither name nor address nor brief leaves the case's page."""
    await life.in_review()
    content = (await life.client.get(PATH)).text
    for secret in (life.freelancer.id, life.freelancer.email, "In blue"):
        assert secret not in content.replace("\r\n ", "")


async def test_a_calendar_program_needs_only_the_address(world: World, life: Life) -> None:
    """No token, no cookie; the same calendar, and a shared cache keeps none of it."""
    await life.in_review()
    path = await address(world, life.client)
    answer = await world.http.get(path)
    assert list(events(answer)) == [life.job_id]
    assert answer.headers["cache-control"].startswith("private")
    assert answer.content == (await life.client.get(PATH)).content


async def test_an_unchanged_calendar_is_not_sent_again(world: World, life: Life) -> None:
    """304 until something happens in one of the cases."""
    await life.in_review()
    path = await address(world, life.client)
    tag = {"If-None-Match": (await world.http.get(path)).headers["etag"]}
    again = await world.http.get(path, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    await life.client_does(c.RequestRevision)
    assert (await world.http.get(path, headers=tag)).status_code == 200


async def test_a_new_address_closes_the_one_before(world: World, life: Life) -> None:
    """And one that was revoked opens nothing; the token still does."""
    first, second = [await address(world, life.client) for _ in range(2)]
    assert (await world.http.get(first)).status_code == 404
    assert (await world.http.get(second)).status_code == 200
    assert (await life.client.delete("/v1/me/deadlines-feed")).status_code == 204
    assert (await world.http.get(second)).status_code == 404
    assert await calendar(life.client) == {}


async def test_only_the_hash_of_the_secret_is_kept(world: World, life: Life) -> None:
    """Whoever reads the table can open no calendar."""
    secret = (await address(world, life.client)).partition("feed=")[2]
    async with world.engine.connect() as connection:
        query = text("select hash from deadline_feed where person_id = :id")
        kept = await connection.scalar(query, {"id": life.client.id})
        replied = text("select count(*) from reply where body::text like :secret")
        assert await connection.scalar(replied, {"secret": f"%{secret}%"}) == 0
    assert len(secret) > 40 and kept == hashlib.sha256(secret.encode()).digest()


@pytest.mark.parametrize("secret", ["", "x", "%00", "é", "a" * 43])
async def test_a_made_up_address_opens_nothing(world: World, secret: str) -> None:
    """404, whether it looks like one or not."""
    answer = await world.http.get(f"{PATH}?feed={secret}")
    assert (answer.status_code, code(answer)) == (404, "not_found")


async def test_without_token_and_address_nobody_gets_in(world: World) -> None:
    """401; and the address opens nothing but the calendar, to nothing but GET."""
    answer = await world.http.get(PATH)
    assert (answer.status_code, code(answer)) == (401, "not_signed_in")


async def test_an_address_only_reads(world: World, life: Life) -> None:
    """Whoever finds it can neither renew it nor look at anything else."""
    path = await address(world, life.client)
    secret = path.partition("?")[2]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await world.http.request(method, path)).status_code == 405
    assert (await world.http.get(f"/v1/me?{secret}")).status_code == 401
    assert (await world.http.post(f"/v1/me/deadlines-feed?{secret}")).status_code == 401


async def test_asking_too_often_is_refused(world: World, life: Life) -> None:
    """Each person's feed has its own limit; guesses are counted by where they come from."""
    state = world.app.state
    kept = state.settings
    limits = {"feed_limit": "1/hour", "login_address_limit": "1/hour"}
    state.settings = kept.model_copy(update=limits)
    try:
        mine = [(await life.client.get(PATH)).status_code for _ in range(2)]
        theirs = (await life.freelancer.get(PATH)).status_code
        guesses = [(await world.http.get(f"{PATH}?feed=guess")).status_code for _ in range(2)]
    finally:
        state.settings = kept
    assert (mine, theirs, guesses) == ([200, 429], 200, [404, 429])


def test_the_list_of_requests_holds_no_secret_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """What the server logs of a request has the address without its secret."""
    log = logging.getLogger("uvicorn.access")
    line = ("1.2.3.4:5", "GET", f"{PATH}?feed=hushhush", "1.1", 200)
    with caplog.at_level(logging.INFO, logger=log.name):
        log.info('%s - "%s %s HTTP/%s" %d', *line)
    assert "hushhush" not in caplog.text and f"{PATH}?feed=…" in caplog.text
