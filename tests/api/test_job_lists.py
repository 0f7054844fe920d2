"""Lists show a person's own jobs, newest first, each once, a page at a time; timelines likewise."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from domain import commands as c
from domain.cases import Role
from tests.api.people import Person, code
from tests.life import Life
from tests.world import World


@pytest.fixture(scope="module")
async def seven(world: World) -> Life:
    """A client with seven offers to one freelancer; the fourth was withdrawn."""
    life = await Life.begin(world)
    for number in range(7):
        await replace(life).offered(title=f"Logo {number}")
    fourth = (await life.client.get("/v1/jobs")).json()["items"][3]
    life.job_id = fourth["id"]
    await life.client_does(c.WithdrawOffer)
    return life


async def pages(person: Person, path: str, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of the list."""
    while True:
        answer = await person.get(path, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


async def titles(person: Person, **query: Any) -> list[str]:
    found = [page async for page in pages(person, "/v1/jobs", **query)]
    return [line["title"] for page in found for line in page]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_jobs_are_listed_newest_first_and_each_once(seven: Life, limit: int) -> None:
    """For the client and the freelancer alike, however long the pages are."""
    expected = [f"Logo {number}" for number in range(6, -1, -1)]
    for person in (seven.client, seven.freelancer):
        found = [page async for page in pages(person, "/v1/jobs", limit=limit)]
        assert [line["title"] for page in found for line in page] == expected
        assert all(len(page) == limit for page in found[:-1]) and len(found[-1]) <= limit


async def test_a_line_shows_what_a_list_needs(seven: Life) -> None:
    """Whose turn it is and until when; of a job that is over, neither."""
    lines = (await seven.client.get("/v1/jobs")).json()["items"]
    newest, withdrawn = lines[0], lines[3]
    assert (newest["state"], newest["turn"]) == ("offered", "freelancer")
    assert newest["due_at"].endswith("Z")
    assert newest["price"] == {"amount_minor": 200_00, "currency": "USD"}
    assert (withdrawn["state"], withdrawn["turn"], withdrawn["due_at"]) == ("lapsed", None, None)
    assert {line["client_id"] for line in lines} == {seven.client.id}


async def test_a_list_can_be_of_one_state(seven: Life) -> None:
    """In pages too; a state there is not is refused by name."""
    assert await titles(seven.client, state="lapsed") == ["Logo 3"]
    offered = [f"Logo {number}" for number in (6, 5, 4, 2, 1, 0)]
    assert await titles(seven.client, state="offered", limit=4) == offered
    assert await titles(seven.client, state="completed") == []
    answer = await seven.client.get("/v1/jobs", state="open")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "state"


async def test_nothing_is_missing_or_twice_while_new_ones_arrive(world: World) -> None:
    """What comes in between stands before the first page, and shifts no other."""
    life = await Life.begin(world)
    for number in range(4):
        await replace(life).offered(title=f"Old {number}")
    seen: list[str] = []
    new = 0
    async for page in pages(life.client, "/v1/jobs", limit=1):
        seen += [line["title"] for line in page]
        if new < 4:
            await replace(life).offered(title=f"New {new}")
            new += 1
    assert seen == ["Old 3", "Old 2", "Old 1", "Old 0"]


@pytest.mark.parametrize(
    "cursor", ["x", "", "=", "eA==", "AAAA", "é", "\x00", "x" * 201, "Jzsg", "MSBvciAx"]
)
async def test_a_cursor_no_list_gave_is_refused(seven: Life, cursor: str) -> None:
    """Or leads nowhere; it never breaks a list."""
    for path in ("/v1/jobs", f"/v1/jobs/{seven.job_id}/timeline"):
        answer = await seven.client.get(path, cursor=cursor)
        if answer.status_code != 200:
            assert (answer.status_code, code(answer)) == (422, "invalid")
            assert answer.json()["errors"][0]["parameter"] == "cursor"


async def test_a_timelines_cursor_is_a_place_in_it(seven: Life) -> None:
    """A number no event could have is a cursor that was made up, and a list's is none of its."""
    huge = "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"
    lists = (await seven.client.get("/v1/jobs", limit=1)).json()["next_cursor"]
    for cursor in (huge, lists):
        answer = await seven.client.get(f"/v1/jobs/{seven.job_id}/timeline", cursor=cursor)
        assert (answer.status_code, code(answer)) == (422, "invalid")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1.5", str(2**63)])
async def test_a_page_holds_one_to_a_hundred(seven: Life, limit: str) -> None:
    """Another limit is refused by name."""
    for path in ("/v1/jobs", f"/v1/jobs/{seven.job_id}/timeline", "/v1/staff/cases"):
        person = seven.world.house.staff if "staff" in path else seven.client
        answer = await person.get(path, limit=limit)
        assert (answer.status_code, code(answer)) == (422, "invalid")
        assert answer.json()["errors"][0]["parameter"] == "limit"


async def test_a_list_is_ones_own(world: World, seven: Life) -> None:
    """Somebody else's is empty, also with a cursor of another's list."""
    cursor = (await seven.client.get("/v1/jobs", limit=1)).json()["next_cursor"]
    stranger = await world.person("stranger")
    answer = await stranger.get("/v1/jobs", cursor=cursor)
    assert answer.json() == {"items": [], "next_cursor": None}


async def test_a_timeline_tells_the_story_newest_first(life: Life) -> None:
    """Who did what, in which words, in the job and in its disputes."""
    await life.revising(instructions="darker blue")
    await life.freelancer_does(c.Deliver, note="as dark as it gets")
    await life.client_does(c.RequestRejection, reason="still too light")
    await life.client_does(c.WithdrawRejection)
    await life.client_does(c.Approve)
    story = (await life.client.get(f"/v1/jobs/{life.job_id}/timeline")).json()["items"]
    assert [one["at"] for one in story] == sorted((one["at"] for one in story), reverse=True)
    own = [one for one in story[::-1] if one["case_id"] == life.job_id]
    assert [(one["kind"], one["actor"], one["state"], one["said"]) for one in own] == [
        ("job_offered", "client", "offered", None),
        ("offer_accepted", "freelancer", "in_progress", None),
        ("work_delivered", "freelancer", "in_review", "here it is"),
        ("revision_requested", "client", "in_progress", "darker blue"),
        ("work_delivered", "freelancer", "in_review", "as dark as it gets"),
        ("rejection_requested", "client", "rejection_open", "still too light"),
        ("rejection_withdrawn", "client", "in_review", None),
        ("delivery_approved", "client", "completed", None),
    ]
    assert [one["version"] for one in own] == list(range(1, 9))
    disputes = [(one["kind"], one["state"]) for one in story if one["case_id"] != life.job_id]
    assert disputes == [("rejection_withdrawn", "withdrawn"), ("rejection_requested", "open")]


HIRED = "mediator_hired"


async def test_a_timeline_comes_in_pages(life: Life) -> None:
    """Each event once; the same for all but for what was left in the freelancer's wallet."""
    await life.proposed()
    path = f"/v1/jobs/{life.job_id}/timeline"
    whole = (await life.client.get(path, limit=100)).json()["items"]
    found = [page async for page in pages(life.client, path, limit=2)]
    assert [event for page in found for event in page] == whole
    for person in (life.freelancer, life.world.house.staff):
        seen = (await person.get(path)).json()["items"]
        left = [event["facts"].pop("advanced_minor") for event in seen if event["kind"] == HIRED]
        assert left == [1000] and seen == whole


async def test_a_mediator_reads_the_story_of_their_dispute(life: Life) -> None:
    """With the job's, and not what was said in an earlier dispute."""
    await life.rejected()
    await life.open_dispute()
    first = life.dispute_id
    await life.client_does(c.WithdrawRejection)
    await life.client_does(c.RequestRejection)
    await life.freelancer_does(c.HireMediator)
    mediator = await life.person(Role.MEDIATOR)
    story = (await mediator.get(f"/v1/jobs/{life.job_id}/timeline")).json()["items"]
    assert {one["case_id"] for one in story} == {life.job_id, life.dispute_id}
    assert first not in {life.job_id, life.dispute_id}
