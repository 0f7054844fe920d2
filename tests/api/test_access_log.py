"""The client of a job learns who looked at its brief and files, and when; nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from domain import commands as c
from domain.cases import Role
from ledger.database import connect
from tests.api.owner import url_of_owner
from tests.api.people import Person, code, sign, signup
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World


async def log(life: Life, person: Person | None = None, **query: Any) -> list[dict[str, Any]]:
    """The log of the job as this one reads it, newest first."""
    got = await (person or life.client).get(f"/v1/jobs/{life.job_id}/access-log", **query)
    assert got.status_code == 200, got.text
    items: list[dict[str, Any]] = got.json()["items"]
    return items


def told(items: list[dict[str, Any]]) -> set[tuple[str, str | None, str, str | None]]:
    """Who looked at what, whenever; the clock's minutes may have turned in between."""
    return {(one["role"], one["person_id"], one["what"], one["file_name"]) for one in items}


async def uploaded(person: Person, name: str) -> str:
    file = await person.upload(name.encode(), {"X-File-Name": name})
    return str(file.json()["id"])


async def test_a_freelancer_who_reads_brief_and_files_is_in_it(life: Life) -> None:
    """With name, role and moment; the client's own looks at their own are not."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    plan = await uploaded(life.client, "plan.txt")
    await life.offered(files=[plan])
    await life.client.get(f"/v1/files/{plan}")
    await life.shown()
    assert await log(life) == []
    await life.shown(Role.FREELANCER)
    assert (await life.freelancer.get(f"/v1/files/{plan}")).content == b"plan.txt"
    found = await log(life)
    who = life.freelancer.id
    expected = {("brief", None), ("file", "plan.txt")}
    assert told(found) == {("freelancer", who, what, name) for what, name in expected}
    assert found[0]["file_id"] == plan and found[0]["what"] == "file"
    assert {one["name"] for one in found} == {(await life.shown())["freelancer"]["name"]}
    assert all(datetime.fromisoformat(one["at"]) > before for one in found)


async def test_what_stayed_closed_was_not_looked_at(world: World, life: Life) -> None:
    """Without the NDA neither brief nor file are opened, and nothing is written."""
    life.freelancer = await signup(world.http, "Fay")
    plan = await uploaded(life.client, "plan.txt")
    await life.offered(files=[plan])
    await life.shown(Role.FREELANCER)
    assert code(await life.freelancer.get(f"/v1/files/{plan}")) == "nda_missing"
    stranger = await world.person("stranger")
    assert code(await stranger.get(f"/v1/files/{plan}")) == "not_found"
    assert await log(life) == []
    await sign(life.freelancer)
    await life.shown(Role.FREELANCER)
    assert {one["what"] for one in await log(life)} == {"brief"}


async def test_a_delivery_that_its_client_downloads_is_in_it(life: Life) -> None:
    """It is the freelancer's file; in a 304 and in a part of it too; its owner looks unseen."""
    await life.in_progress()
    work = await uploaded(life.freelancer, "work.txt")
    await life.freelancer_does(c.Deliver, files=[work])
    await life.freelancer.get(f"/v1/files/{work}")
    assert "file" not in {one["what"] for one in await log(life)}
    headers = life.client.headers() | {"Range": "bytes=0-1"}
    assert (await life.world.http.get(f"/v1/files/{work}", headers=headers)).status_code == 206
    assert ("client", life.client.id, "file", "work.txt") in told(await log(life))


async def test_a_case_file_shows_the_brief_too(life: Life) -> None:
    """However somebody gets to read it."""
    await life.offered()
    got = await life.freelancer.get(f"/v1/jobs/{life.job_id}/case-file")
    assert b"In blue" in got.content
    assert told(await log(life)) == {("freelancer", life.freelancer.id, "brief", None)}
    before = await log(life)
    await life.client.get(f"/v1/jobs/{life.job_id}/case-file")
    assert await log(life) == before


async def test_a_decision_is_answered_with_the_brief_and_written_down(life: Life) -> None:
    """The answer shows the job as a look at it would."""
    await life.offered()
    await life.freelancer_does(c.Accept)
    assert told(await log(life)) == {("freelancer", life.freelancer.id, "brief", None)}


