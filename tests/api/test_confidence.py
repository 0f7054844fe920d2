"""What is confidential opens with a promise: the brief, the house's doors, and never one's own."""

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code, sign, signup, staff
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World


@pytest.fixture
async def offered(world: World, life: Life) -> Life:
    """An offer with a file, to a freelancer who has signed nothing yet."""
    life.freelancer = await signup(world.http, "Fay")
    file = (await life.client.upload(b"secret plan")).json()["id"]
    return await life.offered(files=[file])


async def brief(life: Life, person: Person) -> tuple[str | None, int, int]:
    """The brief, how many files it has, and how many files are listed, for this person."""
    shown = (await person.get(f"/v1/jobs/{life.job_id}")).json()
    listed = (await person.get(f"/v1/jobs/{life.job_id}/files")).json()
    return shown["brief"], len(shown["brief_files"]), len(listed)


async def test_an_offer_is_seen_without_its_brief_until_the_nda_is_signed(offered: Life) -> None:
    """Title, price and time are open; the brief and its files are not."""
    assert await brief(offered, offered.client) == ("In blue", 1, 1)
    assert await brief(offered, offered.freelancer) == (None, 0, 0)
    shown = await offered.shown(Role.FREELANCER)
    assert (shown["title"], shown["price"]["amount_minor"]) == ("A logo", 200_00)
    [file] = (await offered.shown())["brief_files"]
    refused = await offered.freelancer.get(f"/v1/files/{file['id']}")
    assert (refused.status_code, code(refused)) == (403, "nda_missing")
    await sign(offered.freelancer)
    assert await brief(offered, offered.freelancer) == ("In blue", 1, 1)
    assert (await offered.freelancer.get(f"/v1/files/{file['id']}")).content == b"secret plan"


@pytest.mark.parametrize("role", ["staff", "head_of_support"])
async def test_the_house_looks_at_a_case_once_it_has_promised_silence(
    world: World, life: Life, role: str
) -> None:
    """Before the undertaking: 403 that says what to sign, for every page of the case."""
    await life.rejected()
    person = await staff(world.app, world.http, role)
    job = f"/v1/jobs/{life.job_id}"
    dispute = f"/v1/disputes/{(await life.shown())['dispute_id']}"
    paths = (job, f"{job}/timeline", f"{job}/files", dispute)
    for path in paths:
        refused = await person.get(path)
        assert (refused.status_code, code(refused)) == (403, "nda_missing")
        assert refused.json()["facts"] == {"agreement": "undertaking"}
    await sign(person, "undertaking")
    assert [(await person.get(path)).status_code for path in paths] == [200] * 4


async def test_accounting_has_no_part_in_a_case(world: World, life: Life) -> None:
    """Whoever confirms receipts learns nothing of what is made, or of who quarrels."""
    await life.rejected()
    person = await staff(world.app, world.http, "accounting")
    await sign(person, "undertaking")
    for path in (f"/v1/jobs/{life.job_id}", f"/v1/jobs/{life.job_id}/timeline"):
        assert (await person.get(path)).status_code == 404


async def test_staff_act_once_they_have_promised_silence(world: World, life: Life) -> None:
    """Neither list nor ruling nor retry before the undertaking, and nothing is recorded."""
    await life.staff_review()
    person = await staff(world.app, world.http, "staff")

    async def answers() -> list[Response]:
        return [
            await person.get("/v1/staff/cases"),
            await person.post(f"/v1/staff/cases/{life.job_id}/retry"),
            await life.asks(Role.STAFF, c.Resolve, person),
        ]

    assert [code(answer) for answer in await answers()] == ["nda_missing"] * 3
    query = "select 1 from instruction where caller_id = :id"
    assert not await rows(world, query, id=person.id)
    await sign(person, "undertaking")
    assert [answer.status_code for answer in await answers()] == [200, 200, 200]


@pytest.mark.parametrize("role", ["client", "freelancer", "head_of_support", "accounting"])
async def test_the_houses_doors_are_staffs(world: World, life: Life, role: str) -> None:
    """Parties and the rest of the house are told that this is for staff."""
    await life.staff_review()
    house = {"head_of_support": world.house.head, "accounting": world.house.accountants[0]}
    person = {"client": life.client, "freelancer": life.freelancer, **house}[role]
    for answer in (
        await person.get("/v1/staff/cases"),
        await person.post(f"/v1/staff/cases/{life.job_id}/retry"),
        await life.asks(Role.STAFF, c.Resolve, person),
    ):
        assert (answer.status_code, code(answer)) == (403, "not_yours")
    assert (await life.dispute_shown())["state"] == "staff_review"


@pytest.mark.parametrize("party", ["client", "freelancer"])
async def test_staff_do_not_decide_in_their_own_case(world: World, life: Life, party: str) -> None:
    """They see it as the party they are, and a ruling of theirs is refused and recorded."""
    insider = await world.person("insider", roles=["staff"], credits_minor=life.price)
    setattr(life, party, insider)
    await life.staff_review()
    shown = await life.dispute_shown(Role(party))
    assert (shown["your_role"], shown["workflow"], shown["staff_tasks"]) == (party, None, None)
    assert "resolve" not in {action["command"] for action in shown["actions"]}
    for path in (f"disputes/{life.dispute_id}", f"jobs/{life.job_id}"):
        body = {"ends": "release", "reasons": "mine"}
        refused = await insider.post(f"/v1/staff/{path}/resolve", body)
        assert (refused.status_code, code(refused)) == (403, "not_yours")
    query = "select outcome from instruction where caller_id = :id and command = 'resolve'"
    found = await rows(world, query, id=insider.id)
    assert [row.outcome["status"] for row in found] == ["refused", "refused"]
    await life.staff_does(c.Resolve)


async def test_a_ruling_is_the_parties_once_it_is_final(world: World) -> None:
    """While it waits for a second person, neither its words nor its sums are shown to them."""
    life = await (await Life.begin(world, price=2_000_00)).ruled(reasons="the work is missing")
    parties = (Role.CLIENT, Role.FREELANCER)
    assert (await life.dispute_shown(Role.STAFF))["ruling"]["reasons"] == "the work is missing"
    for role in parties:
        assert (await life.dispute_shown(role))["ruling"] is None
    assert ("dispute_resolved", None, {}) in await words(life)
    await life.staff_does(c.Refuse, person=world.house.second, reason="too hard on them")
    assert ("ruling_refused", None, {}) in await words(life)
    await life.staff_does(c.Resolve, reasons="nothing was delivered")
    await life.staff_does(c.Confirm, person=world.house.second)
    for role in parties:
        assert (await life.dispute_shown(role))["ruling"]["reasons"] == "nothing was delivered"
    said = [one[1] for one in await words(life) if one[0] == "dispute_resolved"]
    assert said == [None, "nothing was delivered"]


async def words(life: Life) -> list[tuple[str, str | None, dict[str, object]]]:
    """The timeline as the client reads it."""
    return [(one["kind"], one["said"], one["facts"]) for one in await life.timeline()]
