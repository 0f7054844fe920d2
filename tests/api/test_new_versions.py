"""When a new version of the NDA comes into force, freelancers are asked to sign that one too."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import commands as c
from domain.cases import Role
from ledger.database import connect
from tests.api.owner import url_of_owner
from tests.api.people import Person, code, sign
from tests.life import Life
from tests.world import World

COMES = """
    insert into agreement (kind, version, body, in_force_at)
    values ('nda', 2, 'Version 2', now() + cast(:within as interval))
"""


@pytest.fixture
async def owner(world: World) -> AsyncIterator[AsyncEngine]:
    """The owner of the schema, who takes version 2 and its signatures away again."""
    engine = connect(url_of_owner(world), pool=1)
    yield engine
    async with engine.begin() as connection:
        for table in ("signature", "agreement"):
            await connection.execute(text(f"delete from {table} where version = 2"))
    await engine.dispose()


async def comes(owner: AsyncEngine, within: timedelta = timedelta(0)) -> None:
    """Version 2 comes into force."""
    async with owner.begin() as connection:
        await connection.execute(text(COMES), {"within": within})


async def signed(person: Person) -> list[tuple[int, bool]]:
    """The versions of the NDA this one signed, and which of them is in force."""
    found = (await person.get("/v1/me/signatures")).json()
    return [(one["version"], one["in_force"]) for one in found if one["kind"] == "nda"]


async def test_an_older_signature_opens_no_new_work(life: Life, owner: AsyncEngine) -> None:
    """Neither the brief nor the acceptance, until the version in force is signed."""
    await life.offered()
    assert (await life.shown(Role.FREELANCER))["brief"] == "In blue"
    await comes(owner)
    me = (await life.freelancer.get("/v1/me")).json()["nda"]
    assert (me["version"], me["in_force"]) == (1, False)
    shown = await life.shown(Role.FREELANCER)
    assert shown["brief"] is None and shown["freelancer_nda"]["in_force"] is False
    assert await life.refused(Role.FREELANCER, c.Accept) == "nda_missing"
    old = {"version": 1, "full_name": "Fay", "agree": True}
    assert code(await life.freelancer.post("/v1/me/nda", old)) == "seen_is_stale"
    await sign(life.freelancer)
    assert await signed(life.freelancer) == [(2, True), (1, False)]
    assert (await life.shown(Role.FREELANCER))["brief"] == "In blue"
    await life.freelancer_does(c.Accept)


async def test_a_version_that_is_not_in_force_yet_changes_nothing(
    life: Life, owner: AsyncEngine
) -> None:
    """It can be neither read nor signed, and the one before holds."""
    await life.offered()
    await comes(owner, timedelta(days=1))
    assert (await life.freelancer.get("/v1/nda")).json()["version"] == 1
    assert await signed(life.freelancer) == [(1, True)]
    early = {"version": 2, "full_name": "Fay", "agree": True}
    assert code(await life.freelancer.post("/v1/me/nda", early)) == "seen_is_stale"
    await life.freelancer_does(c.Accept)


async def test_the_client_learns_which_version_the_freelancer_signed(
    world: World, life: Life, owner: AsyncEngine
) -> None:
    """By which name and when; so do staff, and the freelancer."""
    await life.in_progress()
    [own] = (await life.freelancer.get("/v1/me/signatures")).json()
    expected = {name: own[name] for name in ("version", "full_name", "signed_at", "in_force")}
    for role in (Role.CLIENT, Role.STAFF, Role.FREELANCER):
        assert (await life.shown(role))["freelancer_nda"] == expected
    await comes(owner)
    assert (await life.shown())["freelancer_nda"] == expected | {"in_force": False}


async def test_signatures_are_ones_own(world: World) -> None:
    """Of both texts, the newest first; who signed nothing has none."""
    nobody = await world.http.get("/v1/me/signatures")
    assert (nobody.status_code, code(nobody)) == (401, "not_signed_in")
    found = (await world.house.staff.get("/v1/me/signatures")).json()
    assert {one["kind"] for one in found} >= {"undertaking"}
    times = [one["signed_at"] for one in found]
    assert times == sorted(times, reverse=True)


async def test_work_that_runs_goes_on_and_its_brief_waits_for_the_signature(
    life: Life, owner: AsyncEngine
) -> None:
    """Nobody is kept from delivering by a text that came later."""
    await life.in_progress()
    await comes(owner)
    assert (await life.shown(Role.FREELANCER))["brief"] is None
    await life.freelancer_does(c.Deliver)
    await sign(life.freelancer)
    assert (await life.shown(Role.FREELANCER))["brief"] == "In blue"