async def test_looks_within_a_minute_are_one_row(life: Life) -> None:
    """Twenty at once; a clock that turns the minute meanwhile makes two of it."""
    plan = await uploaded(life.client, "plan.txt")
    await life.offered(files=[plan])
    path = f"/v1/files/{plan}"
    got = await asyncio.gather(*(life.freelancer.get(path) for _ in range(20)))
    assert {one.status_code for one in got} == {200}
    assert 1 <= len(await log(life)) <= 2
    query = "select minute from case_access where case_id = :j"
    minutes = [row.minute for row in await rows(life.world, query, j=life.job_id)]
    assert len(minutes) == len(set(minutes))


async def test_the_house_is_told_by_its_role_to_the_client(world: World, life: Life) -> None:
    """Mediators by name while the case is theirs; staff know who each of them was."""
    photo = await uploaded(life.client, "photo.txt")
    await life.in_mediation()
    await life.client_does(c.AddStatement, files=[photo])
    mediator, staff = await life.person(Role.MEDIATOR), world.house.staff
    for person in (mediator, staff):
        await person.get(f"/v1/jobs/{life.job_id}")
        assert (await person.get(f"/v1/files/{photo}")).status_code == 200
    looks = ("mediator", mediator.id, "file", "photo.txt"), ("staff", staff.id, "brief", None)
    assert set(looks) <= told(await log(life, staff))
    assert looks[0] in told(await log(life))
    assert ("staff", None, "brief", None) in told(await log(life))
    assert staff.id not in str(await log(life)) and "Sam" not in str(await log(life))
    assert {one["case_id"] for one in await log(life)} == {life.job_id, life.dispute_id}
    await life.client_does(c.Approve)
    assert mediator.id not in str(await log(life)) and mediator.id in str(await log(life, staff))


async def test_nobody_else_reads_it(world: World, life: Life) -> None:
    """403 for the freelancer and the mediator, who know of the job; 404 for anybody else."""
    await life.in_mediation()
    path = f"/v1/jobs/{life.job_id}/access-log"
    for role in (Role.FREELANCER, Role.MEDIATOR):
        refused = await (await life.person(role)).get(path)
        assert (refused.status_code, code(refused)) == (403, "not_yours")
    stranger = await world.person("stranger")
    assert code(await stranger.get(path)) == "not_found"


async def test_it_is_read_page_by_page(life: Life) -> None:
    """Newest first, each look once; a cursor that was made up is refused."""
    files = [await uploaded(life.client, f"{n}.txt") for n in range(5)]
    await life.offered(files=files)
    for file in files:
        await life.freelancer.get(f"/v1/files/{file}")
    path, found = f"/v1/jobs/{life.job_id}/access-log", list[str]()
    cursor: dict[str, str] = {}
    while True:
        got = (await life.client.get(path, limit=2, **cursor)).json()
        found += [one["file_name"] for one in got["items"]]
        if got["next_cursor"] is None:
            break
        cursor = {"cursor": got["next_cursor"]}
    assert found == [f"{n}.txt" for n in reversed(range(5))]
    refused = await life.client.get(path, cursor="eC54")
    assert (refused.status_code, code(refused)) == (422, "invalid")


@asynccontextmanager
async def shut(world: World) -> AsyncIterator[AsyncClient]:
    """The application may not write to the log meanwhile; somebody who asks is told so."""
    owner = connect(url_of_owner(world), pool=1)
    transport = ASGITransport(world.app, raise_app_exceptions=False)
    try:
        async with owner.begin() as connection:
            await connection.execute(text("revoke insert on case_access from peerok_app"))
        async with AsyncClient(transport=transport, base_url="http://api.test") as http:
            yield http
    finally:
        async with owner.begin() as connection:
            await connection.execute(text("grant insert on case_access to peerok_app"))
        await owner.dispose()


@pytest.mark.parametrize("role", [Role.FREELANCER, Role.STAFF])
async def test_what_cannot_be_written_down_is_not_opened(life: Life, role: Role) -> None:
    """The log is shut: neither brief nor file leave the house; then all is as it was."""
    plan = await uploaded(life.client, "secret plan")
    await life.offered(files=[plan])
    person = await life.person(role)
    paths = [f"/v1/jobs/{life.job_id}", f"/v1/files/{plan}", f"/v1/jobs/{life.job_id}/case-file"]
    async with shut(life.world) as http:
        answers = [await http.get(path, headers=person.headers()) for path in paths]
    assert {one.status_code for one in answers} == {500}
    assert not [one for one in answers if b"secret" in one.content or b"In blue" in one.content]
    assert await log(life) == []
    assert [(await person.get(path)).status_code for path in paths] == [200] * 3
